# Library: swipe copy, fact sheets, guides.

library-title = Library
library-lede = Texts, fact sheets and guides. Your name, your link and the label are already in.
library-search = Search
library-search-hint = Title or keyword
library-results = Resources found
library-kind = Kind
library-kind-swipe_copy = Swipe copy
library-kind-image = Image
library-kind-fact_sheet = Fact sheet
library-kind-guide = Guide
library-kind-brand = Brand kit
library-kind-training = Training
library-key-short = Short
library-key-long = Long
library-key-social = Social
library-format-txt = Plain text (.txt)
library-format-html = HTML (.html)
library-format-md = Markdown (.md)
library-format-eml = E-mail draft (.eml)
library-format-docx = Word (.docx)
library-format-zip = All together (.zip)
library-niche = Niche
library-program = Program
library-program-hint = The partners' link comes from it.
library-language = Language
library-lengths = Lengths
library-from-tier = from { $tier }
library-all-tiers = all tiers
library-ahead = Ahead of others
library-ahead-hint = Other tiers see it later:
library-none-found = Nothing here yet. Take a filter away or search for something else.
library-show-all = Show the whole library
library-empty = Nothing on the shelf yet. The team will put the first resources here soon.
library-words = { $n ->
    [one] 1 word
   *[other] { NUM($n) } words
}
library-minutes = { $n ->
    [one] 1 minute to read
   *[other] { $n } minutes to read
}
library-subject = Subject
library-text = Text
library-copy-subject = Copy subject
library-copy-rich = Copy with formatting
library-copy-plain = Copy text only
library-share = Share
library-no-ref = You have no affiliate code for this program yet, so your link is missing. The team will set it up for you.
library-no-ref-preview = { $name } has no affiliate code for this program yet and cannot take this text away.
library-ask-team = Ask the team
library-no-text = This resource has no text yet.
library-download = Take it with you
library-download-hint = Every file carries your name, your link and the label.
library-facts = Details
library-updated = Changed
library-downloads = Downloads
library-disclosure-hint = “Ad” is the first line of every text. Please leave it there: advertising has to be recognisable.
library-as-me = View as myself
library-preview = Preview
library-preview-as = As this member gets it
library-publish-hint = Appears on

library-manage-title = Manage library
library-manage-lede = What partners can take away, who sees it and how often it was taken.
library-manage-empty = No resources yet. Begin with a short e-mail that partners can send right away.
library-visible = Visible
library-new-title = New resource
library-edit-title = Edit resource
library-edit-lede = Write the texts once; every partner gets them with their own link.
library-field-title = Title
library-field-summary = Summary
library-field-summary-hint = One or two sentences: for whom, for what.
library-field-min-tier = Visible from tier
library-no-niche = none in particular
library-no-program = none
library-texts = Texts
library-texts-hint = Markdown. Kontor itself puts the label into the first line. Fields:
library-body = Text
library-body-hint = Short: about 300 words. Long: about 1,000.
library-when = From when
library-embargo-hint = An embargo holds for its tier and all below. Empty: at once.
library-publish-at = Appears
library-embargo-for = { $tier } sees it from
library-status = State
library-status-published = published
library-status-draft = draft
library-saved = Saved. This is how a member gets it.
library-removed = The resource is deleted.
library-delete = Delete resource
library-delete-confirm = Delete this resource with all its texts?

error-no_affiliate_ref = You have no affiliate code for this program yet, so the text cannot carry your link. Please ask the team.
error-field-merge_unknown = There is no field { $name } (line { $line }, character { $column }). Perhaps you meant: { $suggestion }
error-field-merge_open = Braces opened in line { $line }, character { $column } are never closed. Possible fields: { $suggestion }
