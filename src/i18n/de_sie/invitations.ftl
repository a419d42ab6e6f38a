invitation-lead = Ihr Platz ist vorbereitet. Prüfen Sie die Angaben, und Sie sind dabei.
invitation-no-ref = Sie haben hier noch keine Partner-Kennung, deshalb gibt es noch keinen Link von Ihnen. Nach dem Anmelden können Sie unter „Verkäufe und Stufe“ eine anfragen.
invitation-password-hint = Mindestens 10 Zeichen. Ohne Passwort melden Sie sich mit einem Link an, der Ihnen gemailt wird.
asks-none = Für { $program } haben Sie noch keine Partner-Kennung. Ohne sie gibt es keinen Link, und Verkäufe finden nicht zu Ihnen.
asks-note-hint = Zum Beispiel die Kennung, unter der Sie bisher verkauft haben. Freiwillig.
asks-open = Ihre Anfrage ist beim Team.
asks-sent = Ihre Anfrage ist beim Team.
asks-has-ref = Sie haben in diesem Programm schon eine Kennung.
