//! What a node or a path says, field by field: for those who read it and change nothing.

use escalation_api::template::Template;
use escalation_api::{
    AckMode, ConditionPayload, IfElse, Json as _, Level, NodeKind, PathPayload, Target, Team, Urgency, WorkingHours,
    capitalised,
};
use escalation_engine::calendar::Zone;
use escalation_engine::words::duration;
use escalation_engine::{Index, Instant};

use super::{hours_about, hours_name, labels, node as words_of, repeat_target, target_name, target_now};
use crate::bindings::literals;
use crate::command::{Condition, Timer};
use crate::tree::PathNode;

/// A field with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyRow {
    /// The field as the API names it, such as `targets`.
    pub field: String,
    /// The same for people.
    pub label: String,
    /// What it says: one thing, or several in their order.
    pub says: Vec<PropertyValue>,
}

/// One thing that a field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyValue {
    /// What.
    pub text: String,
    /// What it means; empty where that is plain.
    pub about: String,
    /// Where it leads.
    pub leads: Option<LinkTarget>,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// To a node of the same path, by its id.
    Node(String),
    /// To another path, by its id.
    Path(String),
}

impl PropertyRow {
    fn new(field: &str, label: &str, says: Vec<PropertyValue>) -> Self {
        Self { field: field.to_string(), label: label.to_string(), says }
    }
}

impl PropertyValue {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), about: String::new(), leads: None }
    }

    fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    fn leading(self, leads: Option<LinkTarget>) -> Self {
        Self { leads, ..self }
    }
}

/// What a node says. Whom a target means is told for an instant, with times in `zone`.
#[must_use]
pub fn facts_of_node(node: &PathNode, path: &PathPayload, index: &Index, at: Instant, zone: &Zone) -> Vec<PropertyRow> {
    let target = |target: &Target| {
        let urgency = match &target.urgency {
            Urgency::High => "high urgency",
            Urgency::Low => "low urgency",
            Urgency::Other(other) => other,
        };
        PropertyValue::new(target_name(target, index))
            .about(format!("{}; {urgency}", target_now(target, index, at, zone)))
    };
    let mut facts = Vec::new();
    match &node.kind {
        NodeKind::Level(level) => {
            let mut whom: Vec<_> = level.targets.iter().map(target).collect();
            if whom.is_empty() {
                whom.push(PropertyValue::new("Nobody yet"));
            }
            facts.push(PropertyRow::new("targets", labels::WHO, whom));
            facts.push(PropertyRow::new("round_robin_config", labels::ORDER, vec![order(level)]));
            facts.push(PropertyRow::new("retry_config", labels::RETRIES, vec![retries(level)]));
            facts.push(PropertyRow::new("ack_mode", labels::ACKNOWLEDGING, vec![acknowledging(level)]));
        }
        NodeKind::NotifyChannel(channel) => {
            let mut whom: Vec<_> = channel.targets.iter().map(target).collect();
            if whom.is_empty() {
                whom.push(PropertyValue::new("No channel yet"));
            }
            facts.push(PropertyRow::new("targets", labels::WHO_TOLD, whom));
        }
        NodeKind::IfElse(branch) => {
            facts.push(PropertyRow::new("conditions", labels::ASKS, asks(node, branch, path, index, at)))
        }
        NodeKind::Repeat(repeat) => {
            let to = PropertyValue::new(capitalised(&repeat_target(&repeat.to_node, path, index)));
            let to = to.leading(Some(LinkTarget::Node(repeat.to_node.clone())));
            facts.push(PropertyRow::new("to_node", labels::BACK_TO, vec![to]));
            let times = format!("The section runs {} times in total", repeat.repeat_times.saturating_add(1));
            facts.push(PropertyRow::new("repeat_times", "How often", vec![PropertyValue::new(times)]));
        }
        NodeKind::HandOver(hand_over) => {
            let id = &hand_over.escalation_path_id;
            let known = index.path(id);
            let name = known.map_or_else(|| id.clone(), |path| path.name.clone());
            let to = PropertyValue::new(name).leading(known.map(|_| LinkTarget::Path(id.clone())));
            facts.push(PropertyRow::new("escalation_path_id", labels::GO_ON_IN, vec![to]));
        }
        NodeKind::Delay(_) | NodeKind::Sealed(_) => {}
    }
    if let Some(timer) = Timer::of(node) {
        let words = words_of(node, path, index);
        let (label, said) = match &node.kind {
            NodeKind::Level(_) => ("If not acknowledged, escalates", words.timer),
            NodeKind::Delay(_) => (labels::DURATION, words.title),
            _ => ("Continues", words.timer),
        };
        let said = said.strip_prefix("then ").unwrap_or(&said);
        let hours = match &timer {
            Timer::Until(_, id) => week(id, path, at),
            _ => String::new(),
        };
        facts.push(PropertyRow::new(
            "time_to_ack_seconds",
            label,
            vec![PropertyValue::new(capitalised(said)).about(hours)],
        ));
    }
    facts
}

