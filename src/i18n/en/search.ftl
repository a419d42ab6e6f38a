search-title = Search
search-label = What are you looking for?
search-button = Search
search-kinds = Where to look
search-everything = Everything
search-of = { $kind ->
    [thread] Threads
    [post] Posts
    [message] Chat
    [resource] Library
    [member] Members
   *[newsletter] Newsletters
}
search-all-of = { $kind ->
    [thread] All threads
    [post] All posts
    [message] All from chat
    [resource] All from the library
    [member] All members
   *[newsletter] All newsletters
}
search-filters = Narrow down
search-any = Any
search-niche = Niche
search-lang = Language
search-from = By
search-after = From
search-before = Before
search-sort = Order
search-best = Best first
search-newest = Newest first
search-unknown = There are no such filters:
search-page = Page { $n }
search-nothing = Nothing that is open to you matches “{ $q }”.
search-hint = The beginning of a word is enough, and accents do not matter: “ernaehr” finds “Ernährung”.
search-hint-filters = The search box also takes from:mara, in:foyer, has:link, after:2026-10-01 and before:2026-11-01.
