# Terms, privacy, imprint and their versions.

policies-title = Terms
policies-lede = What partners accept when they come in. Every change is a new version; old ones stay readable.
policies-terms = Terms of participation
policies-terms-of = Terms of { $program }
policies-house = all programs
policies-whose = Applies to
policies-version = Version { $n }
policies-versions = All versions
policies-accepted = { $n ->
    [one] 1 acceptance
   *[other] { NUM($n) } acceptances
}
policies-edit = New version
policies-text-de = Text (German)
policies-text-en = Text (English)
policies-one-enough = If a language is missing, the other one stands for both.
policies-asks = Ask members to accept it
policies-asks-hint = When they sign in next. Without it the change applies quietly, for a typing error for example.
policies-publish = Publish this version
policies-published = The new version applies.
policies-agree-title = Changed terms
policies-agree-lead = These texts are new or have changed. Please read and accept them to go on.
policies-read = Text
policies-yes = I have read “{ $title }” and accept it.
policies-agreed = Thank you, that is noted.
error-field-policy_needed = You cannot go on without accepting this.
