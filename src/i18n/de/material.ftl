# Material neben den Texten: Bilder, Marke, Infoblätter, Leitfäden, Schulung, Fragen; Sammlungen, Mengen, Güte, Nutzung.

library-kind-quick_start = Schnellstart
library-kind-sales_guide = Verkaufsleitfaden
library-kind-faq = Fragen und Einwände

material-all = Alle
material-contents = Inhalt
material-minutes = { $n ->
    [one] 1 Minute
   *[other] { NUM($n) } Minuten
}
material-done-of = { $done } von { $total } erledigt
material-done = erledigt
material-mark = Als erledigt markieren
material-undo = Doch nicht erledigt
material-features = Merkmale
material-benefits = Vorteile
material-prices = Preise
material-price = Preis
material-price-for = Wofür
material-price-note = Hinweis
material-valid-until = Gültig bis { $day }
material-expired = Preise und Angaben galten bis { $day }. Bitte nicht mehr verwenden.
material-colours = Farben
material-logos = Logos und Vorlagen
material-files = Dateien
material-credit = Foto:
material-alt = Alternativtext
material-copy-alt = Alternativtext kopieren
material-take = Herunterladen
material-dos = So ist es richtig
material-donts = So bitte nicht
material-open-at = Ansehen bei { $host }
material-questions = Häufige Fragen
material-objections = Einwände und was hilft
material-print = Drucken
material-quiz-check = Antworten prüfen
material-quiz-all = Bitte jede Frage beantworten.
material-quiz-right = Alles richtig. Der Abschnitt ist erledigt.
material-quiz-this-right = Richtig.
material-quiz-this-wrong = Noch nicht richtig.
error-quiz_open = Zu diesem Abschnitt gehören Fragen. Er ist erledigt, sobald sie richtig beantwortet sind.

material-licence-partner = Für Partner des Programms
material-licence-free = Frei verwendbar
material-licence-editorial = Nur redaktionell
material-licence-cc_by = CC BY, mit Namensnennung
material-licence-cc0 = CC0, gemeinfrei
material-role-image = Bild
material-role-banner = Banner
material-role-logo = Logo
material-role-document = Dokument
material-role-recording = Aufzeichnung
material-role-other = Sonstiges

material-desk = Dateien und Inhalte
material-desk-title = Dateien und Inhalte
material-desk-lede = Dateien mit Lizenz und Alternativtext, dazu alles, was Struktur hat.
material-desk-see = Ansehen
material-add-files = Dateien hinzufügen
material-file-title = Bezeichnung
material-role = Zweck
material-licence = Lizenz
material-credit-field = Namensnennung
material-alt-de = Alternativtext (Deutsch)
material-alt-en = Alternativtext (English)
material-position = Platz
material-no-words = ohne Text
material-remove-file = Aus diesem Material nehmen
material-facts = Merkmale, Vorteile, Preise
material-one-a-line = Ein Punkt in jeder Zeile.
material-prices-hint = Eine Zeile je Preis: deutscher Name | englischer Name | 649,00 EUR | Hinweis deutsch | Hinweis englisch
material-valid-field = Gültig bis
material-valid-hint = Danach warnt die Seite und das Team findet das Material in der Güteliste.
material-brand = Farben und Regeln der Marke
material-colours-hint = Eine Zeile je Farbe: Name | #005c5f | Verwendung deutsch | Verwendung englisch
material-sections = Abschnitte
material-sections-hint = Jede Überschrift mit ## beginnt einen Abschnitt. Danach dürfen ein Link, eine Dauer und Fragen stehen; der Rest ist Markdown. Der Fortschritt zählt Plätze: Der dritte Abschnitt beider Sprachen ist dieselbe Lektion.
material-sample-title = Überschrift
material-sample-text = Text in Markdown.
material-sample-question = Frage?
material-sample-wrong = falsche Antwort
material-sample-right = richtige Antwort
material-entries = Fragen und Einwände
material-entries-hint = „? Frage“ oder „! Einwand“ in einer Zeile, die Antwort darunter.
material-saved = Gespeichert.

material-collections-title = Sammlungen
material-collections-lede = Was zusammengehört, an einer Stelle.
material-collections-empty = Noch keine Sammlungen.
material-collection-new = Neue Sammlung
material-collection-edit = Sammlung bearbeiten
material-collection-items = Materialien
material-collection-hint = Wer einen Platz bekommt, gehört dazu; die Zahlen ordnen.
material-collection-saved = Die Sammlung ist gespeichert.
material-collection-delete = Sammlung löschen
material-collection-delete-confirm = Sammlung löschen? Die Materialien bleiben.
material-collection-deleted = Die Sammlung ist gelöscht.
material-collection-empty = Diese Sammlung ist noch leer.
material-items = { $n ->
    [one] 1 Material
   *[other] { NUM($n) } Materialien
}

material-training-title = Schulung
material-training-lede = Leitfäden und Lektionen mit dem eigenen Fortschritt.
material-training-open = Zu tun
material-training-done = Erledigt
material-training-empty = Noch keine Leitfäden oder Schulungen.

