shell-single-keys-hint = Schalten Sie sie aus, wenn Sie per Sprache eingeben.
ui-copy-failed = Kopieren ging nicht. Der Text ist markiert: Drücken Sie Strg+C.
ui-failed = Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.
ui-signed-out = Sie sind abgemeldet. Bitte melden Sie sich neu an.
ui-too-many = Das ging zu schnell. Bitte warten Sie einen Augenblick.
ui-forbidden = Das dürfen Sie nicht.
ui-conflict = Jemand war schneller. Laden Sie neu, um die Änderung zu sehen.
