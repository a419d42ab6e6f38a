# Notifications.
notices-title = Notifications
notices-unread = Unread
notices-new = New
notices-read-all = Mark all as read
notices-read-one = Mark as read
notices-empty = No notifications yet.

notice-unknown = New notification
notice-mention = Mention by { $by } in #{ $room }
notice-room_mention = { $by } to everybody in #{ $room }
notice-answer = Answer by { $by } in #{ $room }
notice-thread_answer = { $by } in a thread in #{ $room }
notice-room_message = { $n ->
    [one] New message by { $by } in #{ $room }
   *[other] { NUM($n) } new messages in #{ $room }
}
notice-direct = { $n ->
    [one] Direct message from { $by }
   *[other] { NUM($n) } direct messages from { $by }
}
notice-direct_request = { $by } would like to get in touch
notice-room_invited = Invitation by { $by } to #{ $room }
notice-office_hours = Office hours in #{ $room } begin
notice-reminder = Reminder
notice-scheduled_failed = A scheduled message in #{ $room } could not be sent
notice-post_mention = Mention by { $by } in “{ $title }”
notice-post_answer = { $n ->
    [one] Answer by { $by } in “{ $title }”
   *[other] { NUM($n) } answers in “{ $title }”
}
notice-post_liked = { $n ->
    [one] { $by } likes a post in “{ $title }”
   *[other] { NUM($n) } members like a post in “{ $title }”
}
notice-thread_new = New thread by { $by } in { $niche }: “{ $title }”
notice-resource_new = New in the library: { $title }
notice-resource_recalled = Withdrawn, please stop using it: { $title }
notice-resource_expires = Expires soon: { $title }
notice-sale = Sale in { $program }: { $amount }
notice-tier_changed = New tier: { $tier }
notice-milestone = Milestone reached: { $title }
notice-issue = Newsletter: { $title }
notice-service = Important notice: { $title }
notice-invitation_used = { $by } has accepted the invitation
notice-application = New application by { $by }
notice-report = Report by { $by }
notice-import_done = Import finished: { $file }
notice-alert = Attention: { $title }
notice-moderation = Message from the moderators
notice-account = Account security

notice-group-chat = Chat
notice-group-forum = Forum
notice-group-library = Library
notice-group-sales = Sales and tier
notice-group-news = News
notice-group-house = Account
notice-group-team = Team
notice-kind-mention = Mentions
notice-kind-room_mention = Calls to a whole room
notice-kind-answer = Answers to own messages
notice-kind-thread_answer = Answers in own threads
notice-kind-room_message = Messages in rooms set to “everything”
notice-kind-direct = Direct messages
notice-kind-direct_request = Contact requests
notice-kind-room_invited = Invitations to rooms
notice-kind-office_hours = Start of office hours
notice-kind-reminder = Own reminders
notice-kind-scheduled_failed = Failed scheduled messages
notice-kind-post_mention = Mentions in the forum
notice-kind-post_answer = Answers in followed threads
notice-kind-post_liked = Likes of own posts
notice-kind-thread_new = New threads in own niches
notice-kind-resource_new = New material
notice-kind-resource_recalled = Withdrawn material
notice-kind-resource_expires = Expiring material
notice-kind-sale = Sales
notice-kind-tier_changed = Change of tier
notice-kind-milestone = Milestones
notice-kind-issue = New newsletters
notice-kind-service = Important notices
notice-kind-invitation_used = Accepted invitations
notice-kind-application = New applications
notice-kind-report = Reports
notice-kind-import_done = Finished imports
notice-kind-alert = Warnings of the server
notice-kind-moderation = Decisions of moderators
notice-kind-account = Account security

notices-settings-title = Notifications
notices-push-title = On this device
notices-push-on = Turn push on
notices-push-off = Turn push off
notices-push-here = Push is on for this device.
notices-push-denied = The browser blocks notifications for this site. Only its own settings can lift that.
notices-push-none = This browser knows no push. On an iPhone it works once the site is on the home screen.
notices-push-script = Push needs JavaScript.
notices-push-text = Show the text in push messages
notices-push-text-hint = Otherwise they only say that there is something new.
notices-digest-title = Summary by mail
notices-digest-label = What is unread, by mail
notices-digest-soon = After 30 minutes
notices-digest-daily = Daily
notices-digest-off = Never
notices-quiet-title = Quiet hours
notices-quiet = Keep quiet hours
notices-quiet-hint = Neither push nor mail comes in that time; the list still has everything.
notices-quiet-from = From
notices-quiet-to = Until
notices-zone-profile = As in the profile
notices-places-title = Rooms
notices-places-lede = How much of each room is told.
notices-level-all = Everything
notices-level-mentions = Mentions only
notices-level-none = Nothing
notices-kinds-title = What arrives where
notices-kinds-lede = “In the house” fills the list under the bell; without it nothing of that kind comes at all.
notices-channel-page = In the house
notices-channel-push = Push
notices-channel-mail = Mail
notices-off-title = End mails with what is unread
notices-off-lede = No summary comes by mail after this. Newsletters and mails about the account stay as they are.
notices-off = End the summary
notices-off-done-title = Done
notices-off-done = No summary comes by mail any more.
notices-push-summary = { $n ->
    [one] A new notification
   *[other] { NUM($n) } new notifications
}
notices-push-open = Open
notice-answer_accepted = { $by } chose your answer in “{ $title }” as the one that helped
notice-kind-answer_accepted = One’s answer helped
notice-bookmark_due = Reminder: “{ $title }”
notice-kind-bookmark_due = Reminder of a bookmarked post
