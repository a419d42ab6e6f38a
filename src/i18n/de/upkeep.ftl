upkeep-backups = Backups
upkeep-doctor = Prüfung
upkeep-needs-a-look = Braucht einen Blick
upkeep-backups-lead = Ein Archiv von Datenbank und Dateien, im laufenden Betrieb aufgenommen; es lässt sich auf SQLite und auf PostgreSQL einspielen.
upkeep-back-up-now = Jetzt sichern
upkeep-backup-begun = Das Backup läuft.
upkeep-backup-running = Ein Backup läuft schon.
upkeep-backup-off = Geplante Backups sind ausgeschaltet (KONTOR_BACKUP_TO=off).
upkeep-backup-old = Das letzte gute Backup ist zu alt:
upkeep-last = Letztes gutes
upkeep-none-yet = Noch keins
upkeep-place = Ablage
upkeep-every = Abstand
upkeep-every-days = { $n ->
    [one] täglich
   *[other] alle { NUM($n) } Tage
}
upkeep-every-hours = { $n ->
    [one] stündlich
   *[other] alle { NUM($n) } Stunden
}
upkeep-keep = Behalten (Tage / Wochen / Monate)
upkeep-encrypted = Verschlüsselt
upkeep-not-encrypted = Nein: KONTOR_BACKUP_PASSPHRASE fehlt
upkeep-taken = Aufgenommen
upkeep-when = Wann
upkeep-state = Stand
upkeep-why = Anlass
upkeep-size = Größe
upkeep-rows = Zeilen
upkeep-files = Dateien
upkeep-file = Archiv
upkeep-cause-schedule = Zeitplan
upkeep-cause-asked = im Haus ausgelöst
upkeep-cause-command = Kommandozeile
upkeep-state-running = läuft
upkeep-state-done = vollständig
upkeep-state-failed = gescheitert
upkeep-state-removed = abgelaufen
upkeep-what-is-in-it = Was darin steht und was nicht
upkeep-holds-database = Darin: jede Tabelle der Datenbank in einem Augenblick, auch Passwort-Hashes.
upkeep-holds-files = Darin: Uploads, importierte Dateien und der Postausgang.
upkeep-holds-keys = Darin: die Schlüssel verschlüsselter Felder, weil das Archiv selbst verschlüsselt ist.
upkeep-lacks-keys = Nicht darin: die Schlüssel verschlüsselter Felder (Datei „keys“ im Datenordner). Sie brauchen eine eigene Kopie.
upkeep-lacks-environment = Nicht darin: alles aus der Umgebung wie SMTP_URL, DATABASE_URL, Passphrasen und S3-Schlüssel.
upkeep-how-back = Zurück, in einen leeren Ort:
upkeep-look-again = Noch einmal prüfen
upkeep-record = Eintrag im DNS
upkeep-is-ok = in Ordnung
upkeep-is-warn = Hinweis
upkeep-is-bad = Fehler
upkeep-doctor-well = Alles in Ordnung.
upkeep-doctor-warn = { $n ->
    [one] 1 Hinweis, kein Fehler.
   *[other] { NUM($n) } Hinweise, kein Fehler.
}
upkeep-doctor-bad = { $n ->
    [one] 1 Fehler.
   *[other] { NUM($n) } Fehler.
}

upkeep-topic-config = Konfiguration
upkeep-topic-database = Datenbank
upkeep-topic-database-tls = TLS zur Datenbank
upkeep-topic-disk = Speicherplatz
upkeep-topic-mail = Weg der E-Mails
upkeep-topic-queue = Warteschlange
upkeep-topic-spf = SPF
upkeep-topic-dkim = DKIM
upkeep-topic-dmarc = DMARC
upkeep-topic-mx = MX
upkeep-topic-ptr = PTR
upkeep-topic-clock = Uhr
upkeep-topic-proxy = Proxy
upkeep-topic-backup = Backup
upkeep-topic-keys = Schlüssel
upkeep-topic-redis = Redis
upkeep-topic-errors = Fehlerquote

