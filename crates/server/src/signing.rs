//! Signatures (HMAC with SHA-256) and secrets that nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use sha2::{Digest as _, Sha256};

use crate::error::ApiError;

/// How many bytes a secret has.
const SECRET: usize = 32;
/// What the secrets of webhooks begin with.
const PREFIX: &str = "whsec_";

/// A secret that nobody can guess.
///
/// # Errors
/// Where the system has no randomness to give.
pub(crate) fn secret() -> Result<[u8; SECRET], ApiError> {
    let mut secret = [0; SECRET];
    let none = |_| {
        tracing::error!("the system has no randomness to give");
        ApiError::unavailable("no_randomness", "No secret can be made now; try again")
    };
    SystemRandom::new().fill(&mut secret).map_err(none)?;
    Ok(secret)
}

/// The same as text that can stand in an address.
///
/// # Errors
/// Where the system has no randomness to give.
pub(crate) fn secret_text() -> Result<String, ApiError> {
    Ok(URL_SAFE_NO_PAD.encode(secret()?))
}

/// The signature of some bytes.
pub(crate) fn sign(key: &[u8], content: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), content).as_ref().to_vec()
}

/// Whether a signature is that of these bytes. How long that takes says nothing of what it should be.
pub(crate) fn is_signed(key: &[u8], content: &[u8], signature: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), content, signature).is_ok()
}

/// A fresh secret of an endpoint of webhooks, as its receiver is given it.
pub(crate) fn webhook_secret() -> Result<String, ApiError> {
    Ok(format!("{PREFIX}{}", STANDARD.encode(secret()?)))
}

/// The header `webhook-signature`, by the Standard Webhooks specification; nothing where the secret is none.
pub(crate) fn webhook_signature(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok().filter(|key| !key.is_empty())?;
    let signature = sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(signature)))
}

/// The digest of a text, by which it is kept once: SHA-256, in hexadecimal digits.
pub(crate) fn digest(text: &[u8]) -> String {
    hex(text, 32)
}

/// The first half of it, where it only tells things apart.
pub(crate) fn short_digest(text: &[u8]) -> String {
    hex(text, 16)
}

fn hex(text: &[u8], bytes: usize) -> String {
    Sha256::digest(text).iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_signed_as_in_the_example_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signature =
            webhook_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        for none in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert_eq!(webhook_signature(none, "a", 0, ""), None, "{none}");
        }
    }

    #[test]
    fn a_secret_is_another_each_time() {
        assert_ne!(secret().unwrap_or_default(), secret().unwrap_or_default());
        let signature = sign(b"key", b"content");
        assert!(is_signed(b"key", b"content", &signature));
        assert!(!is_signed(b"key", b"contend", &signature) && !is_signed(b"kez", b"content", &signature));
    }
}
