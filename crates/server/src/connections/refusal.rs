//! Errors that are answered outside of any request, by a server that only has the connection.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::error::ApiError;

/// Answers with an error on a connection on which nothing else is on its way, and closes it. Takes at most `patience`
/// for either.
pub(super) async fn refuse(mut stream: impl AsyncRead + AsyncWrite + Unpin, error: ApiError, patience: Duration) {
    let id = ulid::Ulid::generate().to_string();
    tracing::info!(status = error.status().as_u16(), code = error.code(), request = id, "refused without a request");
    let answer = answer(error, &id);
    let written = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    };
    if !matches!(timeout(patience, written).await, Ok(Ok(()))) {
        return;
    }
    // What the client still sends is read, for a connection that is closed before is reset, and the client may lose the
    // answer with it.
    let drained = async { while stream.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {} };
    let _ended_or_not = timeout(patience, drained).await;
}

fn answer(error: ApiError, id: &str) -> String {
    let status = error.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let retry = error.retry_after().map_or_else(String::new, |seconds| format!("retry-after: {seconds}\r\n"));
    let body = error.envelope(id);
    format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\nx-request-id: {id}\r\n{retry}content-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        StatusCode::as_str(&status),
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_id_that_the_log_has() {
        let said = answer(ApiError::too_slow(), "01J0");
        assert!(said.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{said}");
        assert!(said.contains("\r\nx-request-id: 01J0\r\n") && said.contains("\"request_id\":\"01J0\""), "{said}");
        let said = answer(ApiError::too_many_connections(), "01J0");
        assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("\r\nretry-after: 2\r\n"), "{said}");
    }
}
