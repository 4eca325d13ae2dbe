//! A scenario as text that goes into an address, and back.

use escalation_engine::Scenario;

use crate::scenarios::without_path;

/// The longest text that is written or read, in bytes: browsers and chat programs take addresses of that length.
pub const MOST: usize = 6_000;

/// A scenario as text, without its path. It still has to be encoded for the address.
///
/// # Errors
/// That it is too long for an address.
pub fn write(scenario: &Scenario) -> Result<String, String> {
    let text = serde_json::to_string(&without_path(scenario)).unwrap_or_default();
    if text.len() > MOST {
        return Err("This scenario is too long for a link. Export it as a case instead.".to_string());
    }
    Ok(text)
}

/// Reads such a text.
///
/// # Errors
/// Why it cannot be used, in a sentence.
pub fn read(text: &str) -> Result<Scenario, String> {
    if text.len() > MOST {
        return Err(format!("The scenario in the link is too long: at most {MOST} bytes are read."));
    }
    let scenario = Scenario::from_text(text);
    let scenario = scenario.map_err(|error| format!("The scenario in the link cannot be used. {error}."))?;
    if scenario != without_path(&scenario) {
        return Err("The scenario in the link brings a path of its own, which no link of ours does.".to_string());
    }
    Ok(scenario)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = r#"{"priority_id":"p1","fired_at":"2026-03-28T03:10:00Z","grace_period_seconds":60,"responses":[{"user_id":"maya","response":"ack","after_seconds":60}],"branches":{"b":"then"},"round_robin":{"l":"tom"}}"#;
        let scenario = read(text).unwrap();
        assert_eq!(write(&scenario).unwrap(), text);
        let of_path = Scenario { path_id: Some("p".to_string()), ..scenario };
        assert_eq!(write(&of_path).unwrap(), text);
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        for text in ["", "{", "7", "{}", r#"{"fired_at": "soon"}"#, r#"{"fired_at":"2026-03-28T03:10:00Z","mood":1}"#] {
            assert!(read(text).unwrap_err().starts_with("The scenario in the link cannot be used. "), "{text}");
        }
        assert!(read(r#"{"fired_at":"2026-03-28T03:10:00Z","path_id":"p"}"#).is_err());
        let long = format!(r#"{{"fired_at":"2026-03-28T03:10:00Z","priority_id":"{}"}}"#, "p".repeat(MOST));
        assert!(read(&long).unwrap_err().contains("too long"));
        let scenario = Scenario { priority_id: Some("p".repeat(MOST)), ..Scenario::default() };
        assert!(write(&scenario).is_err());
    }
}
