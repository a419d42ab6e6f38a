# Bedingungen, Datenschutz, Impressum und ihre Fassungen.

policies-title = Bedingungen
policies-lede = Was Partner annehmen, wenn sie dazukommen. Jede Änderung ist eine neue Fassung; alte bleiben lesbar.
policies-terms = Teilnahmebedingungen
policies-terms-of = Bedingungen für { $program }
policies-house = alle Programme
policies-whose = Gilt für
policies-version = Fassung { $n }
policies-versions = Alle Fassungen
policies-accepted = { $n ->
    [one] 1 Zustimmung
   *[other] { NUM($n) } Zustimmungen
}
policies-edit = Neue Fassung
policies-text-de = Text (deutsch)
policies-text-en = Text (englisch)
policies-one-enough = Fehlt eine Sprache, steht die andere für beide.
policies-asks = Mitglieder um Zustimmung bitten
policies-asks-hint = Bei der nächsten Anmeldung. Ohne Haken gilt die Änderung still, zum Beispiel bei einem Tippfehler.
policies-publish = Fassung veröffentlichen
policies-published = Die neue Fassung gilt.
policies-agree-title = Geänderte Bedingungen
policies-agree-lead = Diese Texte sind neu oder haben sich geändert. Bitte lies sie und stimme zu, dann geht es weiter.
policies-read = Text
policies-yes = Ich habe „{ $title }“ gelesen und stimme zu.
policies-agreed = Danke, das ist festgehalten.
error-field-policy_needed = Ohne diese Zustimmung geht es nicht weiter.