fn order(level: &Level) -> PropertyValue {
    match level.round_robin_config.as_ref().filter(|config| config.enabled).map(|config| config.rotate_after_seconds) {
        None => PropertyValue::new(labels::ALL_AT_ONCE),
        Some(None) => PropertyValue::new(labels::ONE_BY_ONE).about("One person for each escalation."),
        Some(Some(after)) => PropertyValue::new(labels::ONE_BY_ONE)
            .about(format!("One person for each escalation, and the next after {}.", duration(after))),
    }
}

fn retries(level: &Level) -> PropertyValue {
    match &level.retry_config {
        None => PropertyValue::new(labels::ONCE),
        Some(retry) => PropertyValue::new(format!("Is paged {} times in total", retry.attempts))
            .about(format!("{} between pages.", duration(retry.interval_seconds))),
    }
}

fn acknowledging(level: &Level) -> PropertyValue {
    match &level.ack_mode {
        Some(AckMode::All) => PropertyValue::new(labels::EVERYONE_MUST).about(labels::ALL_MEANS),
        Some(AckMode::Other(other)) => PropertyValue::new(other.clone()),
        None | Some(AckMode::First) => PropertyValue::new(labels::FIRST_STOPS).about(labels::FIRST_MEANS),
    }
}

fn asks(
    node: &PathNode,
    branch: &IfElse<ConditionPayload>,
    path: &PathPayload,
    index: &Index,
    at: Instant,
) -> Vec<PropertyValue> {
    match Condition::of(node) {
        Some(Condition::Priorities(ids)) => {
            ids.iter().map(|id| PropertyValue::new(format!("Priority {}", index.priority_name(id)))).collect()
        }
        Some(Condition::Hours(id)) => {
            vec![PropertyValue::new(capitalised(&hours_name(&id, path))).about(week(&id, path, at))]
        }
        // JSON source: nothing is known of what it means.
        None => branch.conditions.iter().map(|condition| PropertyValue::new(condition.write().to_string())).collect(),
    }
}

/// The working hours with this id, and how they are now; empty for none.
fn week(id: &str, path: &PathPayload, at: Instant) -> String {
    let set = path.working_hours.iter().flatten().find(|set| set.id == id);
    set.map(|set| hours_about(set, at)).unwrap_or_default()
}

