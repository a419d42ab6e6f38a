# Material beside texts: pictures, brand, fact sheets, guides, training, questions; collections, bulk, quality, usage.

library-kind-quick_start = Quick start
library-kind-sales_guide = Sales guide
library-kind-faq = Questions and objections

material-all = All
material-contents = Contents
material-minutes = { $n ->
    [one] 1 minute
   *[other] { NUM($n) } minutes
}
material-done-of = { $done } of { $total } done
material-done = done
material-mark = Mark as done
material-undo = Not done after all
material-features = Features
material-benefits = Benefits
material-prices = Prices
material-price = Price
material-price-for = What for
material-price-note = Note
material-valid-until = Valid until { $day }
material-expired = Prices and claims were valid until { $day }. Please do not use them any more.
material-colours = Colours
material-logos = Logos and templates
material-files = Files
material-credit = Credit:
material-alt = Alternative text
material-copy-alt = Copy alternative text
material-take = Download
material-dos = Do
material-donts = Don’t
material-open-at = Open at { $host }
material-questions = Frequent questions
material-objections = Objections and what helps
material-print = Print
material-quiz-check = Check answers
material-quiz-all = Please answer every question.
material-quiz-right = All right. This section is done.
material-quiz-this-right = Right.
material-quiz-this-wrong = Not right yet.
error-quiz_open = This section has questions. It is done as soon as they are answered right.

material-licence-partner = For partners of the program
material-licence-free = Free to use
material-licence-editorial = Editorial use only
material-licence-cc_by = CC BY, name the author
material-licence-cc0 = CC0, public domain
material-role-image = Picture
material-role-banner = Banner
material-role-logo = Logo
material-role-document = Document
material-role-recording = Recording
material-role-other = Other

material-desk = Files and contents
material-desk-title = Files and contents
material-desk-lede = Files with licence and alternative text, and everything that has structure.
material-desk-see = View
material-add-files = Add files
material-file-title = Label
material-role = Purpose
material-licence = Licence
material-credit-field = Credit
material-alt-de = Alternative text (Deutsch)
material-alt-en = Alternative text (English)
material-position = Position
material-no-words = no words in it
material-remove-file = Take out of this material
material-facts = Features, benefits, prices
material-one-a-line = One point a line.
material-prices-hint = One line a price: German name | English name | 649.00 EUR | German note | English note
material-valid-field = Valid until
material-valid-hint = After that the page warns and the team finds the material in the quality queue.
material-brand = Colours and rules of the brand
material-colours-hint = One line a colour: name | #005c5f | German use | English use
material-sections = Sections
material-sections-hint = Each heading with ## begins a section. A link, a duration and questions may follow; the rest is Markdown. Progress counts places: the third section of both languages is the same lesson.
material-sample-title = Heading
material-sample-text = Text in Markdown.
material-sample-question = Question?
material-sample-wrong = wrong answer
material-sample-right = right answer
material-entries = Questions and objections
material-entries-hint = “? Question” or “! Objection” on a line, the answer below.
material-saved = Saved.

material-collections-title = Collections
material-collections-lede = What belongs together, in one place.
material-collections-empty = No collections yet.
material-collection-new = New collection
material-collection-edit = Edit collection
material-collection-items = Resources
material-collection-hint = Whatever has a position belongs to it; the numbers give the order.
material-collection-saved = The collection is saved.
material-collection-delete = Delete collection
material-collection-delete-confirm = Delete the collection? Its resources stay.
material-collection-deleted = The collection is deleted.
material-collection-empty = This collection is still empty.
material-items = { $n ->
    [one] 1 resource
   *[other] { NUM($n) } resources
}

material-training-title = Training
material-training-lede = Guides and lessons with your own progress.
material-training-open = To do
material-training-done = Done
material-training-empty = No guides or training yet.

