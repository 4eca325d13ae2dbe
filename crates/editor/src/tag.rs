//! Tags of what a server has (`ETag`), as they come through what stands in front of it.

/// The tag that the server itself gave, to be sent back as `If-Match`; nothing for what is no tag.
///
/// Whoever compresses an answer on its way changes its tag: nginx makes it weak (`W/"7"`), Apache writes what it did
/// behind it (`"7-gzip"`). What is compared here is the state of a path and no form in which it was sent, and a weak
/// tag never matches, so that with it nothing could be saved.
#[must_use]
pub fn own(tag: &str) -> Option<String> {
    const CODINGS: [&str; 5] = ["gzip", "br", "zstd", "deflate", "df"];
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").or_else(|| tag.strip_prefix("w/")).unwrap_or(tag);
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let with_coding = |coding: &str| inner.strip_suffix(coding)?.strip_suffix(['-', ';', ':', '+']);
    let inner = CODINGS.iter().find_map(|coding| with_coding(coding)).unwrap_or(inner);
    (!inner.is_empty() && !inner.contains('"')).then(|| format!("\"{inner}\""))
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn a_tag_is_the_server_s_own_whatever_it_came_through() {
        for came in ["\"7\"", "W/\"7\"", "\"7-gzip\"", "\"7;gzip\"", "W/\"7-br\"", " W/\"7\" ", "\"7-zstd\""] {
            assert_eq!(own(came).as_deref(), Some("\"7\""), "{came}");
        }
        assert_eq!(own("\"gzip\"").as_deref(), Some("\"gzip\""));
        assert_eq!(own("\"a-b\"").as_deref(), Some("\"a-b\""));
        for odd in ["", "7", "\"", "\"\"", "W/", "\"-gzip\"", "\"a\"b\""] {
            assert_eq!(own(odd), None, "{odd}");
        }
    }
}
