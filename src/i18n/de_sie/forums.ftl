forums-none = Noch hat niemand ein Thema eröffnet. Wählen Sie eine Nische und machen Sie den Anfang.
forums-no-niches = Ihnen steht noch keine Nische offen.
forums-niche-empty = Hier ist es noch still. Eröffnen Sie das erste Thema.
forums-text = Ihr Text
forums-new-since = Neu seit Ihrem letzten Besuch
forums-locked-note = Dieses Thema ist geschlossen. Sie können es lesen, aber nicht mehr antworten.
forums-report-lede = Das Team sieht Ihre Meldung, sonst niemand.
error-edited_meanwhile = Der Beitrag wurde inzwischen geändert. Laden Sie die Seite neu und übertragen Sie Ihre Änderung.
