//! Tokens and ids that are MACs under one key of the house, made at first use.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::settings;
use crate::web::viewer::MemberId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const NAME: &str = "newsletters.key";

/// The key.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// The key of the house, if there is one yet.
    ///
    /// # Errors
    /// When the database fails.
    pub fn find(conn: &mut Conn) -> Result<Option<Self>> {
        let text = settings::value(conn, NAME)?;
        text.map(|t| URL_SAFE_NO_PAD.decode(t).map(Self).map_err(Error::internal)).transpose()
    }

    /// The key of the house, made now where there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn find_or_make(tx: &mut Tx<'_>) -> Result<Self> {
        if let Some(key) = Self::find(tx)? {
            return Ok(key);
        }
        let mut bytes = vec![0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
        settings::put(tx, NAME, &URL_SAFE_NO_PAD.encode(&bytes))?;
        Ok(Self(bytes))
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut out = [0; 16];
        // HMAC takes keys of every length.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            parts.iter().for_each(|p| mac.update(p));
            out.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        }
        out
    }

    /// Token of a member's unsubscribe page: 32 of `A-Za-z0-9_-`.
    pub fn unsubscribe_token(&self, member: MemberId) -> String {
        let id = member.0.to_be_bytes();
        URL_SAFE_NO_PAD.encode([id.as_slice(), &self.mac(&[b"unsubscribe:", &id])].concat())
    }

    /// The member of a token; none when it is not ours.
    pub fn member_of(&self, token: &str) -> Option<MemberId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mac) = bytes.split_at_checked(8)?;
        let good = bool::from(self.mac(&[b"unsubscribe:", id]).ct_eq(mac));
        let id = i64::from_be_bytes(id.try_into().ok()?);
        good.then_some(MemberId(id))
    }

    /// Token of a link that `member` follows (`click`), or of the picture of a campaign (`open`): 43 of `A-Za-z0-9_-`.
    pub fn seen_token(&self, kind: &str, of: i64, member: MemberId) -> String {
        let ids = [of.to_be_bytes(), member.0.to_be_bytes()].concat();
        URL_SAFE_NO_PAD.encode([ids.as_slice(), &self.mac(&[kind.as_bytes(), b":", &ids])].concat())
    }

    /// Link or campaign, and the member, of a token; none when it is not ours.
    pub fn seen_of(&self, kind: &str, token: &str) -> Option<(i64, MemberId)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (ids, mac) = bytes.split_at_checked(16)?;
        let good = bool::from(self.mac(&[kind.as_bytes(), b":", ids]).ct_eq(mac));
        let (of, member) = ids.split_at(8);
        let of = i64::from_be_bytes(of.try_into().ok()?);
        good.then_some((of, MemberId(i64::from_be_bytes(member.try_into().ok()?))))
    }

    /// What tells one mail's envelope from all others: 52 of `0-9a-f`, so that folding its case changes nothing.
    pub fn bounce_token(&self, campaign: i64, member: MemberId) -> String {
        let ids = [campaign.to_be_bytes(), member.0.to_be_bytes()].concat();
        let mac = self.mac(&[b"bounce:", &ids]);
        ids.iter().chain(&mac[..10]).map(|b| format!("{b:02x}")).collect()
    }

    /// Campaign and member of such a token; none when it is not ours.
    pub fn bounced_of(&self, token: &str) -> Option<(i64, MemberId)> {
        if token.len() != 52 || !token.is_ascii() {
            return None;
        }
        let bytes: Vec<u8> = (0..26)
            .map(|i| u8::from_str_radix(&token[2 * i..2 * i + 2], 16))
            .collect::<std::result::Result<_, _>>()
            .ok()?;
        let (ids, mac) = bytes.split_at(16);
        let good = bool::from(self.mac(&[b"bounce:", ids])[..10].ct_eq(mac));
        let (campaign, member) = ids.split_at(8);
        let campaign = i64::from_be_bytes(campaign.try_into().ok()?);
        good.then_some((campaign, MemberId(i64::from_be_bytes(member.try_into().ok()?))))
    }

    /// Local part of a Message-ID: the same for every try of one delivery.
    pub fn message_id(&self, campaign: i64, member: MemberId) -> String {
        let mac = self.mac(&[b"message:", &campaign.to_be_bytes(), &member.0.to_be_bytes()]);
        mac.iter().map(|b| format!("{b:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_knows_its_member_and_no_other() {
        let key = Key(vec![7; 32]);
        let token = key.unsubscribe_token(MemberId(42));
        assert_eq!(token.len(), 32);
        assert_eq!(key.member_of(&token), Some(MemberId(42)));
        let mut other = token.clone().into_bytes();
        other[9] ^= 1;
        assert_eq!(key.member_of(&String::from_utf8_lossy(&other)), None);
        assert_eq!(key.member_of("short"), None);
        assert_eq!(Key(vec![8; 32]).member_of(&token), None);
        assert_eq!(key.message_id(1, MemberId(2)), key.message_id(1, MemberId(2)));
        assert_ne!(key.message_id(1, MemberId(2)), key.message_id(2, MemberId(1)));
        let click = key.seen_token("click", 7, MemberId(42));
        assert_eq!((click.len(), key.seen_of("click", &click)), (43, Some((7, MemberId(42)))));
        assert_eq!(key.seen_of("open", &click), None, "a token of another kind");
        let bounce = key.bounce_token(3, MemberId(42));
        assert_eq!(key.bounced_of(&bounce), Some((3, MemberId(42))));
        assert_eq!(key.bounced_of(&bounce.to_uppercase()), Some((3, MemberId(42))), "relays fold addresses");
        assert_eq!((key.bounced_of(&bounce[1..]), Key(vec![8; 32]).bounced_of(&bounce)), (None, None));
    }
}
