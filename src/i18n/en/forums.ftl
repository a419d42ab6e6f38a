forums-title = Forum
forums-lede = What people talk about right now, across all niches.
forums-newest = Newest threads
forums-none = Nobody has opened a thread yet. Pick a niche and begin.
forums-niches = Niches
forums-no-niches = No niche is open to you yet.
forums-threads = Threads
forums-thread-count = { $n ->
    [one] 1 thread
   *[other] { NUM($n) } threads
}
forums-post-count = { $n ->
    [one] 1 post
   *[other] { NUM($n) } posts
}
forums-unread-threads = unread threads
forums-unread-posts = new posts
forums-replies = replies
forums-new = new
forums-pinned = pinned
forums-locked = closed
forums-hidden = hidden
forums-niche-empty = It is quiet here. Open the first thread.
forums-new-thread = New thread
forums-open-thread = Open thread
forums-title-label = Title
forums-text = Your text
forums-write-here = Write a reply
forums-mark-read = Mark all as read
forums-all-read = Everything in this niche counts as read now.
forums-range = Posts { NUM($from) } to { NUM($to) } of { NUM($last) }
forums-new-since = New since your last visit
forums-to-unread = To the first unread post
forums-team = Team
forums-former-member = Former member
forums-in-reply-to = In reply to
forums-post-number = Post
forums-edited = edited
forums-likes = likes
forums-reply = Reply
forums-reply-to = Reply to post
forums-quote = Quote
forums-edit-post = Edit post
forums-report-post = Report post
forums-post-deleted = This post was deleted.
forums-post-hidden = This post is hidden.
forums-locked-note = This thread is closed. You can read it, but no longer reply.
forums-about = About this thread
forums-progress = Progress
forums-first = Beginning
forums-last = End
forums-jump = To post
forums-go = Go
forums-moderation = Moderation
forums-act = Action
forums-act-pin = Pin
forums-act-unpin = Unpin
forums-act-lock = Close
forums-act-unlock = Open again
forums-act-hide = Hide
forums-act-show = Show again
forums-act-move = Move to another niche
forums-act-niche = Niche (for moving)
forums-reason = Reason
forums-apply = Apply
forums-saved = Saved.
forums-edit-title = Edit post
forums-take-back = Take it back
forums-take-back-note = Its place in the thread stays and says that there was a post. For thirty days it can be brought back.
forums-delete = Delete post
forums-delete-ask = Delete this post? It can be brought back for thirty days.
forums-deleted-done = The post is deleted.
forums-report-title = Report post
forums-report-lede = The team sees your report, nobody else does.
forums-report-reason = What is wrong with it?
forums-report-send = Report
forums-reported = Thank you. The team will look at the post.
forums-reports-title = Moderation
forums-reports-lede = Reported posts, the oldest report first.
forums-reports-none = No open report.
forums-report-hide = Hide post
forums-report-close = Close report
forums-report-closed = The report is closed.
forums-written-by = Written by { $name }

error-thread_locked = This thread is closed.
error-post_deleted = This post is no longer there.
error-edited_meanwhile = The post was changed in the meantime. Reload the page and carry your change over.
error-not_author = Only who wrote it may do that.
error-moderators_only = Only moderators may do that.

