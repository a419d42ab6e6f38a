forums-title = Forum
forums-lede = Worüber gerade gesprochen wird, über alle Nischen hinweg.
forums-newest = Neueste Themen
forums-none = Noch hat niemand ein Thema eröffnet. Such dir eine Nische und mach den Anfang.
forums-niches = Nischen
forums-no-niches = Dir steht noch keine Nische offen.
forums-threads = Themen
forums-thread-count = { $n ->
    [one] 1 Thema
   *[other] { NUM($n) } Themen
}
forums-post-count = { $n ->
    [one] 1 Beitrag
   *[other] { NUM($n) } Beiträge
}
forums-unread-threads = ungelesene Themen
forums-unread-posts = neue Beiträge
forums-replies = Antworten
forums-new = neu
forums-pinned = angeheftet
forums-locked = geschlossen
forums-hidden = verborgen
forums-niche-empty = Hier ist es noch still. Eröffne das erste Thema.
forums-new-thread = Neues Thema
forums-open-thread = Thema eröffnen
forums-title-label = Titel
forums-text = Dein Text
forums-write-here = Antwort schreiben
forums-mark-read = Alles gelesen
forums-all-read = In dieser Nische gilt jetzt alles als gelesen.
forums-range = Beiträge { NUM($from) } bis { NUM($to) } von { NUM($last) }
forums-new-since = Neu seit deinem letzten Besuch
forums-to-unread = Zum ersten ungelesenen Beitrag
forums-team = Team
forums-former-member = Ehemaliges Mitglied
forums-in-reply-to = Antwort auf
forums-post-number = Beitrag
forums-edited = bearbeitet
forums-likes = Mal gefällt das
forums-reply = Antworten
forums-reply-to = Antwort auf Beitrag
forums-quote = Zitieren
forums-edit-post = Bearbeiten: Beitrag
forums-report-post = Melden: Beitrag
forums-post-deleted = Dieser Beitrag wurde gelöscht.
forums-post-hidden = Dieser Beitrag ist verborgen.
forums-locked-note = Dieses Thema ist geschlossen. Du kannst es lesen, aber nicht mehr antworten.
forums-about = Über dieses Thema
forums-progress = Fortschritt
forums-first = Anfang
forums-last = Ende
forums-jump = Zu Beitrag
forums-go = Los
forums-moderation = Moderation
forums-act = Maßnahme
forums-act-pin = Anheften
forums-act-unpin = Loslösen
forums-act-lock = Schließen
forums-act-unlock = Wieder öffnen
forums-act-hide = Verbergen
forums-act-show = Wieder zeigen
forums-act-move = In eine andere Nische verschieben
forums-act-niche = Nische (zum Verschieben)
forums-reason = Grund
forums-apply = Ausführen
forums-saved = Gespeichert.
forums-edit-title = Beitrag bearbeiten
forums-take-back = Zurücknehmen
forums-take-back-note = Der Platz im Thema bleibt und sagt, dass hier ein Beitrag war. Dreißig Tage lang lässt er sich zurückholen.
forums-delete = Beitrag löschen
forums-delete-ask = Diesen Beitrag löschen? Dreißig Tage lang lässt er sich zurückholen.
forums-deleted-done = Der Beitrag ist gelöscht.
forums-report-title = Beitrag melden
forums-report-lede = Das Team sieht deine Meldung, sonst niemand.
forums-report-reason = Was stimmt damit nicht?
forums-report-send = Melden
forums-reported = Danke. Das Team schaut sich den Beitrag an.
forums-reports-title = Moderation
forums-reports-lede = Gemeldete Beiträge, die älteste Meldung zuerst.
forums-reports-none = Keine offene Meldung.
forums-report-hide = Beitrag verbergen
forums-report-close = Meldung abschließen
forums-report-closed = Die Meldung ist abgeschlossen.
forums-written-by = Geschrieben von { $name }

error-thread_locked = Dieses Thema ist geschlossen.
error-post_deleted = Dieser Beitrag ist nicht mehr da.
error-edited_meanwhile = Der Beitrag wurde inzwischen geändert. Lade die Seite neu und übertrage deine Änderung.
error-not_author = Das darf nur, wer es geschrieben hat.
error-moderators_only = Das darf nur die Moderation.

