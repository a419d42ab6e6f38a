rooms-title = Chat
rooms-lede = Räume für den Austausch, live.
rooms-joined = Deine Räume
rooms-others = Weitere Räume
rooms-none-joined = Du bist noch in keinem Raum. Tritt unten einem bei.
rooms-none-others = Für dich gibt es gerade keine weiteren Räume.
rooms-join = Beitreten
rooms-join-hint = Tritt bei, um hier zu lesen und zu schreiben.
rooms-leave = Raum verlassen
rooms-left = Du hast den Raum verlassen.
rooms-invite-only = In diesen Raum lädt das Team ein.
rooms-from-tier = Ab { $tier }
rooms-private = privat
rooms-messages = { $n ->
    [one] 1 Nachricht
   *[other] { NUM($n) } Nachrichten
}
rooms-unread = { $n ->
    [one] 1 ungelesen
   *[other] { NUM($n) } ungelesen
}
rooms-members = { $n ->
    [one] 1 Mitglied
   *[other] { NUM($n) } Mitglieder
}
rooms-members-title = In diesem Raum
rooms-log = Nachrichten in #{ $name }
rooms-empty = Noch ist es still hier. Sag das erste Wort.
rooms-earlier = Frühere Nachrichten laden
rooms-latest = Zu den neuesten Nachrichten
rooms-new = Neu
rooms-mark-read = Alles als gelesen markieren
rooms-message = Nachricht an #{ $name }
rooms-send = Senden
rooms-edited = bearbeitet
rooms-gone = Ehemaliges Mitglied
rooms-answers = antwortet
rooms-options = Optionen des Raums
rooms-react = Reagieren
rooms-edit = Bearbeiten
rooms-delete = Löschen
rooms-delete-ask = Diese Nachricht löschen?
rooms-deleted = Nachricht gelöscht
rooms-conn-live = Live
rooms-conn-wait = Verbinde
rooms-conn-off = Offline
rooms-jump = { $n ->
    [one] 1 neue Nachricht
   *[other] { NUM($n) } neue Nachrichten
}
rooms-jump-one = 1 neue Nachricht
rooms-jump-many = neue Nachrichten
rooms-typing-one = schreibt …
rooms-typing-many = Mehrere schreiben …
rooms-failed = Nicht gesendet
rooms-again = Erneut versuchen
rooms-editing = Du bearbeitest deine Nachricht. Esc bricht ab.
rooms-manage-title = Räume
rooms-manage-lede = Jede Nische hat einen eigenen Raum. Hier öffnest du weitere: für alle, ab einer Stufe oder auf Einladung.
rooms-new-room = Neuer Raum
rooms-all = Alle Räume
rooms-name = Name
rooms-slug = Adresse
rooms-slug-hint = Kleinbuchstaben, Ziffern und Bindestriche; leer: aus dem Namen gebildet.
rooms-topic = Thema
rooms-topic-hint = Ein Satz unter dem Namen.
rooms-access = Wer hinein darf
rooms-access-open = Alle
rooms-access-tier = Ab einer Stufe
rooms-access-private = Auf Einladung
rooms-min-tier = Niedrigste Stufe
rooms-niche = Nische
rooms-none = keine
rooms-create = Raum öffnen
rooms-created = Der Raum ist offen.

error-not_member = Tritt dem Raum zuerst bei.
error-muted = Du bist in diesem Raum für eine Weile stummgeschaltet.
error-slow_mode = Dieser Raum ist verlangsamt. Bitte warte einen Moment.
error-invitation_needed = In diesen Raum kommt nur, wen das Team einlädt.