upkeep-doctor-config-ok = Erreichbar unter { $url }.
upkeep-doctor-config-limits-off = KONTOR_RATE_LIMITS=off ist nur für Lasttests.
upkeep-doctor-config-sender = KONTOR_MAIL_FROM fehlt: ein Mailserver ist eingerichtet, der Absender ist noch localhost.
upkeep-doctor-config-no-base-url = KONTOR_BASE_URL fehlt: Links in E-Mails führen ins Leere.
upkeep-doctor-config-local-only = KONTOR_BASE_URL fehlt; das genügt nur auf diesem Rechner.
upkeep-doctor-config-http = KONTOR_BASE_URL beginnt mit http: Cookies gehen unverschlüsselt.
upkeep-doctor-database-ok = { $backend }, auf dem Stand dieser Version.
upkeep-doctor-database-empty = Noch leer; der erste Start legt sie an.
upkeep-doctor-database-pending = { $backend }, { $n } Migrationen stehen aus; der nächste Start sichert und wendet sie an.
upkeep-doctor-database-newer = Sie gehört zu einer neueren Version.
upkeep-doctor-database-damaged = Beschädigt: { $why }
upkeep-doctor-database-away = { $place } ist nicht zu öffnen: { $why }
upkeep-doctor-database-tls-built-in = Eingebaut.
upkeep-doctor-database-tls-not-needed = Nicht nötig: SQLite.
upkeep-doctor-database-tls-own-network = Nicht eingebaut; die Datenbank steht im eigenen Netz.
upkeep-doctor-database-tls-open = Nicht eingebaut, und die Datenbank steht anderswo: mit dem Feature system-libpq bauen.
upkeep-doctor-database-tls-wanted = DATABASE_URL verlangt TLS, dieses Programm kann es nicht: mit dem Feature system-libpq bauen.
upkeep-doctor-database-tls-not-asked = Eingebaut, aber nicht verlangt: sslmode=require an DATABASE_URL hängen.
upkeep-doctor-disk-ok = { $free } von { $all } frei.
upkeep-doctor-disk-low = Nur noch { $free } von { $all } frei.
upkeep-doctor-disk-unknown = Der Datenordner ist nicht zu lesen.
upkeep-doctor-mail-ok = { $route } antwortet und nimmt die Anmeldung an; Absender { $sender }.
upkeep-doctor-mail-outbox = SMTP_URL fehlt: jede E-Mail bleibt im Postausgang.
upkeep-doctor-mail-down = { $route } ist nicht zu benutzen: { $why }
upkeep-doctor-mail-test-sent = Testmail an { $to }: { $said }
upkeep-doctor-mail-test-failed = Testmail an { $to } ging nicht hinaus: { $said }
upkeep-doctor-mail-no-test = Ohne SMTP_URL geht keine Testmail hinaus.
upkeep-doctor-queue-ok = Nichts wartet lange, nichts ist gescheitert.
upkeep-doctor-queue-dead = { $n } Aufträge sind gescheitert.
upkeep-doctor-queue-stuck = Ein fälliger Auftrag wartet seit { $minutes } Minuten.
upkeep-doctor-spf-ok = { $domain } erlaubt den Mailserver: { $record }
upkeep-doctor-spf-unproven = Für { $domain } gibt es einen Eintrag; der Mailserver steht im eigenen Netz, seine Adresse nach außen ist unbekannt.
upkeep-doctor-spf-not-covered = Der Eintrag von { $domain } nennt { $ip } nicht. Sendet der Mailserver von anderen Adressen, ist das richtig so.
upkeep-doctor-spf-missing = { $domain } hat keinen SPF-Eintrag.
upkeep-doctor-spf-several = { $domain } hat mehrere SPF-Einträge; dann gilt keiner.
upkeep-doctor-spf-anybody = { $domain } erlaubt jedem Rechner der Welt zu senden: { $record }
upkeep-doctor-spf-too-many = Der Eintrag von { $domain } kostet mehr als zehn Fragen; dann gilt er nicht.
upkeep-doctor-spf-no-domain = Der Absender ist keine Adresse.
upkeep-doctor-spf-no-route = Ohne Mailserver nicht geprüft ({ $domain }).
upkeep-doctor-spf-made-up = { $domain } ist kein Name, den es im DNS geben kann; Empfänger lehnen solche Absender ab.
upkeep-doctor-spf-no-dns = Der Nameserver antwortet nicht: { $why }
upkeep-doctor-dkim-ok = Der Schlüssel steht unter { $name }.
upkeep-doctor-dkim-missing = Unter { $name } steht kein Schlüssel; den Wert nennt der Mailserver, der unterschreibt.
upkeep-doctor-dkim-revoked = Der Schlüssel unter { $name } ist zurückgezogen.
upkeep-doctor-dkim-no-selector = Unterschreibt der Mailserver für { $domain }? Dann seinen Selector als KONTOR_DKIM_SELECTOR nennen.
upkeep-doctor-dmarc-ok = { $name }: { $policy }
upkeep-doctor-dmarc-watching = { $name }: none, also nur beobachten.
upkeep-doctor-dmarc-missing = { $name } fehlt; große Empfänger verlangen ihn.
upkeep-doctor-dmarc-broken = { $name } nennt keine gültige Regel.
upkeep-doctor-mx-ok = Antworten und Rückläufer nimmt { $host } an.
upkeep-doctor-mx-missing = { $domain } nimmt keine Post an; Rückläufer gehen verloren.
upkeep-doctor-mx-null = { $domain } sagt ausdrücklich, dass es keine Post annimmt.
upkeep-doctor-mx-nowhere = { $host } hat keine Adresse.
upkeep-doctor-ptr-ok = { $ip } heißt { $host } und umgekehrt.
upkeep-doctor-ptr-missing = { $ip } hat keinen Namen; viele Empfänger lehnen das ab. Den Eintrag setzt, wem die Adresse gehört.
upkeep-doctor-ptr-one-way = { $ip } heißt { $host }, aber { $host } hat eine andere Adresse.
upkeep-doctor-ptr-own-network = Der Mailserver steht im eigenen Netz.
upkeep-doctor-clock-ok = Weicht { $seconds } Sekunden von der Datenbank ab.
upkeep-doctor-clock-apart = Weicht { $seconds } Sekunden von der Datenbank ab: Zeitabgleich einrichten.
upkeep-doctor-clock-back = Ging zurück: es gibt schon Einträge von { $newest }.
upkeep-doctor-clock-runs = { $now }
upkeep-doctor-proxy-none = Kein Proxy gesehen.
upkeep-doctor-proxy-trusted = KONTOR_TRUSTED_PROXIES ist gesetzt.
upkeep-doctor-proxy-own-tls = TLS kommt aus Kontor selbst.
upkeep-doctor-proxy-expected = KONTOR_BASE_URL beginnt mit https, also steht ein Proxy davor: KONTOR_TRUSTED_PROXIES fehlt. Ohne sie sieht jeder Besuch gleich aus, und Grenzen und Einwilligungen tragen die falsche Adresse.
upkeep-doctor-proxy-untrusted = { $peer } reicht Anfragen weiter (zuletzt { $at }) und steht nicht in KONTOR_TRUSTED_PROXIES: jeder Besuch sieht gleich aus, Grenzen und Einwilligungen tragen die falsche Adresse.
upkeep-doctor-backup-ok = Zuletzt { $at }, in { $place }.
upkeep-doctor-backup-open = Zuletzt { $at }, in { $place }, unverschlüsselt: KONTOR_BACKUP_PASSPHRASE fehlt.
upkeep-doctor-backup-old = Das letzte gute ist von { $at } ({ $place }).
upkeep-doctor-backup-never = Noch nie eins gelungen ({ $place }).
upkeep-doctor-backup-soon = Das erste folgt in { $place }.
upkeep-doctor-backup-off = Ausgeschaltet (KONTOR_BACKUP_TO=off).
upkeep-doctor-keys-ok = { $all } verschlüsselte Felder, alle lesbar ({ $place }).
upkeep-doctor-keys-shut = { $shut } von { $all } verschlüsselten Feldern bleiben zu: ihr Schlüssel fehlt in { $place }.
upkeep-doctor-redis-ok = { $at } antwortet.
upkeep-doctor-redis-down = { $at } antwortet nicht.
upkeep-doctor-errors-ok = { $n } von { $all } Anfragen scheiterten.
upkeep-doctor-errors-many = { $n } von { $all } Anfragen der letzten Minuten scheiterten.
error-backup_off = Geplante Backups sind ausgeschaltet.
error-backup_running = Ein Backup läuft schon.
upkeep-dkim = DKIM-Schlüssel
upkeep-dkim-lede = Kontor unterschreibt jede Mail selbst: Schlüssel anlegen, Einträge veröffentlichen, aktivieren, sobald das DNS sie zeigt.
upkeep-dkim-make = Schlüssel anlegen
upkeep-dkim-made = Schlüssel angelegt. Die Einträge müssen noch veröffentlicht werden.
upkeep-dkim-made-at = angelegt
upkeep-dkim-none = Noch keine Schlüssel: Mails gehen ohne Unterschrift hinaus, oder der Mailserver unterschreibt.
upkeep-dkim-active = unterschreibt
upkeep-dkim-activate = Prüfen und aktivieren
upkeep-dkim-signs = Ab jetzt unterschreibt dieser Schlüssel die Mails.
upkeep-dkim-removed = Der Schlüssel ist gelöscht.
upkeep-doctor-dkim-signs = Unterschreibt mit dem Schlüssel unter { $name }.
upkeep-doctor-dkim-lost = Unterschreibt mit dem Schlüssel unter { $name }, aber das DNS zeigt ihn nicht: Empfänger halten die Mails für gefälscht.
upkeep-doctor-dkim-ready = Das DNS zeigt den Schlüssel unter { $name }; er kann aktiviert werden.
upkeep-doctor-dkim-waiting = Der Eintrag des Schlüssels unter { $name } ist noch nicht veröffentlicht.
error-field-not_published = Das DNS zeigt diesen Eintrag noch nicht. Das kann bis zu einem Tag dauern.
error-field-no_dns = Das DNS antwortet nicht.
