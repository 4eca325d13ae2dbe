//! Entity tags in the headers of requests, as they come back after what is between here and the browser has changed them.
//!
//! What compresses an answer on its way must not leave its tag as it was: nginx, HAProxy and CDNs make it weak (`W/"7"`),
//! Apache, Caddy and Jetty add the encoding (`"7-gzip"`, `"7--gzip"`, once also `"7"-gzip`).

/// The encodings that are added to tags.
const ENCODINGS: [&str; 7] = ["gzip", "x-gzip", "br", "zstd", "deflate", "compress", "identity"];

/// The opaque part of each tag in a list, weak or not (RFC 9110, 8.8.3); none where it is no list of tags: what is wrong
/// in one place may be wrong in another, too.
pub(crate) fn opaque(list: &str) -> Vec<&str> {
    read(list).unwrap_or_default()
}

fn read(list: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = list.trim();
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        if rest.is_empty() {
            return Some(tags);
        }
        let (tag, after) = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        tags.push(tag);
        let (added, others) = after.split_once(',').unwrap_or((after, ""));
        // An encoding that was added behind the tag.
        let added = added.trim_end();
        if !added.is_empty() && !ENCODINGS.contains(&added.strip_prefix('-')?) {
            return None;
        }
        rest = others;
    }
}

/// The tag without an encoding that was added to it.
pub(crate) fn without_encoding(tag: &str) -> &str {
    for encoding in ENCODINGS {
        let Some(before) = tag.strip_suffix(encoding) else { continue };
        for separator in ["--", "-", ";", ":", "/"] {
            if let Some(tag) = before.strip_suffix(separator)
                && !tag.is_empty()
            {
                return tag;
            }
        }
    }
    tag
}

/// The number that a tag of ours is, as it is written: digits and nothing else.
pub(crate) fn number(tag: &str) -> Option<i64> {
    let tag = without_encoding(tag);
    // As it was written: `04` is no tag of ours.
    let number: i64 = tag.parse().ok()?;
    (number >= 0 && number.to_string() == tag).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(list: &str) -> Vec<i64> {
        opaque(list).into_iter().filter_map(number).collect()
    }

    #[test]
    fn a_number_survives_what_compresses() {
        let same = [
            "\"7\"",
            "W/\"7\"",
            "\"7-gzip\"",
            "\"7--gzip\"",
            "\"7;gzip\"",
            "\"7-br\"",
            "\"7-zstd\"",
            "W/\"7-gzip\"",
            "\"7\"-gzip",
            "\"7/gzip\"",
            "\"7:br\"",
        ];
        for tag in same {
            assert_eq!(numbers(tag), [7], "{tag}");
        }
        // Empty elements of a list are none.
        assert_eq!(numbers("\"4\",, \"5\","), [4, 5]);
        assert_eq!(numbers("W/\"4\", \"5-gzip\",\"x\" , \"6\""), [4, 5, 6]);
    }

    #[test]
    fn what_is_none_of_ours_is_no_number() {
        let none = [
            "",
            "7",
            "\"",
            "\"7",
            "\"\"",
            "\"-gzip\"",
            "\"7-\"",
            "\"7-x\"",
            "\"+7\"",
            "\"-7\"",
            "\"-0\"",
            "\"04\"",
            "\"7 \"",
            "\"7gzip\"",
            "\"٧\"",
            // No list of tags.
            "\"9\" \"8\"",
            "\"9\"\"8\"",
            "\"9\"x, \"8\"",
            "7, \"8\"",
            "w/\"8\"",
            "\"8\", \"9",
        ];
        for tag in none {
            assert_eq!(numbers(tag), [0_i64; 0], "{tag}");
        }
    }
}
