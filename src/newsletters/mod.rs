//! Newsletters: campaigns, deliveries, consent, unsubscribing.
