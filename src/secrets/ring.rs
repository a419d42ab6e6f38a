//! The ring of keys.

use crate::config::Config;
use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::RwLock;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How a sealed field begins.
const MARK: &str = "sealed:v1:";

/// Whether a stored text is sealed.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

#[derive(Clone)]
struct Key {
    name: String,
    bytes: [u8; 32],
}

#[derive(Default)]
struct Known {
    keys: Vec<Key>,
    read_at: Option<SystemTime>,
}

/// The keys of the house, newest first.
pub struct Ring {
    /// `None`: the keys came from the environment and do not change.
    file: Option<PathBuf>,
    known: RwLock<Known>,
}

impl Ring {
    /// The ring of a configuration. The file need not be there yet.
    ///
    /// # Errors
    /// When keys are there and cannot be read.
    pub fn open(config: &Config) -> Result<Self> {
        if let Some(text) = &config.operations.secret_keys {
            let keys = parse(&text.reveal().replace(',', "\n")).ok_or_else(|| {
                Error::config("KONTOR_SECRET_KEYS: expected name:key,name:key, each key 32 bytes in base64")
            })?;
            return Ok(Self { file: None, known: RwLock::new(Known { keys, read_at: None }) });
        }
        let ring = Self { file: Some(config.data_dir.join("keys")), known: RwLock::default() };
        ring.refresh()?;
        Ok(ring)
    }

    /// Reads the file again when it changed.
    fn refresh(&self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let changed = std::fs::metadata(file).and_then(|m| m.modified()).ok();
        if changed.is_none() || changed == self.known.read().read_at {
            return Ok(());
        }
        let text = std::fs::read_to_string(file).map_err(|e| Error::config(format!("{}: {e}", file.display())))?;
        let keys = parse(&text).ok_or_else(|| Error::config(format!("{} does not hold keys", file.display())))?;
        *self.known.write() = Known { keys, read_at: changed };
        Ok(())
    }

    /// Names of the keys, newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        self.refresh()?;
        Ok(self.known.read().keys.iter().map(|k| k.name.clone()).collect())
    }

    /// Seals `plain` for the field of this name.
    ///
    /// # Errors
    /// When there is no key and none can be made.
    pub fn seal(&self, field: &str, plain: &[u8]) -> Result<String> {
        self.refresh()?;
        if self.known.read().keys.is_empty() {
            self.add()?;
        }
        let key = self.known.read().keys.first().cloned().ok_or_else(|| Error::internal("no key to seal with"))?;
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut bytes = plain.to_vec();
        sealer(&key)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(field.as_bytes()), &mut bytes)
            .map_err(|_| Error::internal("sealing failed"))?;
        let whole = [nonce.as_slice(), &bytes].concat();
        Ok(format!("{MARK}{}:{}", key.name, URL_SAFE_NO_PAD.encode(whole)))
    }

    /// Opens what was sealed for the field of this name.
    ///
    /// # Errors
    /// When no key of the ring opens it.
    pub fn open_sealed(&self, field: &str, text: &str) -> Result<Vec<u8>> {
        let shut = |why: &str| Error::internal(format!("{field} stays shut: {why}"));
        let rest = text.strip_prefix(MARK).ok_or_else(|| shut("it is not sealed"))?;
        let (name, whole) = rest.split_once(':').ok_or_else(|| shut("it is cut"))?;
        let whole = URL_SAFE_NO_PAD.decode(whole).map_err(|_| shut("it is no base64"))?;
        let find = || self.known.read().keys.iter().find(|k| k.name == name).cloned();
        let key = match find() {
            Some(key) => key,
            None => {
                self.refresh()?;
                find().ok_or_else(|| shut(&format!("the key {name} is missing")))?
            }
        };
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN).ok_or_else(|| shut("it is cut"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| shut("it is cut"))?;
        let mut bytes = sealed.to_vec();
        let plain = sealer(&key)?
            .open_in_place(nonce, Aad::from(field.as_bytes()), &mut bytes)
            .map_err(|_| shut("it is damaged, or belongs to another field"))?;
        Ok(plain.to_vec())
    }

    /// Adds a key; what is sealed from now on is sealed with it. Answers its name.
    ///
    /// # Errors
    /// When the keys stand in the environment, or the file cannot be written.
    pub fn add(&self) -> Result<String> {
        let file = self.file.as_ref().ok_or_else(|| {
            Error::config("the keys stand in KONTOR_SECRET_KEYS: put a new one in front there, start, then rotate")
        })?;
        self.refresh()?;
        let mut keys = self.known.read().keys.clone();
        let number = keys.iter().filter_map(|k| k.name.strip_prefix('k')?.parse::<u32>().ok()).max().unwrap_or(0);
        let name = format!("k{}", number + 1);
        keys.insert(0, Key { name: name.clone(), bytes: random()? });
        self.write(file, keys)?;
        Ok(name)
    }

    /// Forgets every key but those named and the newest; answers the names forgotten.
    ///
    /// # Errors
    /// When the keys stand in the environment, or the file cannot be written.
    pub fn forget_others(&self, used: &[String]) -> Result<Vec<String>> {
        let file = self.file.as_ref().ok_or_else(|| Error::config("the keys stand in KONTOR_SECRET_KEYS"))?;
        self.refresh()?;
        let keys = self.known.read().keys.clone();
        let newest = keys.first().map(|k| k.name.clone());
        let (stay, go): (Vec<Key>, Vec<Key>) =
            keys.into_iter().partition(|k| Some(&k.name) == newest.as_ref() || used.contains(&k.name));
        if !go.is_empty() {
            self.write(file, stay)?;
        }
        Ok(go.into_iter().map(|k| k.name).collect())
    }

    fn write(&self, file: &Path, keys: Vec<Key>) -> Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let text: String = keys.iter().map(|k| format!("{}:{}\n", k.name, URL_SAFE_NO_PAD.encode(k.bytes))).collect();
        let part = file.with_file_name(".keys.part");
        let put = || -> std::io::Result<Option<SystemTime>> {
            let mut out =
                std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
            out.write_all(text.as_bytes())?;
            out.sync_all()?;
            std::fs::rename(&part, file)?;
            std::fs::metadata(file)?.modified().map(Some)
        };
        let read_at = put().map_err(|e| Error::config(format!("{}: {e}", file.display())))?;
        *self.known.write() = Known { keys, read_at };
        Ok(())
    }

    /// Name of the key that sealed a text.
    pub fn key_of(text: &str) -> Option<&str> {
        text.strip_prefix(MARK)?.split_once(':').map(|(name, _)| name)
    }
}

