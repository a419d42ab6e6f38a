upkeep-backups = Backups
upkeep-doctor = Check-up
upkeep-needs-a-look = Needs a look
upkeep-backups-lead = One archive of database and files, taken while the house runs; it goes into SQLite and into PostgreSQL.
upkeep-back-up-now = Back up now
upkeep-backup-begun = The backup is running.
upkeep-backup-running = A backup is running already.
upkeep-backup-off = Scheduled backups are switched off (KONTOR_BACKUP_TO=off).
upkeep-backup-old = The last good backup is too old:
upkeep-last = Last good one
upkeep-none-yet = None yet
upkeep-place = Kept in
upkeep-every = Every
upkeep-every-days = { $n ->
    [one] day
   *[other] { NUM($n) } days
}
upkeep-every-hours = { $n ->
    [one] hour
   *[other] { NUM($n) } hours
}
upkeep-keep = Kept (days / weeks / months)
upkeep-encrypted = Encrypted
upkeep-not-encrypted = No: KONTOR_BACKUP_PASSPHRASE is missing
upkeep-taken = Taken
upkeep-when = When
upkeep-state = State
upkeep-why = Reason
upkeep-size = Size
upkeep-rows = Rows
upkeep-files = Files
upkeep-file = Archive
upkeep-cause-schedule = schedule
upkeep-cause-asked = asked for here
upkeep-cause-command = command line
upkeep-state-running = running
upkeep-state-done = complete
upkeep-state-failed = failed
upkeep-state-removed = expired
upkeep-what-is-in-it = What is in it and what is not
upkeep-holds-database = In it: every table of the database at one moment, password hashes too.
upkeep-holds-files = In it: uploads, imported files and the outbox.
upkeep-holds-keys = In it: the keys of encrypted fields, because the archive itself is encrypted.
upkeep-lacks-keys = Not in it: the keys of encrypted fields (the file “keys” in the data folder). They need a copy of their own.
upkeep-lacks-environment = Not in it: everything of the environment such as SMTP_URL, DATABASE_URL, passphrases and S3 keys.
upkeep-how-back = Back, into an empty place:
upkeep-look-again = Check again
upkeep-record = DNS record
upkeep-is-ok = all right
upkeep-is-warn = note
upkeep-is-bad = error
upkeep-doctor-well = All is well.
upkeep-doctor-warn = { $n ->
    [one] 1 note, no error.
   *[other] { NUM($n) } notes, no error.
}
upkeep-doctor-bad = { $n ->
    [one] 1 error.
   *[other] { NUM($n) } errors.
}

upkeep-topic-config = Configuration
upkeep-topic-database = Database
upkeep-topic-database-tls = TLS to the database
upkeep-topic-disk = Disk
upkeep-topic-mail = Mail route
upkeep-topic-queue = Queue
upkeep-topic-spf = SPF
upkeep-topic-dkim = DKIM
upkeep-topic-dmarc = DMARC
upkeep-topic-mx = MX
upkeep-topic-ptr = PTR
upkeep-topic-clock = Clock
upkeep-topic-proxy = Proxy
upkeep-topic-backup = Backup
upkeep-topic-keys = Keys
upkeep-topic-redis = Redis
upkeep-topic-errors = Error rate

