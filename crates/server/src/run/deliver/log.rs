//! Deliveries to the server's log: what is sent where nothing else is set up.

use super::NotSent;
use crate::store::Delivery;

/// Writes one line.
#[expect(clippy::unused_async, reason = "as every kind of delivery")]
pub(super) async fn send(delivery: &Delivery) -> Result<(), NotSent> {
    // Its own text is quoted: a title may have control characters in it.
    tracing::info!(delivery = delivery.id, said = ?delivery.document, "page");
    Ok(())
}
