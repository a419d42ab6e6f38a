search-label = Wonach suchen Sie?
search-nothing = Zu „{ $q }“ ist nichts zu finden, was Ihnen offen steht.
search-hint = Wortanfänge genügen, und Umlaute dürfen Sie ausschreiben: „ernaehr“ findet „Ernährung“.