forums-kind = Art
forums-kind-talk = Gespräch
forums-kind-strategy = Strategie
forums-kind-question = Frage
forums-kind-success = Erfolgsfaktor
forums-kind-trend = Trend
forums-kind-cooperation = Kooperation gesucht
forums-kind-market = Marktnachricht
forums-kind-network = Frage ans Netzwerk
forums-kind-announcement = Ankündigung
forums-every-kind = Alle Arten
forums-lang = Sprache
forums-lang-of = Sprache des Themas
forums-lang-none = Keine bestimmte
forums-every-lang = Deutsch und Englisch
forums-order = Reihenfolge
forums-order-active = Zuletzt aktiv
forums-order-new = Neueste Themen
forums-order-long = Längste Gespräche
forums-filter = Anzeigen
forums-only-all = Alle
forums-only-unanswered = Unbeantwortet
forums-only-unsolved = Ungelöst
forums-only-promo = Werbung
forums-only-own = Meine
forums-none-such = Kein Thema passt zu dieser Auswahl.
forums-view-unread = Ungelesen
forums-all-caught-up = Alles gelesen.
forums-promo = Werbung
forums-promo-mine = Dieses Thema wirbt für ein eigenes Angebot
forums-promo-none = In dieser Nische sind werbende Themen nicht erlaubt.
forums-promo-next = Das nächste werbende Thema ist ab { $date } möglich.
forums-promo-every = Hier ist ein werbendes Thema in { NUM($n) } Tagen erlaubt.
forums-promo-days = Tage zwischen zwei werbenden Themen eines Mitglieds
forums-promo-days-hint = Leer: unbegrenzt. 0: gar keine.
forums-solved = gelöst
forums-waits = noch nicht für alle
forums-opens = öffnet für weitere Stufen
forums-tags = Schlagwörter
forums-tags-hint = Bis zu fünf, durch Kommas getrennt.
forums-volume = Benachrichtigungen
forums-follow = Folgen
forums-normal = Normal
forums-mute = Stumm
forums-ad-label = Anzeige
forums-ads-why = Ein Link in deinem Text sieht nach einem Affiliate-Link aus und ist nicht gekennzeichnet. Das Gesetz verlangt ein Wort direkt am Link.
forums-ads-label = Als Anzeige kennzeichnen und senden
forums-ads-none = Das ist keine Werbung
forums-similar = Gibt es das schon?
forums-poll-until = läuft bis
forums-poll-change = Stimme ändern
forums-poll-vote = Abstimmen
forums-poll-closed = beendet
forums-poll-close = Umfrage beenden
forums-poll-add = Umfrage hinzufügen
forums-poll-question = Frage
forums-poll-choices = Antworten
forums-poll-choices-hint = Eine je Zeile, zwei bis zwölf.
forums-poll-multi = Mehrere Antworten erlauben
forums-poll-end = Ende
forums-poll-no-end = Von Hand
forums-poll-3 = Nach 3 Tagen
forums-poll-7 = Nach 7 Tagen
forums-poll-30 = Nach 30 Tagen
forums-template-use = Vorlage einsetzen
forums-embargo = Nach Stufen öffnen
forums-embargo-hint = Bis wann jede Stufe wartet. Leer: sofort. Suche, Feeds und Benachrichtigungen halten sich daran.
forums-ack-ask = Um Bestätigung bitten
forums-ack-hint = Wer es liest, bestätigt mit einem Klick. Du siehst, wer noch fehlt.
forums-ack = Zur Kenntnis genommen
forums-ack-please = Das Team bittet um eine Bestätigung, dass du das gelesen hast.
forums-acked = Danke, deine Bestätigung ist da.
forums-acks-title = Wer noch nicht bestätigt hat
forums-acks-all = Alle haben bestätigt.
forums-rules = Regeln
forums-rules-de = Regeln auf Deutsch
forums-rules-en = Regeln auf Englisch
forums-forum-title = Regeln und Werbung
forums-about-niche = Über diese Nische
forums-unanswered-title = Ohne Antwort
forums-unanswered-lede = Themen, auf die noch niemand geantwortet hat.
forums-unanswered-none = Alles hat eine Antwort.
forums-reports-tab = Meldungen
forums-find = In diesem Thema suchen
forums-find-go = Suchen
forums-find-none = Nichts gefunden.
forums-history = Änderungen
forums-history-none = Dieser Beitrag wurde nicht geändert.
forums-bookmarks = Gemerkt
forums-bookmarks-none = Noch nichts gemerkt. Der Stern unter einem Beitrag legt ihn hier ab.
forums-reminded = erinnert
forums-keep = Merken
forums-keep-change = Notiz und Erinnerung ändern
forums-keep-title = Beitrag merken
forums-keep-note = Notiz für dich
forums-keep-remind = Erinnern
forums-keep-never = Nicht
forums-keep-1 = Morgen
forums-keep-3 = In 3 Tagen
forums-keep-7 = In einer Woche
forums-keep-30 = In einem Monat
forums-kept = Gemerkt.
forums-drop = Nicht mehr merken
forums-let-go = Nicht mehr gemerkt.
forums-drafts = Entwürfe
forums-drafts-none = Kein Entwurf. Was du schreibst, ohne zu senden, bleibt hier, auch auf dem Telefon.
forums-moderated = Was mit deinem Beitrag ist
forums-moderated-hidden = Die Moderation hat diesen Beitrag verborgen. Andere Mitglieder sehen ihn nicht.
forums-moderated-shown = Dieser Beitrag ist sichtbar.
forums-moderated-answer = Wenn du das anders siehst, antworte deiner Ansprechperson oder schreib an die Adresse im Impressum. Ein Mensch schaut noch einmal hin.
forums-warning = Verwarnung
forums-act-hidden = Verborgen
forums-warn = Verwarnen
forums-warn-note = Wer den Beitrag geschrieben hat, bekommt den Grund als Nachricht.
forums-warn-go = Verwarnen
forums-warned = Die Verwarnung ist verschickt.
forums-move-title = Beiträge verschieben
forums-split = Beiträge abtrennen
forums-split-note = Jeder Beitrag behält seine Adresse. An der alten Stelle steht, wohin er gegangen ist.
forums-split-posts = Welche Beiträge?
forums-split-title = Titel des neuen Themas
forums-split-same = Dieselbe Nische
forums-split-into = oder in ein vorhandenes Thema
forums-split-go = Abtrennen
forums-thread-hint = Nummer oder Adresse des Themas.
forums-merge = Thema zusammenführen
forums-merge-note = Alle Beiträge kommen ans Ende des anderen Themas; die alte Adresse führt dorthin. Das lässt sich nur durch Abtrennen zurücknehmen.
forums-merge-into = In welches Thema?
forums-merge-go = Zusammenführen
forums-merge-ask = Dieses Thema in das andere überführen?
forums-moved = Die Beiträge sind hier.
forums-merged = Die Themen sind zusammengeführt.
forums-act-promo = Als Werbung einordnen
forums-act-unpromo = Nicht mehr als Werbung
forums-accepted = hat geholfen
forums-accept = Das hat geholfen
forums-unaccept = Doch nicht
forums-to-answer = Zur Antwort, die geholfen hat
forums-post-moved = Dieser Beitrag steht jetzt in einem anderen Thema.
forums-post-moved-to = Dorthin
forums-post-blocked = Ein Beitrag von jemandem, den du blockiert hast.
forums-return = Zurückholen
forums-returned = Der Beitrag ist wieder da.
forums-mark-thanks = Danke
forums-mark-idea = Gute Idee
forums-mark-works = Wirkt bei mir
forums-mark-doubt = Ich zweifle
forums-mark-give = Reaktion geben: Beitrag
forums-voted = Deine Stimme zählt.
forums-related = Ähnliche Themen
forums-sort = Einordnen
forums-twin = Dasselbe Thema in der anderen Sprache
forums-in-english = Auf Englisch
forums-in-german = Auf Deutsch
error-field-unlabelled = Dieser Link sieht nach einem Affiliate-Link aus und ist nicht gekennzeichnet: { $link }
error-field-promo_wait = Das nächste werbende Thema ist hier ab { $date } möglich.
error-field-promo_none = In dieser Nische sind werbende Themen nicht erlaubt.
error-field-team_only = Das kann nur das Team.
error-field-too_few = Bitte mindestens { $min }.
error-field-same_thread = Das ist dasselbe Thema.
error-field-same_language = Beide Themen haben dieselbe Sprache.
error-field-one_only = Bitte nur eine Antwort.
error-merged = Dieses Thema ist in einem anderen aufgegangen.
error-no_answer_here = In diesem Thema gibt es keine Antwort zu wählen.
error-no_author = Wer das geschrieben hat, ist nicht mehr da.
error-no_ack_here = Hier wird um keine Bestätigung gebeten.
error-not_deleted = Dieser Beitrag ist nicht gelöscht.
error-gone_for_good = Der Text dieses Beitrags ist endgültig weg.
forums-poll-voters = { $n ->
    [one] 1 Stimme
   *[other] { NUM($n) } Stimmen
}
forums-acks = { $n ->
    [one] 1 Bestätigung
   *[other] { NUM($n) } Bestätigungen
}
forums-acks-open = { $n ->
    [one] 1 fehlt noch
   *[other] { NUM($n) } fehlen noch
}
forums-minutes = { $n ->
    [one] 1 Minute Lesezeit
   *[other] { NUM($n) } Minuten Lesezeit
}
forums-template-strategy =
    Was ich mache:

    Was es gebracht hat (Zeitraum, Zahlen):

    Was ich dabei gelernt habe:
