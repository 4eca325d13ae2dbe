//! API keys: made once, shown once, and kept as a digest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use super::grants::{Grants, Right};
use crate::error::ApiError;
use crate::signing;
use crate::store::KeyRow;

/// What keys begin with, so that a search for leaked secrets finds them.
pub(super) const PREFIX: &str = "epb_";

/// The rights of a key as they are stored: their names, by spaces.
pub(crate) fn written(grants: Grants) -> String {
    grants.rights().map(Right::as_str).collect::<Vec<_>>().join(" ")
}

/// What a key allows; nothing where that cannot be read.
pub(crate) fn grants_of(key: &KeyRow) -> Option<Grants> {
    let rights: Result<Vec<Right>, ()> = key.rights.split(' ').map(str::parse).collect();
    Some(rights.ok()?.into_iter().collect())
}

/// A fresh key.
///
/// # Errors
/// Where the system has no randomness to give.
pub(crate) fn new_key() -> Result<String, ApiError> {
    Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(signing::secret()?)))
}

/// What is kept of a key. It has 256 random bits, so that nobody finds it by trying, however fast a digest is made.
pub(crate) fn digest_of(secret: &str) -> String {
    digest(&SHA256, secret.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
