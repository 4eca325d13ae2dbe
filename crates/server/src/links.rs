//! Links by which a person answers a page without any other right: signed, for one action on one page, and not for ever.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::addresses::RESPOND;
use crate::error::ApiError;
use crate::signing;
use crate::store::Store;

/// The parameter with the token.
pub(crate) const TOKEN: &str = "t";
/// The name of the key that links are signed with.
const KEY: &str = "links";
/// The longest token, in bytes.
const MAX_TOKEN: usize = 800;
/// For how long a link is good after the page, in seconds.
pub(crate) const GOOD_FOR: i64 = 72 * 3_600;

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Ack,
    Nack,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) escalation: String,
    pub(crate) user: String,
    pub(crate) action: Action,
    /// The number by which the answer is to this page.
    pub(crate) entry: u32,
    /// In seconds since 1970.
    pub(crate) until: i64,
}

/// Why a token is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoLink {
    /// It is not one of ours.
    Forged,
    /// It was.
    Expired,
}

impl Link {
    /// The address that is sent, below that of the server as people reach it.
    pub(crate) fn address(&self, base: &str, key: &[u8]) -> Result<String, serde_json::Error> {
        Ok(format!("{base}{RESPOND}?{TOKEN}={}", self.token(key)?))
    }

    fn token(&self, key: &[u8]) -> Result<String, serde_json::Error> {
        let said = URL_SAFE_NO_PAD.encode(serde_json::to_string(self)?);
        let signature = URL_SAFE_NO_PAD.encode(signing::sign(key, said.as_bytes()));
        Ok(format!("{said}.{signature}"))
    }

    /// Reads a token, at a time in seconds.
    pub(crate) fn read(token: &str, key: &[u8], now: i64) -> Result<Self, NoLink> {
        let token = Some(token).filter(|token| token.len() <= MAX_TOKEN);
        let (said, signature) = token.and_then(|token| token.split_once('.')).ok_or(NoLink::Forged)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| NoLink::Forged)?;
        if !signing::is_signed(key, said.as_bytes(), &signature) {
            return Err(NoLink::Forged);
        }
        let link = URL_SAFE_NO_PAD.decode(said).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let link = link.ok_or(NoLink::Forged)?;
        if now < link.until { Ok(link) } else { Err(NoLink::Expired) }
    }
}

/// The key that links are signed with, made when it is asked for first.
pub(crate) async fn key(store: &Store) -> Result<Vec<u8>, ApiError> {
    let fresh = URL_SAFE_NO_PAD.encode(signing::secret()?);
    let kept = store.server_key(KEY, &fresh).await?;
    let key = URL_SAFE_NO_PAD.decode(kept).ok().filter(|key| key.len() >= 32);
    key.ok_or_else(|| {
        tracing::error!("the key `{KEY}` of table `server_keys` cannot be read: remove its row to have another made");
        ApiError::unreadable("The key of links cannot be read; the server's log says what to do")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_link_is_good_for_what_it_says_and_for_nothing_else() {
        let link = Link { escalation: "E".into(), user: "U".into(), action: Action::Ack, entry: 3, until: 100 };
        let token = link.token(b"key").unwrap();
        assert_eq!(Link::read(&token, b"key", 99), Ok(link.clone()));
        assert_eq!(Link::read(&token, b"key", 100), Err(NoLink::Expired));
        assert_eq!(Link::read(&token, b"another", 99), Err(NoLink::Forged));
        let (said, signature) = token.split_once('.').unwrap();
        let other = Link { user: "V".into(), ..link }.token(b"another").unwrap();
        let (forged, _) = other.split_once('.').unwrap();
        let long = "x".repeat(MAX_TOKEN + 1);
        for token in ["", ".", said, &format!("{said}."), &format!("{forged}.{signature}"), &long] {
            assert_eq!(Link::read(token, b"key", 0), Err(NoLink::Forged), "{token}");
        }
    }
}