/// What a path says of itself, its nodes left aside.
#[must_use]
pub fn facts_of_path(
    path: &PathPayload,
    teams: &[Team],
    templates: &[Template],
    index: &Index,
    at: Instant,
) -> Vec<PropertyRow> {
    let mut facts = Vec::new();
    if let Some(id) = path.template_id.as_ref().filter(|_| path.is_templated()) {
        let template = templates.iter().find(|template| template.id == *id);
        let name = template.map_or_else(|| id.clone(), |template| template.name.clone());
        let about = template.and_then(|template| template.description.clone()).unwrap_or_default();
        facts.push(PropertyRow::new("template_id", labels::TEMPLATE, vec![PropertyValue::new(name).about(about)]));
        for (name, binding) in path.param_bindings.iter().flat_map(|all| &all.0) {
            let param = template.and_then(|template| template.params.iter().find(|param| param.name == *name));
            let label = param.map_or(name.as_str(), |param| param.label.as_str());
            let says = match literals(binding) {
                Some(values) => values.into_iter().map(|value| PropertyValue::new(called(value, index))).collect(),
                None => vec![PropertyValue::new(binding.write().to_string())],
            };
            facts.push(PropertyRow::new(&format!("param_bindings.{name}"), label, says));
        }
    }
    let ids = path.team_ids.as_deref().unwrap_or_default();
    if !ids.is_empty() {
        let name = |id: &String| {
            let team = teams.iter().find(|team| team.id == *id);
            PropertyValue::new(team.map_or_else(|| labels::UNKNOWN_TEAM.to_string(), |team| team.name.clone()))
        };
        facts.push(PropertyRow::new("team_ids", labels::TEAMS, ids.iter().map(name).collect()));
    }
    let again = match &path.repeat_config {
        None => PropertyValue::new("Nobody is paged again"),
        Some(config) => {
            let activity =
                if config.delay_repeat_on_activity { "Activity on the incident restarts that time." } else { "" };
            let after = duration(config.repeat_after_seconds);
            PropertyValue::new(format!("People are paged again if the alert still fires after {after}")).about(activity)
        }
    };
    facts.push(PropertyRow::new("repeat_config", labels::PAGE_AGAIN, vec![again]));
    let sets: Vec<_> = path.working_hours.iter().flatten().collect();
    if !sets.is_empty() {
        let set = |set: &&WorkingHours| PropertyValue::new(set.name.clone()).about(week(&set.id, path, at));
        facts.push(PropertyRow::new("working_hours", labels::HOURS, sets.iter().map(set).collect()));
    }
    facts
}

