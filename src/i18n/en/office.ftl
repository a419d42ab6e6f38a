office-start-title = Start
office-tagline = The house for affiliates: experience, ready-made texts and your own figures in one place.
office-not-open = This house is being set up. The link for the first admin account is in the output of the server.
office-inside = What is inside
office-inside-forum = Questions, strategies and experience, sorted by niche.
office-inside-chat = Short ways to other affiliates and to the team.
office-inside-library = Texts and images with your link and the disclosure already in.
office-inside-newsletters = News on your niches and your tier, if you like.
office-hello = Hello, { $name }
office-imprint-missing = The imprint is still missing. No campaign starts without one.
office-waiting-note = waiting for a decision
office-no-route = no mail server configured
office-no-route-long = No mail server is configured. Every mail is kept here instead of being sent.
office-legal-empty = There is nothing here yet.
office-community = Name of the community
office-tagline-de = One sentence for the landing page (German)
office-tagline-en = One sentence for the landing page (English)
office-imprint-de = Imprint (German)
office-imprint-en = Imprint (English)
office-imprint-hint = Markdown. No campaign starts while it is empty.
office-privacy-de = Privacy (German)
office-privacy-en = Privacy (English)
office-sender = Sender of newsletters
office-sender-hint = Name and address, for example Nordlicht <post@nordlicht.example>. Empty: { $from }
office-currency = Currency
office-zone-hint = Days and months are counted by it, for example Europe/Berlin.
office-address = How German texts address people
office-address-du = du (informal)
office-address-sie = Sie (formal)
office-route = Way of the mails
office-from = Sender of the house
office-jobs-waiting = Jobs waiting
office-kept = Mails kept
office-volume-hour = Mails of this hour
office-volume-day = Mails of this day (UTC)
office-volume-note = A new mail server starts gently: every day twice as many as the day before, after a week without limit. KONTOR_MAIL_PER_HOUR and KONTOR_MAIL_PER_DAY set limits of your own. What is above waits and goes out by itself.
office-send-test = Send me a test mail
office-test-sent = The test mail is on its way.
office-outbox-old = A mail server is configured. Only older mails that were not sent are kept here.
office-outbox-none = No mail kept yet.
office-raw = As a file (.eml)
office-mail-from = From
office-mail-to = To
office-mail-date = Date
office-part-html = HTML part
office-part-text = Text part
office-headers = Headers
office-jobs-dead = Given up
office-jobs-none = No job has failed.
office-job-retried = The job runs again.
office-retry = Retry
office-audit-lead = Who of the team decided what.
office-audit-none = Nothing has happened yet.
office-audit-action = What
office-audit-who = Who
office-audit-what = On
office-audit-detail = Details
office-audit-when = When
office-audit-house = the house itself
office-tokens-lead = The tokens of all members. A revoked one stops working at once.
office-tokens-none = Nobody has a token.
office-revoke = Revoke
office-dead = { $n ->
    [0] nothing failed
    [one] 1 job failed
   *[other] { NUM($n) } jobs failed
}
office-applications-waiting = { $n ->
    [one] One application is waiting
   *[other] { NUM($n) } applications are waiting
}
office-jobs-lead = { $n ->
    [one] 1 job is waiting or running.
   *[other] { NUM($n) } jobs are waiting or running.
}
office-attempts = { $n ->
    [one] 1 try
   *[other] { NUM($n) } tries
}

office-card-texts = Newest texts for you
office-card-threads = From the forum
office-card-sales = Sales
office-card-waiting = { $n ->
    [one] 1 sale waits for its partner
   *[other] { $shown } sales wait for their partner
}

office-card-word = Who needs a word
office-signal-first = First sale, { $when }
office-signal-drop = { $now } in 30 days, { $before } before
office-signal-away = last here: { $when }
office-health = How the house is
office-health-ok = fine
office-health-hot = look
office-health-bad = act
office-standing = Where you stand
office-standing-more = Sales and tier
office-this-month = Turnover this month, confirmed sales only
office-my-link = Your link
office-newest-text = Newest text for you
office-text-use = View and share
office-unread = Unread
office-card-problems = What is stuck
office-problem-import = Import failed, { $when }
