//! The named scenarios that are kept with a path.

use escalation_api::Value;
use escalation_engine::scenario::{Named, Scenario};

use crate::kept;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// It can be played.
    Known(Box<Named>),
    /// A later version has written it; it is kept as it is.
    Unknown(Value),
}

impl Item {
    /// Reads what is kept.
    #[must_use]
    pub fn read(value: Value) -> Self {
        match Named::list_from_text(&format!("[{value}]")).map(|mut list| list.pop()) {
            Ok(Some(named)) => Self::Known(Box::new(named)),
            _ => Self::Unknown(value),
        }
    }

    /// The same as it is kept.
    #[must_use]
    pub fn write(&self) -> Value {
        match self {
            Self::Known(named) => serde_json::to_value(&**named).unwrap_or_default(),
            Self::Unknown(value) => value.clone(),
        }
    }

    /// Its name; empty for one that has none.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(named) => &named.name,
            Self::Unknown(value) => value.get("name").and_then(Value::as_str).unwrap_or_default(),
        }
    }
}

/// The name under which something can be kept, without the spaces around it. `except` is the position of what has the
/// name already.
///
/// # Errors
/// That there is no name, that it is too long, or that another has it.
pub fn name(items: &[Item], typed: &str, except: Option<usize>) -> Result<String, String> {
    let name = typed.trim();
    if name.is_empty() {
        return Err("type a name".to_string());
    }
    if name.chars().count() > Named::LONGEST_NAME {
        return Err(format!("a name has at most {} characters", Named::LONGEST_NAME));
    }
    let taken = items.iter().enumerate().any(|(at, item)| Some(at) != except && item.name().trim() == name);
    if taken { Err(format!("another is called “{name}”")) } else { Ok(name.to_string()) }
}

/// A name that no other has, made of this one: `Night`, `Night 2`.
#[must_use]
pub fn free_name(items: &[Item], wanted: &str) -> String {
    let wanted = if wanted.trim().is_empty() { "Scenario" } else { wanted.trim() };
    let is_free = |name: &str| items.iter().all(|item| item.name().trim() != name);
    // The number needs its room.
    let short: String = wanted.chars().take(Named::LONGEST_NAME - 4).collect();
    let numbered = (2..=items.len() + 2).map(|number| format!("{} {number}", short.trim_end()));
    [wanted.to_string()]
        .into_iter()
        .filter(|name| name.chars().count() <= Named::LONGEST_NAME)
        .chain(numbered)
        .find(|name| is_free(name))
        .unwrap_or(short)
}

/// What is kept of a scenario: all but the path, which it is kept with.
#[must_use]
pub fn without_path(scenario: &Scenario) -> Scenario {
    Scenario { path_id: None, path: None, user_ids: Vec::new(), ..scenario.clone() }
}

/// Keeps a scenario under a name that is free.
///
/// # Errors
/// That there are too many, or what is wrong with the name.
pub fn add(items: &mut Vec<Item>, typed: &str, scenario: &Scenario) -> Result<(), String> {
    let name = name(items, typed, None)?;
    if items.len() >= Named::MOST {
        return Err(format!("at most {} are kept: delete one first", Named::MOST));
    }
    items.push(Item::Known(Box::new(Named { name, scenario: without_path(scenario) })));
    Ok(())
}

/// Takes in scenarios from elsewhere. Nothing that is kept is replaced: one that is there already is left out, and one
/// whose name another has gets another name. Gives how many came in; those for which there is no room do not.
pub fn take_in(items: &mut Vec<Item>, from: Vec<Named>) -> usize {
    let before = items.len();
    for named in from {
        let named = Named { scenario: without_path(&named.scenario), ..named };
        let same = |item: &Item| matches!(item, Item::Known(known) if known.scenario == named.scenario && known.name == named.name);
        if items.len() < Named::MOST && !items.iter().any(same) {
            let name = free_name(items, &named.name);
            items.push(Item::Known(Box::new(Named { name, ..named })));
        }
    }
    items.len() - before
}

