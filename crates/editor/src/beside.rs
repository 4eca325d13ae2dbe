//! What one and the same alert does by two states of a path, person by person.

use escalation_engine::trace::StepName;
use escalation_engine::{Index, Seconds, Trace};

/// What an alert does before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageComparison {
    /// Everybody who is told by either, those who are told first in front.
    pub rows: Vec<Row>,
    /// Until when anybody is told, after the alert fired.
    pub length: Seconds,
}

/// A person or channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The name.
    pub name: String,
    /// Whether it is a channel.
    pub is_channel: bool,
    /// When they were told.
    pub before: Vec<PageTime>,
    /// When they are told now.
    pub after: Vec<PageTime>,
}

/// Somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTime {
    /// How long after the alert fired.
    pub after: Seconds,
    /// Whether with low urgency.
    pub is_low: bool,
}

impl Row {
    /// Whether they are told otherwise than before.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.before != self.after
    }
}

impl PageComparison {
    /// Compares two runs of one alert.
    #[must_use]
    pub fn new(before: &Trace, after: &Trace, index: &Index) -> Self {
        // By kind and id; two of one name are two.
        let mut rows: Vec<(bool, String, Row)> = Vec::new();
        let mut length = 0;
        for (trace, is_after) in [(before, false), (after, true)] {
            for step in trace.steps.iter().filter(|step| matches!(step.step, StepName::Paged | StepName::Posted)) {
                let (id, is_channel, name) = match (&step.user_id, &step.channel_id) {
                    (Some(user), _) => (user, false, index.user_name(user)),
                    (None, Some(channel)) => (channel, true, index.channel_name(channel)),
                    (None, None) => continue,
                };
                length = length.max(step.after_seconds);
                let at = rows.iter().position(|(channel, known, _)| (*channel, known) == (is_channel, id));
                let at = at.unwrap_or_else(|| {
                    let (before, after) = (Vec::new(), Vec::new());
                    rows.push((is_channel, id.clone(), Row { name: name.to_string(), is_channel, before, after }));
                    rows.len() - 1
                });
                let told = PageTime { after: step.after_seconds, is_low: step.urgency.as_deref() == Some("low") };
                if let Some((_, _, row)) = rows.get_mut(at) {
                    if is_after { row.after.push(told) } else { row.before.push(told) }
                }
            }
        }
        let first = |row: &Row| row.after.iter().chain(&row.before).map(|told| told.after).min();
        let mut rows: Vec<Row> = rows.into_iter().map(|(_, _, row)| row).collect();
        // In the order in which they came where that is the same time.
        rows.sort_by_key(first);
        Self { rows, length }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::{Json as _, PathPayload, Value};
    use escalation_engine::simulate::trace;
    use escalation_engine::{CompiledPath, Index, Scenario, World};
    use serde_json::json;

    use super::PageComparison;

    fn level(users: &[(&str, &str)], seconds: i64) -> Value {
        let target = |(id, urgency): &(&str, &str)| json!({"type": "user", "id": id, "urgency": urgency});
        let targets: Vec<_> = users.iter().map(target).collect();
        json!({"id": format!("{users:?}"), "type": "level", "level": {"targets": targets, "time_to_ack_seconds": seconds}})
    }

    fn told(before: Vec<Value>, after: Vec<Value>) -> (i64, Vec<String>) {
        let world: World = serde_json::from_value(json!({"users": [
            {"id": "maya", "name": "Maya", "can_be_paged": true}, {"id": "ruth", "name": "Ruth", "can_be_paged": true}]}))
        .unwrap();
        let index = Index::new(world);
        let [before, after] = [before, after].map(|nodes| {
            let path = PathPayload::read(json!({"name": "n", "path": nodes, "working_hours": []})).unwrap();
            trace(&CompiledPath::new("p", &path, &index), &index, &Scenario::default())
        });
        let beside = PageComparison::new(&before, &after, &index);
        let rows = beside.rows.iter().map(|row| {
            let times = |all: &[super::PageTime]| {
                all.iter()
                    .map(|told| format!("{}{}", told.after, if told.is_low { "l" } else { "" }))
                    .collect::<Vec<_>>()
            };
            let mark = if row.differs() { "*" } else { "" };
            format!("{}{mark} {} | {}", row.name, times(&row.before).join(" "), times(&row.after).join(" "))
        });
        (beside.length, rows.collect())
    }

    #[test]
    fn person_by_person() {
        let first = level(&[("maya", "high")], 300);
        let before = vec![first.clone(), level(&[("ruth", "high")], 60)];
        let after = vec![level(&[("maya", "high")], 600), level(&[("ruth", "low")], 60)];
        assert_eq!(told(before.clone(), after), (600, vec!["Maya 0 | 0".into(), "Ruth* 300 | 600l".into()]));
        assert_eq!(told(before.clone(), vec![]), (300, vec!["Maya* 0 | ".into(), "Ruth* 300 | ".into()]));
        // Who is told first by either comes first, and who was, where both are.
        let turned = vec![level(&[("ruth", "high")], 60), level(&[("maya", "high")], 60)];
        assert_eq!(told(before, turned), (300, vec!["Maya* 0 | 60".into(), "Ruth* 300 | 0".into()]));
    }
}