forums-template-question =
    Was ich erreichen will:

    Was ich schon versucht habe:

    Wo ich nicht weiterkomme:
forums-template-success =
    Ausgangslage:

    Was den Unterschied gemacht hat:

    Woran ich es gemessen habe:
forums-template-trend =
    Was ich beobachte:

    Woher ich das weiß:

    Was es für unsere Nische heißt:
forums-template-cooperation =
    Was ich suche:

    Was ich mitbringe:

    Wann und wie lange:
forums-template-market =
    Was ist passiert?

    Quelle:

    Was folgt daraus?
forums-template-network =
    Meine Frage an euch:

    Warum ich frage:
forums-tool-bold = Fett
forums-tool-italic = Kursiv
forums-tool-link = Link
forums-tool-quote = Zitat
forums-tool-list = Liste
forums-tool-code = Code
forums-tool-image = Datei
forums-tools = Auszeichnung
forums-mention = Mitglied nennen
forums-file-sending = wird gesendet
forums-file-checking = wird geprüft
forums-file-remove = Entfernen
forums-print = Drucken
forums-print-back = Zurück zum Thema

forums-feeds = Feeds
forums-feeds-lede = Neue Themen im Feedreader: eine Adresse für alles, was dir offen steht, und eine je Nische.
forums-feeds-all = Alle Nischen
forums-feeds-once = Diese Adressen stehen nur jetzt hier. Wer eine kennt, liest mit: Gib sie nicht weiter.
forums-feeds-made = Adressen erstellt am
forums-feeds-make = Adressen erstellen
forums-feeds-renew = Neue Adressen erstellen
forums-feeds-end = Feeds beenden
forums-feeds-hint = Neue Adressen ersetzen die alten sofort.
forums-feeds-ended = Deine Feeds sind beendet.