material-bulk-title = Viele auf einmal
material-bulk-short = Viele auf einmal
material-bulk-lede = Ein Zip mit Dateien und einer CSV-Datei, die sagt, was sie sind. Der Probelauf ändert nichts.
material-bulk-new = Neues Archiv
material-bulk-archive = Zip-Datei wählen
material-bulk-dry = Probelauf
material-bulk-run = Gleich anlegen
material-bulk-columns = Spalten und Beispiel
material-bulk-help = Zeilen mit gleichem Titel und gleicher Art werden ein Material mit mehreren Dateien. Eine Zeile mit variant ist ein Text; er steht in body oder in der genannten Datei. Alle Spalten außer file oder title sind freiwillig.
material-bulk-sample = Herbst
material-bulk-past = Bisher
material-bulk-when = Wann
material-bulk-made = Materialien
material-bulk-errors = Fehler
material-bulk-warnings = Hinweise
material-bulk-queued = läuft
material-bulk-failed = nichts angelegt
material-bulk-tried = Probelauf
material-bulk-done = angelegt
material-bulk-report = Bericht
material-bulk-report-dry = Bericht des Probelaufs
material-bulk-wait = Das Archiv wird gelesen.
material-bulk-look = Neu laden
material-bulk-nothing = Es wurde nichts angelegt. Erst die Fehler beheben, dann noch einmal hochladen.
material-bulk-clean = Der Probelauf ist ohne Fehler.
material-bulk-run-now = Jetzt anlegen
material-bulk-row = Zeile
material-bulk-column = Spalte
material-bulk-what = Was
material-bulk-files = { $n ->
    [one] 1 Datei
   *[other] { NUM($n) } Dateien
}
material-bulk-texts = { $n ->
    [one] 1 Text
   *[other] { NUM($n) } Texte
}
material-bulk-no-zip = Das ist kein lesbares Zip-Archiv.
material-bulk-too-many = Das sind zu viele: { $value }.
material-bulk-encrypted = „{ $value }“ ist verschlüsselt.
material-bulk-too-large = „{ $value }“ ist zu groß.
material-bulk-same-name = „{ $value }“ kommt zweimal vor.
material-bulk-no-file = „{ $value }“ ist nicht im Archiv.
material-bulk-broken = „{ $value }“ ist beschädigt.
material-bulk-no-csv = Im Archiv ist keine CSV-Datei.
material-bulk-two-csv = Im Archiv ist mehr als eine CSV-Datei: „{ $value }“.
material-bulk-not-utf8 = „{ $value }“ ist nicht in UTF-8 gespeichert.
material-bulk-row-broken = Diese Zeile ist nicht lesbar.
material-bulk-column-unknown = Die Spalte „{ $value }“ ist unbekannt.
material-bulk-unused = „{ $value }“ kommt in keiner Zeile vor.
material-bulk-near-copy = Fast derselbe Text steht schon in Material { $value }.
material-bulk-same-file = Dieselbe Datei liegt schon in Material { $value }.
error-bulk_running = Der Probelauf ist noch nicht fertig.
error-bulk_errors = Nur ein Probelauf ohne Fehler lässt sich anlegen.

material-usage-title = Nutzung der Materialien
material-usage-short = Nutzung
material-usage-lede = Was mitgenommen wird, von wie vielen und in welcher Form. Jede Person zählt je Datei einmal am Tag.
material-usage-span = Zeitraum
material-days = { $n } Tage
material-usage-people = Personen
material-usage-taken = Genutzte Materialien
material-usage-idle = Nicht genutzt
material-usage-days = Downloads je Tag
material-usage-chart = Downloads je Tag, höchstens { $most }
material-usage-top = Am meisten mitgenommen
material-usage-share = Anteil
material-usage-tiers = Stufe
material-usage-formats = Form
material-usage-empty = In diesem Zeitraum hat niemand etwas mitgenommen.

material-quality-title = Güteliste der Materialien
material-quality-short = Güte
material-quality-lede = { $n ->
    [0] Alles in Ordnung.
    [one] Ein Material braucht Aufmerksamkeit.
   *[other] { NUM($n) } Stellen brauchen Aufmerksamkeit.
}
material-quality-empty = Nichts zu tun.
material-issue-expired = Abgelaufen
material-issue-expired-hint = Das Datum „gültig bis“ ist vorbei.
material-issue-empty = Ohne Inhalt
material-issue-empty-hint = Kein Text, keine Datei, keine Angaben.
material-issue-no_file = Ohne Datei
material-issue-no_file-hint = Bilder und Markenpakete brauchen mindestens eine Datei.
material-issue-low_stars = Unter drei Sternen
material-issue-low_stars-hint = Die Bewertungen der Mitglieder liegen unter drei.
material-issue-language_de = Deutsch fehlt
material-issue-language_de-hint = Es gibt den Inhalt nur auf Englisch.
material-issue-language_en = Englisch fehlt
material-issue-language_en-hint = Es gibt den Inhalt nur auf Deutsch.
material-issue-no_alt = Alternativtext fehlt
material-issue-no_alt-hint = Ein Bild hat keinen Text für alle, die es nicht sehen, in beiden Sprachen.
material-issue-copy_file = Dieselbe Datei
material-issue-copy_file-hint = Sie liegt schon in einem anderen Material.
material-issue-copy_text = Fast derselbe Text
material-issue-copy_text-hint = Er steht schon in einem anderen Material.
material-issue-unplaced = Ohne Nische und Programm
material-issue-unplaced-hint = So findet es kaum jemand.
material-issue-outdated = Lange nicht geändert
material-issue-outdated-hint = Seit einem halben Jahr unverändert.
material-issue-unused = Nie mitgenommen
material-issue-unused-hint = Seit drei Monaten da, und niemand hat es genommen.

