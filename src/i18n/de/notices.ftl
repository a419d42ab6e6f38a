# Benachrichtigungen. Neutral gehalten: kein Satz spricht jemanden an.
notices-title = Benachrichtigungen
notices-unread = Ungelesen
notices-new = Neu
notices-read-all = Alle als gelesen markieren
notices-read-one = Als gelesen markieren
notices-empty = Noch keine Benachrichtigungen.

notice-unknown = Neue Benachrichtigung
notice-mention = Erwähnung von { $by } in #{ $room }
notice-room_mention = { $by } an alle in #{ $room }
notice-answer = Antwort von { $by } in #{ $room }
notice-thread_answer = { $by } im Nebengespräch in #{ $room }
notice-room_message = { $n ->
    [one] Neue Nachricht von { $by } in #{ $room }
   *[other] { NUM($n) } neue Nachrichten in #{ $room }
}
notice-direct = { $n ->
    [one] Direktnachricht von { $by }
   *[other] { NUM($n) } Direktnachrichten von { $by }
}
notice-direct_request = Kontaktanfrage von { $by }
notice-room_invited = Einladung von { $by } in #{ $room }
notice-office_hours = Die Sprechstunde in #{ $room } beginnt
notice-reminder = Erinnerung
notice-scheduled_failed = Eine geplante Nachricht in #{ $room } ging nicht hinaus
notice-post_mention = Erwähnung von { $by } in „{ $title }“
notice-post_answer = { $n ->
    [one] Antwort von { $by } in „{ $title }“
   *[other] { NUM($n) } Antworten in „{ $title }“
}
notice-post_liked = { $n ->
    [one] { $by } gefällt ein Beitrag in „{ $title }“
   *[other] Ein Beitrag in „{ $title }“ gefällt { NUM($n) } Mitgliedern
}
notice-thread_new = Neues Thema von { $by } in { $niche }: „{ $title }“
notice-resource_new = Neues Material: { $title }
notice-resource_recalled = Zurückgezogen, bitte nicht mehr verwenden: { $title }
notice-resource_expires = Läuft bald ab: { $title }
notice-sale = Verkauf in { $program }: { $amount }
notice-tier_changed = Neue Stufe: { $tier }
notice-milestone = Meilenstein erreicht: { $title }
notice-issue = Newsletter: { $title }
notice-service = Wichtiger Hinweis: { $title }
notice-invitation_used = { $by } hat die Einladung angenommen
notice-application = Neue Bewerbung von { $by }
notice-report = Meldung von { $by }
notice-import_done = Import beendet: { $file }
notice-alert = Achtung: { $title }
notice-moderation = Nachricht der Moderation
notice-account = Sicherheit des Kontos

notice-group-chat = Chat
notice-group-forum = Forum
notice-group-library = Materialien
notice-group-sales = Verkäufe und Stufe
notice-group-news = Neuigkeiten
notice-group-house = Konto
notice-group-team = Team
notice-kind-mention = Erwähnungen
notice-kind-room_mention = Aufrufe an den ganzen Raum
notice-kind-answer = Antworten auf eigene Nachrichten
notice-kind-thread_answer = Antworten in eigenen Nebengesprächen
notice-kind-room_message = Nachrichten in Räumen auf „Alles“
notice-kind-direct = Direktnachrichten
notice-kind-direct_request = Kontaktanfragen
notice-kind-room_invited = Einladungen in Räume
notice-kind-office_hours = Beginn von Sprechstunden
notice-kind-reminder = Eigene Erinnerungen
notice-kind-scheduled_failed = Gescheiterte geplante Nachrichten
notice-kind-post_mention = Erwähnungen im Forum
notice-kind-post_answer = Antworten in gefolgten Themen
notice-kind-post_liked = „Gefällt mir“ zu eigenen Beiträgen
notice-kind-thread_new = Neue Themen in eigenen Nischen
notice-kind-resource_new = Neues Material
notice-kind-resource_recalled = Zurückgezogenes Material
notice-kind-resource_expires = Ablaufendes Material
notice-kind-sale = Verkäufe
notice-kind-tier_changed = Änderung der Stufe
notice-kind-milestone = Meilensteine
notice-kind-issue = Neue Newsletter
notice-kind-service = Wichtige Hinweise
notice-kind-invitation_used = Angenommene Einladungen
notice-kind-application = Neue Bewerbungen
notice-kind-report = Meldungen
notice-kind-import_done = Beendete Importe
notice-kind-alert = Warnungen des Servers
notice-kind-moderation = Entscheidungen der Moderation
notice-kind-account = Sicherheit des Kontos

notices-settings-title = Benachrichtigungen
notices-push-title = Auf diesem Gerät
notices-push-on = Push einschalten
notices-push-off = Push ausschalten
notices-push-here = Push ist auf diesem Gerät an.
notices-push-denied = Der Browser hat Mitteilungen für diese Seite gesperrt. Die Sperre lässt sich nur in den Einstellungen des Browsers aufheben.
notices-push-none = Dieser Browser kennt kein Push. Auf dem iPhone geht es, wenn die Seite auf dem Startbildschirm liegt.
notices-push-script = Push braucht JavaScript.
notices-push-text = Inhalt im Push zeigen
notices-push-text-hint = Ohne Haken steht dort nur, dass es etwas Neues gibt.
notices-digest-title = Zusammenfassung per Mail
notices-digest-label = Ungelesenes per Mail
notices-digest-soon = Nach 30 Minuten
notices-digest-daily = Täglich
notices-digest-off = Nie
notices-quiet-title = Ruhezeit
notices-quiet = Ruhezeit einhalten
notices-quiet-hint = In dieser Zeit kommt weder Push noch Mail; in der Liste steht alles.
notices-quiet-from = Von
notices-quiet-to = Bis
notices-zone-profile = Wie im Profil
notices-places-title = Räume
notices-places-lede = Wie viel aus jedem Raum gemeldet wird.
notices-level-all = Alles
notices-level-mentions = Nur Erwähnungen
notices-level-none = Nichts
notices-kinds-title = Was wo ankommt
notices-kinds-lede = „Im Haus“ füllt die Liste unter der Glocke; ohne diesen Haken kommt von der Sorte gar nichts.
notices-channel-page = Im Haus
notices-channel-push = Push
notices-channel-mail = Mail
notices-off-title = Mails mit Ungelesenem beenden
notices-off-lede = Danach kommt keine Zusammenfassung mehr per Mail. Newsletter und Mails zum Konto bleiben, wie sie sind.
notices-off = Zusammenfassung beenden
notices-off-done-title = Erledigt
notices-off-done = Es kommt keine Zusammenfassung mehr per Mail.
notices-push-summary = { $n ->
    [one] Eine neue Benachrichtigung
   *[other] { NUM($n) } neue Benachrichtigungen
}
notices-push-open = Ansehen
notice-answer_accepted = { $by } hat deine Antwort in „{ $title }“ als hilfreich gewählt
notice-kind-answer_accepted = Eigene Antwort hat geholfen
notice-bookmark_due = Erinnerung: „{ $title }“
notice-kind-bookmark_due = Erinnerung an einen gemerkten Beitrag