material-bulk-title = Many at once
material-bulk-short = Many at once
material-bulk-lede = A zip with files and one CSV that says what they are. The dry run changes nothing.
material-bulk-new = New archive
material-bulk-archive = Choose a zip file
material-bulk-dry = Dry run
material-bulk-run = Create at once
material-bulk-columns = Columns and example
material-bulk-help = Rows of the same title and kind become one resource with several files. A row with a variant is a text; it stands in body or in the file named. All columns but file or title are optional.
material-bulk-sample = Autumn
material-bulk-past = So far
material-bulk-when = When
material-bulk-made = Resources
material-bulk-errors = Errors
material-bulk-warnings = Notes
material-bulk-queued = running
material-bulk-failed = nothing created
material-bulk-tried = dry run
material-bulk-done = created
material-bulk-report = Report
material-bulk-report-dry = Report of the dry run
material-bulk-wait = The archive is being read.
material-bulk-look = Reload
material-bulk-nothing = Nothing was created. Mend the errors and upload again.
material-bulk-clean = The dry run found no errors.
material-bulk-run-now = Create now
material-bulk-row = Row
material-bulk-column = Column
material-bulk-what = What
material-bulk-files = { $n ->
    [one] 1 file
   *[other] { NUM($n) } files
}
material-bulk-texts = { $n ->
    [one] 1 text
   *[other] { NUM($n) } texts
}
material-bulk-no-zip = This is not a readable zip archive.
material-bulk-too-many = That is too many: { $value }.
material-bulk-encrypted = “{ $value }” is encrypted.
material-bulk-too-large = “{ $value }” is too large.
material-bulk-same-name = “{ $value }” occurs twice.
material-bulk-no-file = “{ $value }” is not in the archive.
material-bulk-broken = “{ $value }” is damaged.
material-bulk-no-csv = There is no CSV file in the archive.
material-bulk-two-csv = There is more than one CSV file in the archive: “{ $value }”.
material-bulk-not-utf8 = “{ $value }” is not stored in UTF-8.
material-bulk-row-broken = This row cannot be read.
material-bulk-column-unknown = The column “{ $value }” is unknown.
material-bulk-unused = “{ $value }” occurs in no row.
material-bulk-near-copy = Nearly the same text is in resource { $value } already.
material-bulk-same-file = The same file is in resource { $value } already.
error-bulk_running = The dry run has not ended yet.
error-bulk_errors = Only a dry run without errors can be created.

material-usage-title = Usage of the library
material-usage-short = Usage
material-usage-lede = What is taken, by how many and in which form. Each person counts once a day for each file.
material-usage-span = Span
material-days = { $n } days
material-usage-people = People
material-usage-taken = Resources used
material-usage-idle = Not used
material-usage-days = Downloads a day
material-usage-chart = Downloads a day, at most { $most }
material-usage-top = Most taken
material-usage-share = Share
material-usage-tiers = Tier
material-usage-formats = Form
material-usage-empty = Nobody took anything in this span.

material-quality-title = Quality queue of the library
material-quality-short = Quality
material-quality-lede = { $n ->
    [0] All is well.
    [one] One resource needs attention.
   *[other] { NUM($n) } places need attention.
}
material-quality-empty = Nothing to do.
material-issue-expired = Expired
material-issue-expired-hint = Its “valid until” has passed.
material-issue-empty = Without content
material-issue-empty-hint = No text, no file, no details.
material-issue-no_file = Without a file
material-issue-no_file-hint = Pictures and brand kits need at least one file.
material-issue-low_stars = Under three stars
material-issue-low_stars-hint = Members rate it below three.
material-issue-language_de = German is missing
material-issue-language_de-hint = The content exists in English only.
material-issue-language_en = English is missing
material-issue-language_en-hint = The content exists in German only.
material-issue-no_alt = Alternative text is missing
material-issue-no_alt-hint = A picture lacks a text, in both languages, for those who do not see it.
material-issue-copy_file = Same file
material-issue-copy_file-hint = It is in another resource already.
material-issue-copy_text = Nearly the same text
material-issue-copy_text-hint = It is in another resource already.
material-issue-unplaced = Without niche and program
material-issue-unplaced-hint = Hardly anybody finds it like this.
material-issue-outdated = Not changed for long
material-issue-outdated-hint = Unchanged for half a year.
material-issue-unused = Never taken
material-issue-unused-hint = There for three months, and nobody took it.

