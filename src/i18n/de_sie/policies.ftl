policies-agree-lead = Diese Texte sind neu oder haben sich geändert. Bitte lesen Sie sie und stimmen Sie zu, dann geht es weiter.