/// What a person or schedule with this id is called; anything else is what it is.
fn called(value: &str, index: &Index) -> String {
    let user = index.user(value).map(|user| user.name.clone());
    user.or_else(|| index.schedule(value).map(|schedule| schedule.name.clone())).unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_engine::World;
    use serde_json::{Value, json};

    use super::*;
    use crate::tree;

    fn at() -> Instant {
        "2026-03-30T10:00:00Z".parse().unwrap()
    }

    fn index() -> Index {
        let world = json!({
            "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
            "users": [{"id": "a", "name": "Ann", "can_be_paged": true}],
            "schedules": [{"id": "s", "name": "Primary", "timezone": "UTC", "rotas": [{"id": "r", "name": "R"}],
                "entries": [{"rota_id": "r", "user_id": "a", "start_at": "2026-03-01T00:00:00Z",
                    "end_at": "2026-04-08T00:00:00Z"}]}],
            "paths": [{"id": "other", "name": "Other path", "path": []}],
        });
        Index::new(World::from_text(&world.to_string()).unwrap())
    }

    fn path(nodes: &Value) -> PathPayload {
        PathPayload::read(json!({"name": "n", "team_ids": ["t", "unknown"], "path": nodes,
            "repeat_config": {"repeat_after_seconds": 1800, "delay_repeat_on_activity": true},
            "working_hours": [{"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": [
                {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}]}))
        .unwrap()
    }

    /// The facts of the node with the id `x`, each as `label: text (about) | …`.
    fn of(node: &Value) -> Vec<String> {
        let path = path(&json!([node]));
        told(&facts_of_node(tree::find(&path, "x").unwrap().node, &path, &index(), at(), &Zone::utc()))
    }

    fn told(facts: &[PropertyRow]) -> Vec<String> {
        let said = |said: &PropertyValue| {
            if said.about.is_empty() { said.text.clone() } else { format!("{} ({})", said.text, said.about) }
        };
        let line = |fact: &PropertyRow| {
            format!("{}: {}", fact.label, fact.says.iter().map(said).collect::<Vec<_>>().join(" | "))
        };
        facts.iter().map(line).collect()
    }

    #[test]
    fn a_level() {
        let level = json!({"id": "x", "type": "level", "level": {"targets": [
            {"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": "currently_on_call"},
            {"type": "user", "id": "a", "urgency": "low"}],
            "round_robin_config": {"enabled": true, "rotate_after_seconds": 120},
            "retry_config": {"attempts": 3, "interval_seconds": 120}, "ack_mode": "all", "time_to_ack_seconds": 600}});
        assert_eq!(
            of(&level),
            [
                "Who is paged: Primary (currently on call: Ann; high urgency) | Ann (one person; low urgency)",
                "Order: Round robin (One person for each escalation, and the next after 2m.)",
                "Without a response: Is paged 3 times in total (2m between pages.)",
                "Acknowledging: Everyone must (One acknowledgement stops the path; the others stay paged until each has \
                 answered.)",
                "If not acknowledged, escalates: After 10m",
            ]
        );
    }

    #[test]
    fn what_is_not_said_is_told_as_what_it_means() {
        let said = of(&json!({"id": "x", "type": "level", "level": {"targets": []}}));
        assert_eq!(said.first().unwrap(), "Who is paged: Nobody yet");
        assert_eq!(said.last().unwrap(), "If not acknowledged, escalates: After 30m (default)");
    }

    #[test]
    fn branches_and_waits() {
        let branch = |condition: Value| {
            of(&json!({"id": "x", "type": "if_else",
                "if_else": {"conditions": [condition], "then_path": [], "else_path": []}}))
        };
        let hours =
            json!({"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []});
        assert_eq!(
            branch(hours),
            ["Condition: UK hours (Mon 09:00-17:00, Europe/London; inside now, until Mon 17:00)"]
        );
        let foreign = json!({"subject": "alert.moon", "operation": "is_full", "param_bindings": []});
        assert_eq!(branch(foreign.clone()), [format!("Condition: {foreign}")]);
        let wait = json!({"id": "x", "type": "delay", "delay": {"delay_interval_condition": "active",
            "delay_weekday_interval_config_id": "uk"}});
        assert_eq!(
            of(&wait),
            ["How long: Wait until UK hours begin (Mon 09:00-17:00, Europe/London; inside now, until Mon 17:00)"]
        );
    }

    #[test]
    fn what_leads_elsewhere_leads_there() {
        let leads = |node: Value| {
            let path = path(&json!([node]));
            let facts = facts_of_node(tree::find(&path, "x").unwrap().node, &path, &index(), at(), &Zone::utc());
            facts.first().unwrap().says.first().unwrap().leads.clone()
        };
        let over =
            |to: &str| json!({"id": "x", "type": "escalation_path", "escalation_path": {"escalation_path_id": to}});
        assert_eq!(leads(over("other")), Some(LinkTarget::Path("other".to_string())));
        assert_eq!(leads(over("nowhere")), None, "what is not known leads nowhere");
        let repeat = json!({"id": "x", "type": "repeat", "repeat": {"to_node": "x", "repeat_times": 2}});
        assert_eq!(leads(repeat.clone()), Some(LinkTarget::Node("x".to_string())));
        assert_eq!(of(&repeat), ["Goes back to: The start", "How often: The section runs 3 times in total"]);
        assert_eq!(of(&json!({"id": "x", "type": "pigeon", "pigeon": {}})), [""; 0]);
    }

    #[test]
    fn the_path_itself() {
        let teams = [Team::read(json!({"id": "t", "name": "Payments"})).unwrap()];
        assert_eq!(
            told(&facts_of_path(&path(&json!([])), &teams, &[], &index(), at())),
            [
                "Owning teams: Payments | Unknown team",
                "After an acknowledgement: People are paged again if the alert still fires after 30m (Activity on the \
                 incident restarts that time.)",
                "Working hours: UK (Mon 09:00-17:00, Europe/London; inside now, until Mon 17:00)",
            ]
        );
    }
}
