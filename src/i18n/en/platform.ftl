ui-today = Today
ui-yesterday = Yesterday
ui-just-now = just now
ui-minutes-ago = { $n ->
    [one] 1 minute ago
   *[other] { $n } minutes ago
}
ui-hours-ago = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
ui-days-ago = { $n ->
    [one] 1 day ago
   *[other] { $n } days ago
}

error-not_found = This page or thing does not exist, or it is not open to you.
error-not_found-title = Not found
error-sign_in_required = Please sign in first.
error-sign_in_required-title = Sign in
error-forbidden = You may not do this.
error-forbidden-title = Not allowed
error-cross_site = This request came from another site and was refused. Open the page again and repeat it.
error-csrf = The page was too old. Open it again and repeat what you did; nothing was changed.
error-scope = This API token has no scope for that.
error-invalid = Some fields need your attention.
error-invalid-title = Please check your input
error-conflict = That does not fit the present state. Load the page again.
error-conflict-title = Conflict
error-idem_conflict = This key was used before with other content.
error-idem_secret = This was done before; its answer held a secret that is shown only once.
error-idem_running = The same request is still being worked on.
error-too_many = That was too often. Please wait a moment.
error-too_many-title = One moment, please
error-too_large = That is larger than allowed.
error-too_large-title = Too large
error-unsupported_type = This address does not take that content type.
error-unsupported_type-title = Unsupported content type
error-bad_request = The request could not be read.
error-bad_request-title = Bad request
error-bad_json = The body is not valid JSON.
error-bad_form = The form could not be read.
error-method_not_allowed = This address does not know that method.
error-method_not_allowed-title = Method not allowed
error-unavailable = Kontor is busy with itself for a moment. Please try again.
error-unavailable-title = One moment, please
error-internal = Something went wrong on our side. We have a record of it; your data is safe.
error-internal-title = That should not have happened
error-reference = Reference
error-home = To the start page
error-again = Try again

error-field-required = Please fill this in.
error-field-too_long = At most { $max } characters, please.
error-field-too_short = At least { $min } characters, please.
error-field-invalid = This value does not fit.
error-field-unknown = Unknown field.
error-field-type = This has the wrong type.
error-field-missing = This field is missing.
error-field-taken = This is already in use.
error-field-not_found = There is no such thing.
error-field-email = Please give a complete e-mail address.
error-field-slug = Only lower-case letters, digits and hyphens, please.
error-field-url = Please give a full address starting with https:// or http://.
error-field-range = Between { $min } and { $max }, please.
error-field-choice = Please choose one of: { $choices }.