/// What becomes of the list when others have changed it too. Of two that got the same name, the other's gets another.
#[must_use]
pub fn join(base: &[Item], ours: &[Item], theirs: &[Item]) -> Vec<Item> {
    let mut all: Vec<Item> = Vec::new();
    for mut item in kept::join(base, ours, theirs) {
        let taken = all.iter().any(|other| other.name().trim() == item.name().trim());
        if let (Item::Known(named), true) = (&mut item, taken) {
            named.name = free_name(&all, &named.name);
        }
        all.push(item);
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(fired_at: &str) -> Scenario {
        Scenario { fired_at: fired_at.parse().unwrap(), ..Scenario::default() }
    }

    fn names(items: &[Item]) -> Vec<&str> {
        items.iter().map(Item::name).collect()
    }

    #[test]
    fn names_are_there_short_and_free() {
        let mut items = Vec::new();
        add(&mut items, "  Night ", &at("2026-03-28T03:10:00Z")).unwrap();
        assert_eq!(names(&items), ["Night"]);
        assert!(add(&mut items, "Night", &at("2026-03-28T03:10:00Z")).is_err());
        assert!(name(&items, "Night", Some(0)).is_ok(), "its own name");
        assert!(name(&items, " ", None).is_err());
        assert!(name(&items, &"n".repeat(200), None).is_ok());
        assert!(name(&items, &"n".repeat(201), None).is_err());
        assert_eq!(free_name(&items, "Night"), "Night 2");
        assert_eq!(free_name(&items, ""), "Scenario");
        let long = "n".repeat(200);
        add(&mut items, &long, &Scenario::default()).unwrap();
        let free = free_name(&items, &long);
        assert!(name(&items, &free, None).is_ok(), "{free}");
    }

    #[test]
    fn the_path_is_not_kept_and_what_is_not_understood_is() {
        let later = r#"{"name": "Later", "scenario": {"fired_at": "2026-03-28T03:10:00Z", "mood": 1.50}}"#;
        let mut items = vec![Item::read(serde_json::from_str(later).unwrap())];
        let of_path = Scenario { path: Some(json!({"name": "n", "path": []})), ..at("2026-03-28T03:10:00Z") };
        add(&mut items, "Night", &of_path).unwrap();
        assert_eq!(
            Value::Array(items.iter().map(Item::write).collect()).to_string(),
            r#"[{"name":"Later","scenario":{"fired_at":"2026-03-28T03:10:00Z","mood":1.50}},{"name":"Night","scenario":{"fired_at":"2026-03-28T03:10:00Z"}}]"#
        );
        assert!(add(&mut items, "Later", &Scenario::default()).is_err(), "its name is taken, too");
        let again: Vec<_> = items.iter().map(|item| Item::read(item.write())).collect();
        assert_eq!(again, items);
    }

    #[test]
    fn what_two_have_kept_under_one_name_is_there_twice() {
        let known = |name: &str, fired_at: &str| {
            Item::Known(Box::new(Named { name: name.to_string(), scenario: at(fired_at) }))
        };
        let base = [known("Day", "2026-03-28T12:00:00Z")];
        let ours = [base[0].clone(), known("Night", "2026-03-28T03:10:00Z")];
        let theirs = [base[0].clone(), known("Night", "2026-03-29T03:10:00Z")];
        let all = join(&base, &ours, &theirs);
        assert_eq!(all[..2], ours);
        assert_eq!(all[2], known("Night 2", "2026-03-29T03:10:00Z"));
        assert_eq!(join(&ours, &ours, &all), all);
    }

    #[test]
    fn what_comes_in_replaces_nothing() {
        let mut items = Vec::new();
        add(&mut items, "Night", &at("2026-03-28T03:10:00Z")).unwrap();
        let named = |name: &str, at: Scenario| Named { name: name.to_string(), scenario: at };
        let from = vec![
            named("Night", at("2026-03-28T03:10:00Z")),
            named("Night", at("2026-03-29T03:10:00Z")),
            named("Day", at("2026-03-28T12:00:00Z")),
        ];
        assert_eq!(take_in(&mut items, from.clone()), 2);
        assert_eq!(names(&items), ["Night", "Night 2", "Day"]);
        assert!(matches!(&items[0], Item::Known(first) if first.scenario == at("2026-03-28T03:10:00Z")));
        let many = (0..200).map(|n| named(&format!("S{n}"), Scenario::default())).collect();
        assert_eq!(take_in(&mut items, many), 97);
        assert!(add(&mut items, "One more", &Scenario::default()).is_err());
    }
}
