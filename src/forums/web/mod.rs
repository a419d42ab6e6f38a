//! Pages of the forums, by noun.
