# Dateien: hochladen, prüfen, herunterladen.

files-upload = Hochladen
files-choose = Datei wählen
files-or-drop = oder hierher ziehen, auch aus der Zwischenablage
files-remove = Entfernen
files-sending = Wird hochgeladen
files-checking = Wird geprüft
files-sent = Hochgeladen
files-refused = Nicht angenommen
files-none-chosen = Keine Datei gewählt.
files-files = Dateien
file-reason-infected = Der Virenscanner hat etwas gefunden; die Datei wurde gelöscht.
file-reason-image_too_large = Das Bild hat zu viele Bildpunkte oder ist größer als 32 MB.
file-reason-image_broken = Das Bild ist beschädigt.
file-reason-checksum = Es ist etwas anderes angekommen als angekündigt.

error-storage_full = Der Speicherplatz dafür ist aufgebraucht.
error-upload_offset = Der Upload steht an einer anderen Stelle. Bitte den Stand abfragen und dort weitermachen.
error-upload_parts = Der Upload hat zu viele Teile. Bitte neu anfangen, mit größeren Teilen.
error-file_in_use = Die Datei wird noch verwendet.
error-field-checksum = Die Prüfsumme passt nicht zu dem, was angekommen ist.
error-field-file_unfinished = Diese Datei ist noch nicht vollständig hochgeladen.
error-field-file_refused = Diese Datei wurde nicht angenommen.
error-field-too_many_files = So viele Dateien auf einmal gehen nicht.

office-uploads = Hochgeladene Dateien, in MB
office-uploads-file = Eine Datei höchstens
office-uploads-member = Alle Dateien einer Person
office-uploads-total = Alle Dateien zusammen