fn sealer(key: &Key) -> Result<LessSafeKey> {
    let unbound =
        UnboundKey::new(&CHACHA20_POLY1305, &key.bytes).map_err(|_| Error::internal("a key of another length"))?;
    Ok(LessSafeKey::new(unbound))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(bytes)
}

/// `name:base64` a line; `None` for anything else.
fn parse(text: &str) -> Option<Vec<Key>> {
    let mut keys = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (name, value) = line.split_once(':')?;
        let value = value.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok()?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            return None;
        }
        keys.push(Key { name: name.to_owned(), bytes });
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text: &str) -> Ring {
        Ring { file: None, known: RwLock::new(Known { keys: parse(text).unwrap(), read_at: None }) }
    }

    const OLD: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const NEW: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    #[test]
    fn a_field_opens_with_its_key_and_under_its_name_only() {
        let before = ring(OLD);
        let sealed = before.seal("push.key", b"geheim").unwrap();
        assert!(is_sealed(&sealed) && !sealed.contains("geheim") && Ring::key_of(&sealed) == Some("k1"));
        assert_eq!(before.open_sealed("push.key", &sealed).unwrap(), b"geheim");
        assert!(before.open_sealed("other.key", &sealed).is_err());
        assert!(ring(NEW).open_sealed("push.key", &sealed).is_err());
        // The newest seals, the older one still opens.
        let after = ring(&format!("{NEW}\n# the one before\n{OLD}\n"));
        assert_eq!(after.open_sealed("push.key", &sealed).unwrap(), b"geheim");
        assert_eq!(Ring::key_of(&after.seal("push.key", b"x").unwrap()), Some("k2"));
        let mut broken = sealed.into_bytes();
        let last = broken.len() - 3;
        broken[last] ^= 1;
        assert!(before.open_sealed("push.key", &String::from_utf8_lossy(&broken)).is_err());
        assert!(parse("nonsense").is_none() && parse("k1:short").is_none());
    }
}
