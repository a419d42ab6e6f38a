ui-today = Heute
ui-yesterday = Gestern
ui-just-now = gerade eben
ui-minutes-ago = { $n ->
    [one] vor 1 Minute
   *[other] vor { $n } Minuten
}
ui-hours-ago = { $n ->
    [one] vor 1 Stunde
   *[other] vor { $n } Stunden
}
ui-days-ago = { $n ->
    [one] vor 1 Tag
   *[other] vor { $n } Tagen
}

error-not_found = Diese Seite oder Sache gibt es nicht, oder sie ist für dich nicht offen.
error-not_found-title = Nicht gefunden
error-sign_in_required = Bitte melde dich zuerst an.
error-sign_in_required-title = Anmelden
error-forbidden = Das darfst du nicht.
error-forbidden-title = Nicht erlaubt
error-cross_site = Diese Anfrage kam von einer anderen Seite und wurde abgelehnt. Öffne die Seite neu und wiederhole sie.
error-csrf = Die Seite war zu alt. Öffne sie neu und wiederhole den Schritt; es wurde nichts geändert.
error-scope = Dieses API-Token hat dafür keine Berechtigung.
error-invalid = Einige Felder brauchen deine Aufmerksamkeit.
error-invalid-title = Bitte prüfe deine Eingabe
error-conflict = Das passt nicht zum jetzigen Stand. Lade die Seite neu.
error-conflict-title = Konflikt
error-idem_conflict = Dieser Schlüssel wurde schon mit anderem Inhalt benutzt.
error-idem_secret = Das ist schon geschehen; die Antwort enthielt ein Geheimnis, das nur einmal gezeigt wird.
error-idem_running = Dieselbe Anfrage ist noch in Arbeit.
error-too_many = Das war zu oft. Bitte warte einen Moment.
error-too_many-title = Einen Moment bitte
error-too_large = Das ist größer als erlaubt.
error-too_large-title = Zu groß
error-unsupported_type = Diese Adresse nimmt diesen Inhaltstyp nicht an.
error-unsupported_type-title = Inhaltstyp nicht unterstützt
error-bad_request = Die Anfrage war nicht lesbar.
error-bad_request-title = Unlesbare Anfrage
error-bad_json = Der Inhalt ist kein gültiges JSON.
error-bad_form = Das Formular war nicht lesbar.
error-method_not_allowed = Diese Adresse kennt diese Methode nicht.
error-method_not_allowed-title = Methode nicht erlaubt
error-unavailable = Kontor ist einen Augenblick mit sich beschäftigt. Bitte versuche es gleich noch einmal.
error-unavailable-title = Einen Moment bitte
error-internal = Bei uns ist etwas schiefgegangen. Wir haben es festgehalten; deine Daten sind sicher.
error-internal-title = Das hätte nicht passieren dürfen
error-reference = Kennung
error-home = Zur Startseite
error-again = Noch einmal versuchen

error-field-required = Bitte fülle das aus.
error-field-too_long = Bitte höchstens { $max } Zeichen.
error-field-too_short = Bitte mindestens { $min } Zeichen.
error-field-invalid = Dieser Wert passt nicht.
error-field-unknown = Unbekanntes Feld.
error-field-type = Das hat den falschen Typ.
error-field-missing = Dieses Feld fehlt.
error-field-taken = Das ist schon vergeben.
error-field-not_found = Das gibt es nicht.
error-field-email = Bitte gib eine vollständige E-Mail-Adresse an.
error-field-slug = Bitte nur Kleinbuchstaben, Ziffern und Bindestriche.
error-field-url = Bitte gib eine vollständige Adresse an, die mit https:// oder http:// beginnt.
error-field-range = Bitte zwischen { $min } und { $max }.
error-field-choice = Bitte wähle eines aus: { $choices }.
