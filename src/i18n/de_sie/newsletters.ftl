newsletters-archive-lede = Was Sie bekommen haben, zum Nachlesen.
newsletters-archive-off = Sie haben den Newsletter zurzeit nicht bestellt.
newsletters-status-held = Wartet auf Sie
newsletters-unsubscribe-lede = Ein Klick genügt. Ihr Konto bleibt, wie es ist.
newsletters-unsubscribed = Sie bekommen ab sofort keinen Newsletter mehr. Was schon in der Warteschlange lag, bleibt liegen.
newsletters-already-out = Sie bekommen keinen Newsletter von uns.
error-imprint_empty = Ohne Impressum geht kein Newsletter hinaus. Bitte ergänzen Sie es in den Einstellungen.
error-test_not_sent = Der Test konnte nicht gesendet werden. Bitte prüfen Sie den Mailweg.