forums-kind = Kind
forums-kind-talk = Discussion
forums-kind-strategy = Strategy
forums-kind-question = Question
forums-kind-success = Success factor
forums-kind-trend = Trend
forums-kind-cooperation = Cooperation wanted
forums-kind-market = Market news
forums-kind-network = Ask the network
forums-kind-announcement = Announcement
forums-every-kind = Every kind
forums-lang = Language
forums-lang-of = Language of the thread
forums-lang-none = None in particular
forums-every-lang = German and English
forums-order = Order
forums-order-active = Latest activity
forums-order-new = Newest threads
forums-order-long = Longest talks
forums-filter = Show
forums-only-all = All
forums-only-unanswered = Unanswered
forums-only-unsolved = Unsolved
forums-only-promo = Promotions
forums-only-own = Mine
forums-none-such = No thread matches this choice.
forums-view-unread = Unread
forums-all-caught-up = All caught up.
forums-promo = Promotion
forums-promo-mine = This thread promotes an offer of my own
forums-promo-none = Promotional threads are not allowed in this niche.
forums-promo-next = The next promotional thread is possible from { $date }.
forums-promo-every = One promotional thread in { NUM($n) } days is allowed here.
forums-promo-days = Days between two promotional threads of a member
forums-promo-days-hint = Empty: no limit. 0: none at all.
forums-solved = solved
forums-waits = not open to all yet
forums-opens = opens to more tiers
forums-tags = Tags
forums-tags-hint = Up to five, separated by commas.
forums-volume = Notifications
forums-follow = Follow
forums-normal = Normal
forums-mute = Mute
forums-ad-label = Ad
forums-ads-why = A link in your text looks like an affiliate link and is not labelled. The law wants a word right at the link.
forums-ads-label = Label as an ad and send
forums-ads-none = This is no advertising
forums-similar = Has this been asked already?
forums-poll-until = open until
forums-poll-change = Change vote
forums-poll-vote = Vote
forums-poll-closed = closed
forums-poll-close = Close the poll
forums-poll-add = Add a poll
forums-poll-question = Question
forums-poll-choices = Choices
forums-poll-choices-hint = One a line, two to twelve.
forums-poll-multi = Allow several choices
forums-poll-end = End
forums-poll-no-end = By hand
forums-poll-3 = After 3 days
forums-poll-7 = After 7 days
forums-poll-30 = After 30 days
forums-template-use = Use the template
forums-embargo = Open tier by tier
forums-embargo-hint = Until when each tier waits. Empty: at once. Search, feeds and notifications obey it.
forums-ack-ask = Ask for acknowledgement
forums-ack-hint = Readers confirm with one click. You see who is missing.
forums-ack = Acknowledge
forums-ack-please = The team asks you to confirm that you have read this.
forums-acked = Thank you, your acknowledgement is in.
forums-acks-title = Who has not acknowledged yet
forums-acks-all = Everybody has acknowledged.
forums-rules = Rules
forums-rules-de = Rules in German
forums-rules-en = Rules in English
forums-forum-title = Rules and promotion
forums-about-niche = About this niche
forums-unanswered-title = Unanswered
forums-unanswered-lede = Threads nobody has answered yet.
forums-unanswered-none = Everything has an answer.
forums-reports-tab = Reports
forums-find = Search in this thread
forums-find-go = Search
forums-find-none = Nothing found.
forums-history = Changes
forums-history-none = This post was not changed.
forums-bookmarks = Bookmarks
forums-bookmarks-none = Nothing kept yet. The star under a post puts it here.
forums-reminded = reminded
forums-keep = Bookmark
forums-keep-change = Change note and reminder
forums-keep-title = Bookmark this post
forums-keep-note = Note to yourself
forums-keep-remind = Remind me
forums-keep-never = Never
forums-keep-1 = Tomorrow
forums-keep-3 = In 3 days
forums-keep-7 = In a week
forums-keep-30 = In a month
forums-kept = Bookmarked.
forums-drop = Remove the bookmark
forums-let-go = No longer bookmarked.
forums-drafts = Drafts
forums-drafts-none = No draft. What you write and do not send stays here, on your phone as well.
forums-moderated = What happened to your post
forums-moderated-hidden = Moderation has hidden this post. Other members do not see it.
forums-moderated-shown = This post is visible.
forums-moderated-answer = If you see it differently, answer your contact person or write to the address in the imprint. A person will look again.
forums-warning = Warning
forums-act-hidden = Hidden
forums-warn = Warn
forums-warn-note = Whoever wrote the post is told the reason.
forums-warn-go = Warn
forums-warned = The warning is sent.
forums-move-title = Move posts
forums-split = Split posts off
forums-split-note = Each post keeps its address. Its old place says where it went.
forums-split-posts = Which posts?
forums-split-title = Title of the new thread
forums-split-same = The same niche
forums-split-into = or into an existing thread
forums-split-go = Split off
forums-thread-hint = Number or address of the thread.
forums-merge = Merge this thread
forums-merge-note = All posts go to the end of the other thread; the old address leads there. Only splitting takes this back.
forums-merge-into = Into which thread?
forums-merge-go = Merge
forums-merge-ask = Move this thread into the other one?
forums-moved = The posts are here.
forums-merged = The threads are merged.
forums-act-promo = Mark as promotion
forums-act-unpromo = No longer promotion
forums-accepted = this helped
forums-accept = This helped
forums-unaccept = Not after all
forums-to-answer = To the answer that helped
forums-post-moved = This post is in another thread now.
forums-post-moved-to = Go there
forums-post-blocked = A post by somebody you blocked.
forums-return = Bring back
forums-returned = The post is back.
forums-mark-thanks = Thank you
forums-mark-idea = Good idea
forums-mark-works = Works for me
forums-mark-doubt = I doubt it
forums-mark-give = React: post
forums-voted = Your vote counts.
forums-related = Related threads
forums-sort = Sort
forums-twin = The same thread in the other language
forums-in-english = In English
forums-in-german = In German
error-field-unlabelled = This link looks like an affiliate link and is not labelled: { $link }
error-field-promo_wait = The next promotional thread is possible here from { $date }.
error-field-promo_none = Promotional threads are not allowed in this niche.
error-field-team_only = Only the team can do that.
error-field-too_few = At least { $min }, please.
error-field-same_thread = This is the same thread.
error-field-same_language = Both threads are in the same language.
error-field-one_only = One choice only, please.
error-merged = This thread went into another one.
error-no_answer_here = There is no answer to choose in this thread.
error-no_author = Whoever wrote this is gone.
error-no_ack_here = No acknowledgement is asked for here.
error-not_deleted = This post is not deleted.
error-gone_for_good = The text of this post is gone for good.
forums-poll-voters = { $n ->
    [one] 1 vote
   *[other] { NUM($n) } votes
}
forums-acks = { $n ->
    [one] 1 acknowledgement
   *[other] { NUM($n) } acknowledgements
}
forums-acks-open = { $n ->
    [one] 1 missing
   *[other] { NUM($n) } missing
}
forums-minutes = { $n ->
    [one] 1 minute to read
   *[other] { NUM($n) } minutes to read
}
forums-template-strategy =
    What I do:

    What it brought (period, figures):

    What I learned:
