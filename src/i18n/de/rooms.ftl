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
rooms-conn-wait = Verbindet …
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

rooms-order-title = Raum moderieren
rooms-order-lede = Tempo, Schreibrechte und Entscheidungen über Mitglieder. Alles steht im Protokoll.
rooms-order-room = Der Raum
rooms-order-pace = Langsamer Modus
rooms-order-pace-hint = Zeit zwischen zwei Nachrichten eines Mitglieds; das Team ist ausgenommen.
rooms-pace-0 = aus
rooms-pace-5 = 5 Sekunden
rooms-pace-15 = 15 Sekunden
rooms-pace-30 = 30 Sekunden
rooms-pace-60 = 1 Minute
rooms-pace-300 = 5 Minuten
rooms-pace-900 = 15 Minuten
rooms-pace-3600 = 1 Stunde
rooms-pace-21600 = 6 Stunden
rooms-order-speakers = Wer schreiben darf
rooms-order-speakers-hint = Ankündigungen: Das Team schreibt, alle lesen und reagieren.
rooms-speak-all = Alle im Raum
rooms-speak-team = Nur das Team (Ankündigungen)
rooms-speak-nobody = Niemand außer dem Team, keine Reaktionen (nur lesen)
rooms-order-member = Ein Mitglied
rooms-order-who = Mitglied
rooms-order-act = Entscheidung
rooms-act-mute = Stummschalten
rooms-act-kick = Aus dem Raum nehmen (Rückkehr möglich)
rooms-act-ban = Aus dem Raum ausschließen
rooms-act-delete_all = Alle Nachrichten in diesem Raum löschen
rooms-order-time = Wie lange
rooms-order-time-hint = Für Stummschaltung und Ausschluss.
rooms-for-10 = 10 Minuten
rooms-for-60 = 1 Stunde
rooms-for-1440 = 1 Tag
rooms-for-10080 = 7 Tage
rooms-for-40320 = 28 Tage
rooms-for-0 = für immer (nur Ausschluss)
rooms-order-reason = Grund
rooms-order-reason-hint = Sichtbar für das Team.
rooms-order-do = Ausführen
rooms-order-nobody = Sonst ist niemand in diesem Raum.
rooms-order-in-force = In Kraft
rooms-order-none = Hier ist niemand stumm oder ausgeschlossen.
rooms-order-muted = stumm
rooms-order-banned = ausgeschlossen
rooms-order-until = bis
rooms-order-lift = Aufheben
rooms-order-saved = Erledigt.
rooms-moderate = Moderieren

error-read_only = In diesem Raum kann zurzeit nur gelesen werden.
error-announcements_only = In diesem Raum schreibt nur das Team.
error-banned = Dieser Raum ist zurzeit nicht zugänglich.
error-rank = Das geht nicht bei Mitgliedern des eigenen Rangs oder darüber.
