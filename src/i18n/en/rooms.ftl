rooms-title = Chat
rooms-lede = Rooms to talk shop in, live.
rooms-joined = Your rooms
rooms-others = More rooms
rooms-none-joined = You are in no room yet. Join one below.
rooms-none-others = There are no further rooms for you at the moment.
rooms-join = Join
rooms-join-hint = Join to read and write here.
rooms-leave = Leave room
rooms-left = You have left the room.
rooms-invite-only = Managers invite to this room.
rooms-from-tier = From { $tier }
rooms-private = private
rooms-messages = { $n ->
    [one] 1 message
   *[other] { NUM($n) } messages
}
rooms-unread = { $n ->
    [one] 1 unread
   *[other] { NUM($n) } unread
}
rooms-members = { $n ->
    [one] 1 member
   *[other] { NUM($n) } members
}
rooms-members-title = In this room
rooms-log = Messages in #{ $name }
rooms-empty = It is quiet here. Say the first word.
rooms-earlier = Load earlier messages
rooms-latest = To the newest messages
rooms-new = New
rooms-mark-read = Mark all as read
rooms-message = Message to #{ $name }
rooms-send = Send
rooms-edited = edited
rooms-gone = Former member
rooms-answers = answers
rooms-options = Options of the room
rooms-react = React
rooms-edit = Edit
rooms-delete = Delete
rooms-delete-ask = Delete this message?
rooms-deleted = Message deleted
rooms-conn-live = Live
rooms-conn-wait = Connecting
rooms-conn-off = Offline
rooms-jump = { $n ->
    [one] 1 new message
   *[other] { NUM($n) } new messages
}
rooms-jump-one = 1 new message
rooms-jump-many = new messages
rooms-typing-one = is typing …
rooms-typing-many = Several people are typing …
rooms-failed = Not sent
rooms-again = Try again
rooms-editing = You are editing your message. Esc cancels.
rooms-manage-title = Rooms
rooms-manage-lede = Every niche has a room of its own. Here you open more: for everybody, from a tier on, or by invitation.
rooms-new-room = New room
rooms-all = All rooms
rooms-name = Name
rooms-slug = Address
rooms-slug-hint = Lower-case letters, digits and hyphens; empty: made from the name.
rooms-topic = Topic
rooms-topic-hint = One sentence under the name.
rooms-access = Who may come in
rooms-access-open = Everybody
rooms-access-tier = From a tier on
rooms-access-private = By invitation
rooms-min-tier = Lowest tier
rooms-niche = Niche
rooms-none = none
rooms-create = Open room
rooms-created = The room is open.

error-not_member = Join the room first.
error-muted = You are muted in this room for a while.
error-slow_mode = This room is in slow mode. Please wait a moment.
error-invitation_needed = This room takes only people whom a manager invites.

rooms-order-title = Moderate the room
rooms-order-lede = Pace, speakers and decisions about members. Everything is written into the audit log.
rooms-order-room = The room
rooms-order-pace = Slow mode
rooms-order-pace-hint = Time between two messages of one member; the team is free of it.
rooms-pace-0 = off
rooms-pace-5 = 5 seconds
rooms-pace-15 = 15 seconds
rooms-pace-30 = 30 seconds
rooms-pace-60 = 1 minute
rooms-pace-300 = 5 minutes
rooms-pace-900 = 15 minutes
rooms-pace-3600 = 1 hour
rooms-pace-21600 = 6 hours
rooms-order-speakers = Who may write
rooms-order-speakers-hint = Announcements: the team writes, everybody reads and reacts.
rooms-speak-all = Everybody in the room
rooms-speak-team = The team only (announcements)
rooms-speak-nobody = Nobody but the team, no reactions (read-only)
rooms-order-member = A member
rooms-order-who = Member
rooms-order-act = Decision
rooms-act-mute = Mute
rooms-act-kick = Put out (may come back)
rooms-act-ban = Ban from the room
rooms-act-delete_all = Delete all messages in this room
rooms-order-time = For how long
rooms-order-time-hint = For mute and ban.
rooms-for-10 = 10 minutes
rooms-for-60 = 1 hour
rooms-for-1440 = 1 day
rooms-for-10080 = 7 days
rooms-for-40320 = 28 days
rooms-for-0 = for ever (ban only)
rooms-order-reason = Reason
rooms-order-reason-hint = Seen by the team.
rooms-order-do = Carry out
rooms-order-nobody = There is nobody else in this room.
rooms-order-in-force = In force
rooms-order-none = Nobody is muted or banned here.
rooms-order-muted = muted
rooms-order-banned = banned
rooms-order-until = until
rooms-order-lift = Lift
rooms-order-saved = Done.
rooms-moderate = Moderate

error-read_only = This room is read-only at the moment.
error-announcements_only = Only the team writes in this room.
error-banned = You may not come into this room at the moment.
error-rank = This cannot be done to somebody of the own rank or above.
