search-title = Suche
search-label = Wonach suchst du?
search-button = Suchen
search-kinds = Wo gesucht wird
search-everything = Alles
search-of = { $kind ->
    [thread] Themen
    [post] Beiträge
    [message] Chat
    [resource] Materialien
    [member] Mitglieder
   *[newsletter] Newsletter
}
search-all-of = { $kind ->
    [thread] Alle Themen
    [post] Alle Beiträge
    [message] Alles aus dem Chat
    [resource] Alle Materialien
    [member] Alle Mitglieder
   *[newsletter] Alle Newsletter
}
search-filters = Eingrenzen
search-any = Egal
search-niche = Nische
search-lang = Sprache
search-from = Von
search-after = Ab
search-before = Vor
search-sort = Reihenfolge
search-best = Bestes zuerst
search-newest = Neuestes zuerst
search-unknown = Diese Filter gibt es nicht:
search-page = Seite { $n }
search-nothing = Zu „{ $q }“ ist nichts zu finden, was dir offen steht.
search-hint = Wortanfänge genügen, und Umlaute darfst du ausschreiben: „ernaehr“ findet „Ernährung“.
search-hint-filters = Im Suchfeld gelten auch von:mara, in:foyer, hat:link, nach:2026-10-01 und vor:2026-11-01.
