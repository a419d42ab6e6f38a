//! The library: resources, swipe copy with merge fields and disclosure, downloads.
