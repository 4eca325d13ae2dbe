//! What is passed on: JSON in which the key is not, however it is written there.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Whether it is JSON, in UTF-8, and no text in it has the key in it. Empty, the key is in nothing.
pub(super) fn is_json_without(content: &[u8], key: &str) -> bool {
    let Ok(text) = str::from_utf8(content) else { return false };
    if !key.is_empty() && text.contains(key) {
        return false;
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    Without(key).deserialize(&mut reader).is_ok() && reader.end().is_ok()
}

/// Reads any value, and fails where a text has this in it.
#[derive(Clone, Copy)]
struct Without<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Without<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Without<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without the key")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if !self.0.is_empty() && text.contains(self.0) { Err(E::custom("the key")) } else { Ok(()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while fields.next_key_seed(self)?.is_some() {
            fields.next_value_seed(self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_however_it_is_written() {
        let key = "secretkey123";
        for good in
            ["{}", "[1.50, -1e999, null, true, {\"a\": \"b\"}]", "{\"k\":\"secretkey12\"}", " 12345678901234567890123 "]
        {
            assert!(is_json_without(good.as_bytes(), key), "{good}");
        }
        for bad in [
            "{\"k\":\"secretkey123\"}",
            "{\"k\":\"a secretkey\\u0031\\u0032\\u0033 b\"}",
            "{\"secretkey12\\u0033\":[]}",
            "[[[\"\\u0073ecretkey123\"]]]",
            "{\"k\":",
            "{} {}",
            "",
            "NaN",
        ] {
            assert!(!is_json_without(bad.as_bytes(), key), "{bad}");
        }
        assert!(!is_json_without(b"\"\xff\"", key));
        assert!(is_json_without(b"\"anything\"", ""));
    }
}
