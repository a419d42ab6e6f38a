# Materialien: Textvorlagen, Infoblätter, Leitfäden.

library-title = Materialien
library-lede = Texte, Infoblätter und Leitfäden. Dein Name, dein Link und die Kennzeichnung sind schon drin.
library-search = Suche
library-search-hint = Titel oder Stichwort
library-results = Gefundene Materialien
library-kind = Art
library-kind-swipe_copy = Textvorlage
library-kind-image = Bild
library-kind-fact_sheet = Infoblatt
library-kind-guide = Leitfaden
library-kind-brand = Markenpaket
library-kind-training = Schulung
library-key-short = Kurz
library-key-long = Lang
library-key-social = Social Media
library-format-txt = Nur Text (.txt)
library-format-html = HTML (.html)
library-format-md = Markdown (.md)
library-format-eml = E-Mail-Entwurf (.eml)
library-format-docx = Word (.docx)
library-format-zip = Alles zusammen (.zip)
library-niche = Nische
library-program = Programm
library-program-hint = Aus ihm kommt der Link der Partner.
library-language = Sprache
library-lengths = Längen
library-from-tier = ab { $tier }
library-all-tiers = alle Stufen
library-ahead = Vorab
library-ahead-hint = Andere Stufen sehen es später:
library-none-found = Dazu gibt es noch nichts. Nimm einen Filter weg oder suche anders.
library-show-all = Alle Materialien zeigen
library-empty = Hier liegt noch nichts. Das Team stellt die ersten Materialien bald ein.
library-words = { $n ->
    [one] 1 Wort
   *[other] { NUM($n) } Wörter
}
library-minutes = { $n ->
    [one] 1 Minute Lesezeit
   *[other] { $n } Minuten Lesezeit
}
library-subject = Betreff
library-text = Text
library-copy-subject = Betreff kopieren
library-copy-rich = Mit Formatierung kopieren
library-copy-plain = Nur Text kopieren
library-share = Teilen
library-no-ref = Du hast für dieses Programm noch keinen Partnercode, deshalb fehlt dein Link. Das Team richtet ihn dir ein.
library-no-ref-preview = { $name } hat für dieses Programm noch keinen Partnercode und kann diesen Text nicht mitnehmen.
library-ask-team = Team fragen
library-no-text = Zu diesem Material gibt es noch keinen Text.
library-download = Mitnehmen
library-download-hint = Jede Datei trägt deinen Namen, deinen Link und die Kennzeichnung.
library-facts = Angaben
library-updated = Geändert
library-downloads = Downloads
library-disclosure-hint = „Anzeige“ steht in der ersten Zeile jedes Textes. Bitte lass es dort stehen: Werbung muss erkennbar sein.
library-as-me = Als ich ansehen
library-preview = Vorschau
library-preview-as = So sieht es für dieses Mitglied aus
library-publish-hint = Erscheint am

library-manage-title = Materialien pflegen
library-manage-lede = Was Partner mitnehmen können, wer es sieht und wie oft es geholt wurde.
library-manage-empty = Noch kein Material. Beginne mit einer kurzen Mail, die Partner sofort verschicken können.
library-visible = Sichtbar
library-new-title = Neues Material
library-edit-title = Material bearbeiten
library-edit-lede = Schreib die Texte einmal; jeder Partner bekommt sie mit dem eigenen Link.
library-field-title = Titel
library-field-summary = Zusammenfassung
library-field-summary-hint = Ein oder zwei Sätze: für wen, wofür.
library-field-min-tier = Sichtbar ab Stufe
library-no-niche = keine bestimmte
library-no-program = keines
library-texts = Texte
library-texts-hint = Markdown. Die Kennzeichnung setzt Kontor selbst in die erste Zeile. Felder:
library-body = Text
library-body-hint = Kurz: etwa 300 Wörter. Lang: etwa 1.000.
library-when = Ab wann
library-embargo-hint = Eine Sperrfrist gilt für ihre Stufe und alle darunter. Leer: sofort.
library-publish-at = Erscheint
library-embargo-for = { $tier } sieht es ab
library-status = Stand
library-status-published = veröffentlicht
library-status-draft = Entwurf
library-saved = Gespeichert. So sieht es für ein Mitglied aus.
library-removed = Das Material ist gelöscht.
library-delete = Material löschen
library-delete-confirm = Dieses Material mit allen Texten löschen?

error-no_affiliate_ref = Für dieses Programm hast du noch keinen Partnercode, deshalb kann der Text deinen Link nicht tragen. Bitte wende dich an das Team.
error-field-merge_unknown = Das Feld { $name } in Zeile { $line }, Zeichen { $column } gibt es nicht. Gemeint ist vielleicht: { $suggestion }
error-field-merge_open = In Zeile { $line }, Zeichen { $column } beginnen geschweifte Klammern, die nicht geschlossen werden. Möglich sind: { $suggestion }