upkeep-doctor-config-ok = Reached at { $url }.
upkeep-doctor-config-limits-off = KONTOR_RATE_LIMITS=off is for load tests only.
upkeep-doctor-config-sender = KONTOR_MAIL_FROM is missing: there is a mail route, and the sender still is localhost.
upkeep-doctor-config-no-base-url = KONTOR_BASE_URL is missing: links in mails lead nowhere.
upkeep-doctor-config-local-only = KONTOR_BASE_URL is missing; that does on this machine only.
upkeep-doctor-config-http = KONTOR_BASE_URL begins with http: cookies travel unencrypted.
upkeep-doctor-database-ok = { $backend }, as this version wants it.
upkeep-doctor-database-empty = Still empty; the first start creates it.
upkeep-doctor-database-pending = { $backend }, { $n } migrations are pending; the next start backs up and applies them.
upkeep-doctor-database-newer = It belongs to a newer version.
upkeep-doctor-database-damaged = Damaged: { $why }
upkeep-doctor-database-away = { $place } cannot be opened: { $why }
upkeep-doctor-database-tls-built-in = Built in.
upkeep-doctor-database-tls-not-needed = Not needed: SQLite.
upkeep-doctor-database-tls-own-network = Not built in; the database is in a network of one's own.
upkeep-doctor-database-tls-open = Not built in, and the database is elsewhere: build with the feature system-libpq.
upkeep-doctor-database-tls-wanted = DATABASE_URL asks for TLS and this program has none: build with the feature system-libpq.
upkeep-doctor-database-tls-not-asked = Built in, but not asked for: add sslmode=require to DATABASE_URL.
upkeep-doctor-disk-ok = { $free } of { $all } free.
upkeep-doctor-disk-low = Only { $free } of { $all } free.
upkeep-doctor-disk-unknown = The data folder cannot be read.
upkeep-doctor-mail-ok = { $route } answers and takes the sign-in; sender { $sender }.
upkeep-doctor-mail-outbox = SMTP_URL is missing: every mail stays in the outbox.
upkeep-doctor-mail-down = { $route } cannot be used: { $why }
upkeep-doctor-mail-test-sent = Test mail to { $to }: { $said }
upkeep-doctor-mail-test-failed = The test mail to { $to } did not leave: { $said }
upkeep-doctor-mail-no-test = Without SMTP_URL no test mail leaves.
upkeep-doctor-queue-ok = Nothing waits long, nothing failed.
upkeep-doctor-queue-dead = { $n } jobs failed.
upkeep-doctor-queue-stuck = A due job has waited for { $minutes } minutes.
upkeep-doctor-spf-ok = { $domain } allows the mail server: { $record }
upkeep-doctor-spf-unproven = { $domain } has a record; the mail server is in a network of one's own, its outside address is not known.
upkeep-doctor-spf-not-covered = The record of { $domain } does not name { $ip }. If the mail server sends from other addresses, that is right.
upkeep-doctor-spf-missing = { $domain } has no SPF record.
upkeep-doctor-spf-several = { $domain } has several SPF records; then none counts.
upkeep-doctor-spf-anybody = { $domain } allows every machine of the world to send: { $record }
upkeep-doctor-spf-too-many = The record of { $domain } costs more than ten questions; then it does not count.
upkeep-doctor-spf-no-domain = The sender is no address.
upkeep-doctor-spf-no-route = Not checked without a mail route ({ $domain }).
upkeep-doctor-spf-made-up = { $domain } is no name the DNS can have; receivers refuse such senders.
upkeep-doctor-spf-no-dns = The name server does not answer: { $why }
upkeep-doctor-dkim-ok = The key stands at { $name }.
upkeep-doctor-dkim-missing = There is no key at { $name }; the mail server that signs tells its value.
upkeep-doctor-dkim-revoked = The key at { $name } is revoked.
upkeep-doctor-dkim-no-selector = Does the mail server sign for { $domain }? Then name its selector in KONTOR_DKIM_SELECTOR.
upkeep-doctor-dmarc-ok = { $name }: { $policy }
upkeep-doctor-dmarc-watching = { $name }: none, that is, watching only.
upkeep-doctor-dmarc-missing = { $name } is missing; large receivers ask for it.
upkeep-doctor-dmarc-broken = { $name } names no valid policy.
upkeep-doctor-mx-ok = Answers and bounces are taken by { $host }.
upkeep-doctor-mx-missing = { $domain } takes no mail; bounces are lost.
upkeep-doctor-mx-null = { $domain } says that it takes no mail.
upkeep-doctor-mx-nowhere = { $host } has no address.
upkeep-doctor-ptr-ok = { $ip } is called { $host } and the other way round.
upkeep-doctor-ptr-missing = { $ip } has no name; many receivers refuse that. Whoever owns the address sets the record.
upkeep-doctor-ptr-one-way = { $ip } is called { $host }, but { $host } has another address.
upkeep-doctor-ptr-own-network = The mail server is in a network of one's own.
upkeep-doctor-clock-ok = { $seconds } seconds away from the database.
upkeep-doctor-clock-apart = { $seconds } seconds away from the database: set up time synchronisation.
upkeep-doctor-clock-back = It went back: there are entries of { $newest } already.
upkeep-doctor-clock-runs = { $now }
upkeep-doctor-proxy-none = No proxy seen.
upkeep-doctor-proxy-trusted = KONTOR_TRUSTED_PROXIES is set.
upkeep-doctor-proxy-own-tls = Kontor itself speaks TLS.
upkeep-doctor-proxy-expected = KONTOR_BASE_URL begins with https, so a proxy stands in front: KONTOR_TRUSTED_PROXIES is missing. Without it every visitor looks like one, and limits and consents carry the wrong address.
upkeep-doctor-proxy-untrusted = { $peer } forwards requests (last { $at }) and is not in KONTOR_TRUSTED_PROXIES: every visitor looks like one, limits and consents carry the wrong address.
upkeep-doctor-backup-ok = Last { $at }, in { $place }.
upkeep-doctor-backup-open = Last { $at }, in { $place }, not encrypted: KONTOR_BACKUP_PASSPHRASE is missing.
upkeep-doctor-backup-old = The last good one is of { $at } ({ $place }).
upkeep-doctor-backup-never = None ever succeeded ({ $place }).
upkeep-doctor-backup-soon = The first one follows in { $place }.
upkeep-doctor-backup-off = Switched off (KONTOR_BACKUP_TO=off).
upkeep-doctor-keys-ok = { $all } encrypted fields, all readable ({ $place }).
upkeep-doctor-keys-shut = { $shut } of { $all } encrypted fields stay shut: their key is not in { $place }.
upkeep-doctor-redis-ok = { $at } answers.
upkeep-doctor-redis-down = { $at } does not answer.
upkeep-doctor-errors-ok = { $n } of { $all } requests failed.
upkeep-doctor-errors-many = { $n } of { $all } requests of the last minutes failed.
error-backup_off = Scheduled backups are switched off.
error-backup_running = A backup is running already.
upkeep-dkim = DKIM keys
upkeep-dkim-lede = Kontor signs every mail itself. Make keys, publish their records, activate them once the DNS shows them.
upkeep-dkim-make = Make keys
upkeep-dkim-made = Keys made. Their records still have to be published.
upkeep-dkim-made-at = made
upkeep-dkim-none = No keys yet: mails leave unsigned, or the mail server signs them.
upkeep-dkim-active = signs
upkeep-dkim-activate = Check and activate
upkeep-dkim-signs = Mails are signed with this key from now on.
upkeep-dkim-removed = The key is gone.
upkeep-doctor-dkim-signs = Signs with the key at { $name }.
upkeep-doctor-dkim-lost = Signs with the key at { $name }, but the DNS does not show it: receivers take the mails for forged.
upkeep-doctor-dkim-ready = The DNS shows the key at { $name }; it can be activated.
upkeep-doctor-dkim-waiting = The record of the key at { $name } is not published yet.
error-field-not_published = The DNS does not show this record yet. It can take up to a day.
error-field-no_dns = The DNS does not answer.
