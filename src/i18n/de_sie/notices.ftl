notice-answer_accepted = { $by } hat Ihre Antwort in „{ $title }“ als hilfreich gewählt
