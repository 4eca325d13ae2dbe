//! Addresses of what a server has. They are relative to where the app lies, so that it may lie anywhere.

/// An address of segments and of values by their names. Both may hold anything: what would mean something else in an
/// address is encoded, and a segment never leads out of where it stands.
#[must_use]
pub fn address(segments: &[&str], query: &[(&str, &str)]) -> String {
    let path: Vec<_> = segments.iter().map(|segment| self::segment(segment)).collect();
    let query: Vec<_> = query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", path.join("/"), query.join("&"))
}

/// A segment. One of dots alone leads elsewhere, however it is encoded; encoded twice it is the name of nothing.
fn segment(text: &str) -> String {
    match text {
        "." => "%252E".to_string(),
        ".." => "%252E%252E".to_string(),
        "" => "%2500".to_string(),
        text => encoded(text),
    }
}

/// A text in which only letters, digits and the marks that mean nothing in an address are left as they are.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn what_is_in_an_address_stays_what_it_is() {
        assert_eq!(address(&["v2", "users"], &[]), "v2/users");
        assert_eq!(
            address(&["v2", "users"], &[("after", "a+b=="), ("x", "1&y=2#ü")]),
            "v2/users?after=a%2Bb%3D%3D&x=1%26y%3D2%23%C3%BC"
        );
        assert_eq!(address(&["v2", "01J0", "a/b?c%"], &[]), "v2/01J0/a%2Fb%3Fc%25");
    }

    #[test]
    fn no_id_leads_elsewhere() {
        for id in ["..", ".", "", "../users", "..\\users", "//elsewhere", "%2e%2e"] {
            let address = address(&["v2", "escalation_paths", id], &[]);
            let last = address.strip_prefix("v2/escalation_paths/").unwrap_or_default();
            assert!(!last.is_empty() && !last.contains(['/', '\\', '?', '#']), "{id}: {address}");
            let once = last.to_ascii_lowercase().replace("%2e", ".");
            assert!(once != "." && once != "..", "{id}: {address}");
        }
    }
}