forums-template-question =
    What I want to achieve:

    What I have tried:

    Where I am stuck:
forums-template-success =
    Where I started:

    What made the difference:

    How I measured it:
forums-template-trend =
    What I see:

    How I know:

    What it means for our niche:
forums-template-cooperation =
    What I am looking for:

    What I bring:

    When and for how long:
forums-template-market =
    What happened?

    Source:

    What follows from it?
forums-template-network =
    My question to you:

    Why I ask:
forums-tool-bold = Bold
forums-tool-italic = Italic
forums-tool-link = Link
forums-tool-quote = Quote
forums-tool-list = List
forums-tool-code = Code
forums-tool-image = File
forums-tools = Formatting
forums-mention = Mention a member
forums-file-sending = sending
forums-file-checking = being checked
forums-file-remove = Remove
forums-print = Print
forums-print-back = Back to the thread

forums-feeds = Feeds
forums-feeds-lede = New threads in your feed reader: one address for all that is open to you, and one for each niche.
forums-feeds-all = All niches
forums-feeds-once = These addresses are shown only now. Whoever knows one can read along: keep them to yourself.
forums-feeds-made = Addresses made on
forums-feeds-make = Make addresses
forums-feeds-renew = Make new addresses
forums-feeds-end = End the feeds
forums-feeds-hint = New addresses replace the old ones at once.
forums-feeds-ended = Your feeds have ended.

forums-moving = Move a forum
forums-moving-lede = Bring an old forum in, or take along everything that was written here.
forums-moving-export = Everything as JSON
forums-moving-in = Bring in
forums-moving-file = File
forums-moving-file-hint = JSON from Discourse (users, categories, topics, posts), a ZIP of it, or CSV with title, niche, author, email, created_at, body; up to 256 MB.
forums-moving-lang = Language of the threads
forums-moving-look = Look first
forums-moving-past = So far
forums-moving-state = { $state ->
    [waiting] Waiting
    [running] Running
    [trial] Looked at, nothing changed yet
    [stopped] Stopped
    [failed] Not readable
   *[done] Brought in
}
forums-moving-running = Threads
forums-moving-again = Reload
forums-moving-people = Authors
forums-moving-posts = Posts
forums-moving-new = new
forums-moving-known = here already
forums-moving-nameless = { $n ->
    [one] One author has no account and no address here: their posts begin with their name.
   *[other] { $n } authors have no account and no address here: their posts begin with their name.
}
forums-moving-labelled = { $n ->
    [one] One post has affiliate links; they are labelled as ads.
   *[other] { $n } posts have affiliate links; they are labelled as ads.
}
forums-moving-on = Go on
forums-moving-do = Bring in now
forums-moving-left = Left behind: { $n }
forums-moving-problem = { $code ->
    [deleted] Deleted or hidden there
    [private] A private message
    [no_text] Without text
    [time] Without a time that can be read
    [no_topic] Its thread is missing
    [no_niche] Its category is missing
    [stopped] A fault has stopped the move. What has come in stays; you can let it go on.
    [own] This is the export of this very house: everything in it is here already.
    [not_json] This is no valid JSON.
    [no_posts] There are no posts in the file.
    [no_columns] One of the columns title, body, created_at is missing.
   *[unreadable] The file cannot be read.
}
forums-make-guide = Make this a guide
