forums-none = Noch hat niemand ein Thema eröffnet. Wählen Sie eine Nische und machen Sie den Anfang.
forums-no-niches = Ihnen steht noch keine Nische offen.
forums-niche-empty = Hier ist es noch still. Eröffnen Sie das erste Thema.
forums-text = Ihr Text
forums-new-since = Neu seit Ihrem letzten Besuch
forums-locked-note = Dieses Thema ist geschlossen. Sie können es lesen, aber nicht mehr antworten.
forums-report-lede = Das Team sieht Ihre Meldung, sonst niemand.
error-edited_meanwhile = Der Beitrag wurde inzwischen geändert. Laden Sie die Seite neu und übertragen Sie Ihre Änderung.
forums-ads-why = Ein Link in Ihrem Text sieht nach einem Affiliate-Link aus und ist nicht gekennzeichnet. Das Gesetz verlangt ein Wort direkt am Link.
forums-ack-hint = Wer es liest, bestätigt mit einem Klick. Sie sehen, wer noch fehlt.
forums-ack-please = Das Team bittet um eine Bestätigung, dass Sie das gelesen haben.
forums-acked = Danke, Ihre Bestätigung ist da.
forums-keep-note = Notiz für Sie
forums-drafts-none = Kein Entwurf. Was Sie schreiben, ohne zu senden, bleibt hier, auch auf dem Telefon.
forums-moderated = Was mit Ihrem Beitrag ist
forums-moderated-answer = Wenn Sie das anders sehen, antworten Sie Ihrer Ansprechperson oder schreiben Sie an die Adresse im Impressum. Ein Mensch schaut noch einmal hin.
forums-post-blocked = Ein Beitrag von jemandem, den Sie blockiert haben.
forums-voted = Ihre Stimme zählt.
forums-template-network =
    Meine Frage an Sie:

    Warum ich frage:

forums-feeds-lede = Neue Themen im Feedreader: eine Adresse für alles, was Ihnen offen steht, und eine je Nische.
forums-feeds-once = Diese Adressen stehen nur jetzt hier. Wer eine kennt, liest mit: Geben Sie sie nicht weiter.
forums-feeds-ended = Ihre Feeds sind beendet.
