//! A person's notification methods and rules, and what they make of a page: which delivery is sent when.

use serde::{Deserialize, Serialize};

use crate::store::{KeptLists, Kind};

/// The methods that something can be sent by, as the API names them, and the kind of delivery of each.
const KINDS: [(&str, Kind); 1] = [("email", Kind::Email)];

/// By which kind of delivery a method is served.
pub(crate) fn kind_of(method_type: &str) -> Option<Kind> {
    KINDS.iter().find(|(name, _)| *name == method_type).map(|(_, kind)| *kind)
}

/// Where a person is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) method_type: String,
    pub(crate) address: String,
}

/// When a person is reached by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) rule_type: RuleType,
    pub(crate) delay_seconds: i64,
    pub(crate) method_type: String,
    pub(crate) method_target: MethodTarget,
}

/// At which urgency a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleType {
    HighUrgency,
    LowUrgency,
}

impl RuleType {
    /// That of a page.
    fn of_page(urgency: &str) -> Self {
        // Whatever is not said to be low is not taken for it.
        if urgency == "low" { Self::LowUrgency } else { Self::HighUrgency }
    }
}

/// Which of a person's methods a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum MethodTarget {
    /// All of its type.
    All,
    Specific {
        specific: MethodId,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MethodId {
    pub(crate) id: String,
}

impl Rule {
    fn is_about(&self, method: &Method) -> bool {
        method.method_type == self.method_type
            && match &self.method_target {
                MethodTarget::All => true,
                MethodTarget::Specific { specific } => specific.id == method.id,
            }
    }
}

/// What holds for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notifications {
    pub(crate) methods: Vec<Method>,
    pub(crate) rules: Vec<Rule>,
    /// Whether the rules are those of everybody who has set none.
    pub(crate) by_default: bool,
}

/// One way in which a person is told of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Notice<'a> {
    pub(super) kind: Kind,
    pub(super) method_id: &'a str,
    pub(super) rule_id: &'a str,
    /// After the page.
    pub(super) delay_seconds: i64,
}

impl Notifications {
    /// What was set for a person; where that is nothing, their own address, at once.
    ///
    /// # Errors
    /// Where what was set cannot be read.
    pub(crate) fn of(user_id: &str, email: Option<&str>, kept: &KeptLists) -> Result<Self, serde_json::Error> {
        let methods: Option<Vec<Method>> = read(kept.methods.as_deref())?;
        let rules: Option<Vec<Rule>> = read(kept.rules.as_deref())?;
        let methods = methods.unwrap_or_else(|| {
            let address = email.filter(|address| !address.is_empty());
            let own = |address: &str| Method {
                id: format!("{user_id}-email"),
                method_type: "email".to_string(),
                address: address.to_string(),
            };
            address.map(own).into_iter().collect()
        });
        let by_default = rules.is_none();
        let rules = rules.unwrap_or_else(|| {
            let at_once = |(rule_type, name): (RuleType, &str)| Rule {
                id: format!("{user_id}-{name}"),
                rule_type,
                delay_seconds: 0,
                method_type: "email".to_string(),
                method_target: MethodTarget::All,
            };
            [(RuleType::HighUrgency, "high"), (RuleType::LowUrgency, "low")].map(at_once).to_vec()
        });
        Ok(Self { methods, rules, by_default })
    }

    /// What a page of this urgency leads to, in the order of the rules.
    pub(super) fn notices(&self, urgency: &str) -> impl Iterator<Item = Notice<'_>> {
        let rule_type = RuleType::of_page(urgency);
        let rules = self.rules.iter().filter(move |rule| rule.rule_type == rule_type);
        rules.flat_map(|rule| {
            let methods = self.methods.iter().filter(|method| rule.is_about(method));
            methods.filter_map(|method| {
                Some(Notice {
                    kind: kind_of(&method.method_type)?,
                    method_id: &method.id,
                    rule_id: &rule.id,
                    delay_seconds: rule.delay_seconds,
                })
            })
        })
    }
}

/// A list that was set; an empty one is none.
fn read<T: serde::de::DeserializeOwned>(kept: Option<&str>) -> Result<Option<Vec<T>>, serde_json::Error> {
    let list = kept.map(serde_json::from_str::<Vec<T>>).transpose()?;
    Ok(list.filter(|list| !list.is_empty()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn who_has_set_nothing_is_told_at_once_at_their_own_address() {
        let default = Notifications::of("U", Some("u@example.com"), &KeptLists::default()).unwrap();
        for urgency in ["high", "low"] {
            let notices: Vec<_> = default.notices(urgency).collect();
            let rule_id = format!("U-{urgency}");
            assert_eq!(
                notices,
                [Notice { kind: Kind::Email, method_id: "U-email", rule_id: &rule_id, delay_seconds: 0 }]
            );
        }
        for email in [None, Some("")] {
            let nowhere = Notifications::of("U", email, &KeptLists::default()).unwrap();
            assert_eq!(nowhere.notices("high").count(), 0);
        }
    }

    #[test]
    fn rules_count_for_their_urgency_and_their_methods() {
        let methods =
            r#"[{"id":"a","method_type":"email","address":"a@x"},{"id":"b","method_type":"email","address":"b@x"}]"#;
        let rules = r#"[
            {"id":"1","rule_type":"high_urgency","delay_seconds":0,"method_type":"email",
             "method_target":{"type":"specific","specific":{"id":"b"}}},
            {"id":"2","rule_type":"high_urgency","delay_seconds":300,"method_type":"email","method_target":{"type":"all"}}]"#;
        let kept = KeptLists { methods: Some(methods.to_string()), rules: Some(rules.to_string()) };
        let set = Notifications::of("U", None, &kept).unwrap();
        let told: Vec<_> = set.notices("high").map(|notice| (notice.method_id, notice.delay_seconds)).collect();
        assert_eq!(told, [("b", 0), ("a", 300), ("b", 300)]);
        assert_eq!(set.notices("low").count(), 0);
        let damaged = KeptLists { rules: Some("{".to_string()), ..kept };
        assert!(Notifications::of("U", None, &damaged).is_err());
    }
}
