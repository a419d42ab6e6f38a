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
