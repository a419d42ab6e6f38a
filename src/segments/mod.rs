//! Segments: saved rules over members, their SQL and their counts; used by rooms, library and newsletters alike.
