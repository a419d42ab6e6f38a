office-start-title = Start
office-tagline = Das Haus für Partner: Erfahrungen, fertige Texte und die eigenen Zahlen an einem Ort.
office-not-open = Dieses Haus wird gerade eingerichtet. Der Link für das erste Admin-Konto steht in der Ausgabe des Servers.
office-inside = Was dich drinnen erwartet
office-inside-forum = Fragen, Strategien und Erfahrungen, nach Nischen geordnet.
office-inside-chat = Kurze Wege zu anderen Partnern und zum Team.
office-inside-library = Texte und Bilder, in denen dein Link und die Kennzeichnung schon stehen.
office-inside-newsletters = Neues zu deinen Nischen und deiner Stufe, wenn du möchtest.
office-hello = Hallo, { $name }
office-imprint-missing = Das Impressum fehlt noch. Ohne Impressum startet keine Kampagne.
office-waiting-note = warten auf eine Entscheidung
office-no-route = kein Mailserver eingerichtet
office-no-route-long = Es ist kein Mailserver eingerichtet. Jede E-Mail wird hier aufbewahrt, statt verschickt zu werden.
office-legal-empty = Hier steht noch nichts.
office-community = Name der Community
office-tagline-de = Ein Satz für die Startseite (deutsch)
office-tagline-en = Ein Satz für die Startseite (englisch)
office-imprint-de = Impressum (deutsch)
office-imprint-en = Impressum (englisch)
office-imprint-hint = Markdown. Solange es leer ist, startet keine Kampagne.
office-privacy-de = Datenschutz (deutsch)
office-privacy-en = Datenschutz (englisch)
office-sender = Absender der Newsletter
office-sender-hint = Name und Adresse, zum Beispiel Nordlicht <post@nordlicht.example>. Leer: { $from }
office-currency = Währung
office-zone-hint = Danach werden Tage und Monate gezählt, zum Beispiel Europe/Berlin.
office-address = Anrede in deutschen Texten
office-address-du = du
office-address-sie = Sie
office-route = Weg der E-Mails
office-from = Absender des Hauses
office-jobs-waiting = Wartende Aufträge
office-kept = Aufbewahrte E-Mails
office-volume-hour = Mails in dieser Stunde
office-volume-day = Mails an diesem Tag (UTC)
office-volume-note = Ein neuer Mailserver fängt sanft an: jeden Tag doppelt so viele wie am Tag davor, nach einer Woche ohne Grenze. KONTOR_MAIL_PER_HOUR und KONTOR_MAIL_PER_DAY setzen eigene Grenzen. Was darüber liegt, wartet und geht von selbst hinaus.
office-send-test = Testmail an mich schicken
office-test-sent = Die Testmail ist unterwegs.
office-outbox-old = Ein Mailserver ist eingerichtet. Hier liegen nur ältere, nicht verschickte E-Mails.
office-outbox-none = Noch keine E-Mail aufbewahrt.
office-raw = Als Datei (.eml)
office-mail-from = Von
office-mail-to = An
office-mail-date = Datum
office-part-html = HTML-Teil
office-part-text = Textteil
office-headers = Kopfzeilen
office-jobs-dead = Aufgegeben
office-jobs-none = Kein Auftrag ist gescheitert.
office-job-retried = Der Auftrag läuft noch einmal.
office-retry = Noch einmal
office-audit-lead = Wer im Team was entschieden hat.
office-audit-none = Noch nichts geschehen.
office-audit-action = Was
office-audit-who = Wer
office-audit-what = Woran
office-audit-detail = Einzelheiten
office-audit-when = Wann
office-audit-house = das Haus selbst
office-tokens-lead = Die Token aller Mitglieder. Ein widerrufenes gilt sofort nicht mehr.
office-tokens-none = Niemand hat ein Token.
office-revoke = Widerrufen
office-dead = { $n ->
    [0] nichts gescheitert
    [one] 1 Auftrag gescheitert
   *[other] { NUM($n) } Aufträge gescheitert
}
office-applications-waiting = { $n ->
    [one] Eine Bewerbung wartet
   *[other] { NUM($n) } Bewerbungen warten
}
office-jobs-lead = { $n ->
    [one] 1 Auftrag wartet oder läuft.
   *[other] { NUM($n) } Aufträge warten oder laufen.
}
office-attempts = { $n ->
    [one] 1 Versuch
   *[other] { NUM($n) } Versuche
}

office-card-texts = Neueste Texte für dich
office-card-threads = Aus dem Forum
office-card-sales = Verkäufe
office-card-waiting = { $n ->
    [one] 1 Verkauf wartet auf seinen Partner
   *[other] { $shown } Verkäufe warten auf ihren Partner
}

office-card-word = Wer ein Wort braucht
office-signal-first = Erster Verkauf, { $when }
office-signal-drop = { $now } in 30 Tagen, davor { $before }
office-signal-away = zuletzt da: { $when }
office-health = Zustand des Hauses
office-health-ok = in Ordnung
office-health-hot = ansehen
office-health-bad = handeln
office-standing = Dein Stand
office-standing-more = Verkäufe und Stufe
office-this-month = Umsatz in diesem Monat, nur bestätigte Verkäufe
office-my-link = Dein Link
office-newest-text = Neuester Text für dich
office-text-use = Ansehen und teilen
office-unread = Ungelesen
office-card-problems = Was hakt
office-problem-import = Import gescheitert, { $when }
