//! Fields that are encrypted at rest: a copy of the database alone does not open them.
//!
//! A sealed field reads `sealed:v1:<key>:<nonce and ciphertext>`. ChaCha20-Poly1305 seals it under the newest key of the
//! ring; the name of the field is authenticated with it, so that a value put into another field stays shut. Keys stand
//! in the file `<data>/keys` (one `name:base64` a line, newest first, made at first use) or in `KONTOR_SECRET_KEYS`,
//! separated by commas, for several nodes. `kontor keys rotate` adds a key and seals everything again; a running server
//! notices the changed file by itself.

mod ring;

pub use ring::{Ring, is_sealed};
