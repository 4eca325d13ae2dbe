//! What the command line lists, a line each.

use crate::store::Stored;

/// How many are read at once.
const AT_ONCE: u32 = 250;

/// Reads all of something, page by page, and says each in a line; what cannot be read is named. Empty where there is none.
///
/// # Errors
/// Where the database cannot be read.
pub(crate) async fn lines<T>(
    page: impl AsyncFn(&str, u32) -> Result<Vec<Stored<T>>, sqlx::Error>,
    line: impl Fn(&T) -> String,
) -> Result<String, sqlx::Error> {
    let mut lines = Vec::new();
    let mut after = String::new();
    loop {
        let read = page(&after, AT_ONCE).await?;
        let Some(last) = read.last() else { return Ok(lines.join("\n")) };
        after.clone_from(&last.id);
        lines.extend(read.iter().map(|stored| match &stored.document {
            Some(document) => line(document),
            None => format!("{}  (unreadable)", stored.id),
        }));
    }
}

/// What is damaged may have characters that make up a line of their own.
pub(crate) fn plain(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