forums-moving = Forum umziehen
forums-moving-lede = Ein altes Forum hereinholen oder alles mitnehmen, was hier geschrieben steht.
forums-moving-export = Alles als JSON
forums-moving-in = Hereinholen
forums-moving-file = Datei
forums-moving-file-hint = JSON aus Discourse (users, categories, topics, posts), ein ZIP davon, oder CSV mit title, niche, author, email, created_at, body; bis 256 MB.
forums-moving-lang = Sprache der Themen
forums-moving-look = Erst ansehen
forums-moving-past = Bisher
forums-moving-state = { $state ->
    [waiting] Wartet
    [running] Läuft
    [trial] Angesehen, noch nichts geändert
    [stopped] Angehalten
    [failed] Nicht lesbar
   *[done] Hereingeholt
}
forums-moving-running = Themen
forums-moving-again = Stand neu laden
forums-moving-people = Verfasser
forums-moving-posts = Beiträge
forums-moving-new = neu
forums-moving-known = schon da
forums-moving-nameless = { $n ->
    [one] Ein Verfasser hat hier kein Konto und keine Adresse: Sein Name steht über seinen Beiträgen.
   *[other] { $n } Verfasser haben hier kein Konto und keine Adresse: Ihr Name steht über ihren Beiträgen.
}
forums-moving-labelled = { $n ->
    [one] Ein Beitrag hat Affiliate-Links; sie werden als Anzeige gekennzeichnet.
   *[other] { $n } Beiträge haben Affiliate-Links; sie werden als Anzeige gekennzeichnet.
}
forums-moving-on = Weitermachen
forums-moving-do = Jetzt hereinholen
forums-moving-left = Zurückgelassen: { $n }
forums-moving-problem = { $code ->
    [deleted] Dort gelöscht oder verborgen
    [private] Private Nachricht
    [no_text] Ohne Text
    [time] Ohne lesbaren Zeitpunkt
    [no_topic] Das Thema dazu fehlt
    [no_niche] Die Kategorie dazu fehlt
    [stopped] Ein Fehler hat den Umzug angehalten. Was schon da ist, bleibt, und er kann weiterlaufen.
    [own] Das ist der Export dieses Hauses: Alles darin ist schon hier.
    [not_json] Das ist kein gültiges JSON.
    [no_posts] In der Datei sind keine Beiträge.
    [no_columns] Es fehlt eine der Spalten title, body, created_at.
   *[unreadable] Die Datei lässt sich nicht lesen.
}
forums-make-guide = Leitfaden daraus machen
