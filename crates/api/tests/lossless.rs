//! Nothing is lost between reading and writing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use escalation_api::escalation::{EscalationPayload, OneEscalation, ReassignPayload, RespondPayload};
use escalation_api::list::OnePath;
use escalation_api::schedule::{OverridePayload, ScheduleOverride};
use escalation_api::template::TemplatePayload;
use escalation_api::{ConditionPayload, ErrorResponse, Json, Path, PathPayload, Pause, Team, Value};
use proptest::prelude::*;
use serde_json::json;

fn examples() -> Vec<(String, Value)> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/examples");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 19, "only {} examples", files.len());
    let read = |file: PathBuf| {
        let value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        (file.file_stem().unwrap().to_string_lossy().into_owned(), value)
    };
    files.into_iter().map(read).collect()
}

/// Reads, writes and reads again; what is written must be what was read, to the letter.
fn survives<T: Json + PartialEq + std::fmt::Debug>(name: &str, body: &Value) -> T {
    let first = T::read(body.clone()).unwrap_or_else(|_| panic!("{name} cannot be read"));
    let written = first.write();
    assert_eq!(&written, body, "{name}");
    let second = T::read(written).unwrap_or_else(|_| panic!("{name} cannot be read again"));
    assert_eq!(first, second, "{name}");
    first
}

#[test]
fn every_example_survives() {
    for (name, example) in examples() {
        let body = &example["body"];
        match name.as_str().split_once('-').unwrap().0 {
            "01" | "02" | "03" | "04" | "05" | "06" | "09" => drop(survives::<PathPayload>(&name, body)),
            "08" => drop(survives::<TemplatePayload>(&name, body)),
            "20" => drop(survives::<OnePath>(&name, body)),
            "21" => drop(survives::<OneEscalation>(&name, body)),
            "22" => drop(survives::<EscalationPayload>(&name, body)),
            "23" => drop(survives::<RespondPayload>(&name, body)),
            "24" => drop(survives::<ReassignPayload>(&name, body)),
            "30" | "31" | "32" => drop(survives::<ErrorResponse>(&name, body)),
            "40" => {
                let mut request = body["request"].clone();
                request["name"] = json!("a body to validate has no name");
                survives::<PathPayload>(&name, &request);
            }
            "41" => {
                survives::<ConditionPayload>(&name, &body["working_hours"]);
                survives::<ConditionPayload>(&name, &body["priority"]);
            }
            "90" => {
                for case in body["cases"].as_array().unwrap() {
                    let path =
                        json!({"name": case["why"], "path": case["path"], "working_hours": body["working_hours"]});
                    survives::<PathPayload>(&name, &path);
                }
            }
            _ => panic!("`{name}` is read as nothing: say here what it is"),
        }
    }
}

#[test]
fn what_is_around_paths_survives() {
    let at = "2026-03-28T03:10:00.120+01:00";
    survives::<Pause>("a pause", &json!({"id": "p", "user_id": "u", "starts_at": at, "ends_at": at, "mood": "calm"}));
    let reference = json!({"email": "a@example.com", "badge": 7});
    let place =
        json!({"rotation_id": "r", "layer_id": "l", "start_at": at, "end_at": at, "user": reference, "why": [1.50]});
    survives::<OverridePayload>("an override as it is sent", &place);
    let user = json!({"id": "u", "name": "U", "role": "responder", "hat": "red"});
    let mut one = json!({"id": "o", "schedule_id": "s"});
    one.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    one["user"] = user.clone();
    survives::<ScheduleOverride>("an override", &one);
    survives::<Team>(
        "a team",
        &json!({"id": "t", "name": "T", "catalog_entry": {"id": "e"}, "members": [user], "n": null}),
    );

    // Targets with bindings and without, beside each other, and a parameter that is no parameter.
    let bound = json!({"type": "user", "urgency": "high", "binding": {"value": {"reference": "first"}}, "later": 1});
    let plain = json!({"type": "user", "id": "u", "urgency": "low"});
    let node = json!({"id": "a", "type": "level", "level": {"targets": [bound, plain], "time_to_ack_seconds": 60}});
    for params in [json!([{"name": "first"}]), json!([7]), json!("none")] {
        let template = json!({"name": "n", "params": params, "path": [node], "expressions": [{"label": "x"}]});
        let read = TemplatePayload::read(template.clone()).unwrap();
        assert_eq!(read.write(), template);
    }
}

#[test]
fn what_was_returned_can_be_sent() {
    let (name, example) = examples().into_iter().find(|(name, _)| name.starts_with("20")).unwrap();
    let read = survives::<OnePath>(&name, &example["body"]).escalation_path;
    let payload = PathPayload::from(&read);
    let sent = survives::<PathPayload>("the payload", &payload.write());

    let text = sent.write().to_string();
    for of_reading in ["label", "current_responders", "01J0PATH000000000000000000"] {
        assert!(!text.contains(of_reading), "a payload has no `{of_reading}`: {text}");
    }
    let mut faults = escalation_api::Faults::new();
    PathPayload::explain(&sent.write(), &escalation_api::At::Top, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    // And the example of the payload says the same about its branch.
    let (_, create) = examples().into_iter().find(|(name, _)| name.starts_with("03")).unwrap();
    assert_eq!(sent.write()["path"][0]["if_else"]["conditions"], create["body"]["path"][0]["if_else"]["conditions"]);
}

#[test]
fn a_payload_gets_its_fields_back_that_nobody_knows() {
    let read = json!({"id": "p", "name": "n", "kind": "standalone", "team_ids": [], "path": [
        {"id": "a", "type": "if_else", "note": "kept", "if_else": {"conditions": [
            {"subject": {"label": "L", "reference": "alert.colour"}, "operation": {"label": "is", "value": "is"},
             "param_bindings": [{"value": {"label": "R", "literal": "red", "weight": 2}}], "negate": true}],
            "then_path": [{"id": "x", "type": "hologram", "hologram": {"z": 1, "a": [1, null]}}], "else_path": []}}],
        "stickiness": {"on": true}, "current_responders": []});
    let payload = PathPayload::from(&Path::read(read.clone()).unwrap()).write();
    // Whoever takes the id away has what was returned all the same.
    let mut nameless = read;
    nameless.as_object_mut().unwrap().shift_remove("id");
    assert_eq!(PathPayload::read_either(nameless).unwrap().write(), payload);
    let expected = json!({"name": "n", "kind": "standalone", "team_ids": [], "path": [
        {"id": "a", "type": "if_else", "note": "kept", "if_else": {"conditions": [
            {"subject": "alert.colour", "operation": "is",
             "param_bindings": [{"value": {"literal": "red", "weight": 2}}], "negate": true}],
            "then_path": [{"id": "x", "type": "hologram", "hologram": {"z": 1, "a": [1, null]}}], "else_path": []}}],
        "stickiness": {"on": true}});
    assert_eq!(payload, expected);
}

#[test]
fn faults_have_the_vendors_pointers() {
    let value = json!({"name": "n", "path": [
        {"id": "a", "type": "if_else", "if_else": {"conditions": [], "then_path": [], "else_path": [
            {"id": "b", "type": "notify_channel", "level": {}},
            {"id": "c", "type": "level", "level": {"time_to_ack_seconds": "5m", "targets": [
                {"type": "user", "id": 7, "urgency": "high"}, {"type": "user", "id": "u"}]}},
            {"type": "delay", "delay": {"delay_seconds": 1.5}},
            4]}}]});
    let read = PathPayload::read(value.clone()).unwrap();
    assert_eq!(read.write(), value);

    let mut faults = escalation_api::Faults::new();
    read.faults(&escalation_api::At::Top, &mut faults);
    let said: Vec<_> = faults.iter().map(|f| format!("{}: {f}", f.pointer)).collect();
    assert_eq!(
        said,
        [
            "path.0.if_else.else_path.0.notify_channel: Notify_channel type requires a notify_channel payload",
            "path.0.if_else.else_path.1.level.targets.0.id: Id must be a string",
            "path.0.if_else.else_path.1.level.targets.1.urgency: Urgency is required",
            "path.0.if_else.else_path.1.level.time_to_ack_seconds: Time_to_ack_seconds must be a whole number",
            "path.0.if_else.else_path.2.id: Id is required",
            "path.0.if_else.else_path.2.delay.delay_seconds: Delay_seconds must be a whole number",
            "path.0.if_else.else_path.3: Else_path must be an object",
        ]
    );
}

#[test]
fn text_that_is_no_json_or_nested_too_deeply_is_an_error() {
    assert!(PathPayload::from_text("{").unwrap_err().to_string().starts_with("The document is not valid JSON"));
    assert_eq!(PathPayload::from_text("{}").unwrap_err().to_string(), "Name is required");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let said = PathPayload::from_text(&deep).unwrap_err().to_string();
    assert!(said.contains("recursion limit"), "{said}");
}

/// Whether `written` says all that `read` says. It may say more only where a required list was missing.
fn keeps(read: &Value, written: &Value) -> bool {
    match (read, written) {
        (Value::Object(a), Value::Object(b)) => {
            a.iter().all(|(name, value)| b.get(name).is_some_and(|w| keeps(value, w)))
                && b.iter().all(|(name, value)| a.contains_key(name) || *value == json!([]))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| keeps(a, b)),
        (a, b) => a == b,
    }
}

/// Any JSON, not too large.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
        "[a-z_]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,6}", inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// An object with each of these fields present or not, right or wrong, among fields that nobody knows.
fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let field = |(name, value): (&'static str, BoxedStrategy<Value>)| {
        prop_oneof![
            8 => value.prop_map(move |v| Some((name.to_string(), v))),
            1 => any_json().prop_map(move |v| Some((name.to_string(), v))),
            1 => Just(None),
        ]
        .boxed()
    };
    let known: Vec<_> = fields.into_iter().map(field).collect();
    let unknown = prop::collection::vec(("x_[a-z]{1,4}", any_json()), 0..2);
    (known, unknown)
        .prop_flat_map(|(known, unknown)| {
            let all: Vec<_> = known.into_iter().flatten().chain(unknown).collect();
            Just(all).prop_shuffle()
        })
        .prop_map(|fields| fields.into_iter().collect())
        .boxed()
}

fn word(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop_oneof![4 => prop::sample::select(words).prop_map(Value::from), 1 => "[a-z]{1,5}".prop_map(Value::from)].boxed()
}

fn number() -> BoxedStrategy<Value> {
    (0_i64..100_000).prop_map(Value::from).boxed()
}

fn list(of: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(of, 0..3).prop_map(Value::from).boxed()
}

fn timer() -> Vec<(&'static str, BoxedStrategy<Value>)> {
    vec![
        ("time_to_ack_seconds", number()),
        ("time_to_ack_interval_condition", word(&["active", "inactive"])),
        ("time_to_ack_weekday_interval_config_id", word(&["UK"])),
    ]
}

fn target() -> BoxedStrategy<Value> {
    object(vec![
        ("type", word(&["schedule", "user", "slack_channel", "msteams_channel"])),
        ("id", word(&["u1"])),
        ("urgency", word(&["high", "low"])),
        ("schedule_mode", word(&["currently_on_call", "all_users", ""])),
        ("selected_rota_id", word(&["r1"])),
    ])
}

fn condition() -> BoxedStrategy<Value> {
    let value = || object(vec![("literal", word(&["P1"])), ("reference", word(&["a.b"]))]);
    let binding = object(vec![("value", value()), ("array_value", list(value()))]);
    object(vec![
        ("subject", word(&["escalation.priority", "escalation.working_hours[\"UK\"]"])),
        ("operation", word(&["one_of", "is_active"])),
        ("param_bindings", list(binding)),
    ])
}

fn node() -> BoxedStrategy<Value> {
    let typed = |name: &'static str, payload: BoxedStrategy<Value>| {
        object(vec![("id", word(&["n1", "n2"])), ("type", word(&["level"])), (name, payload)])
            .prop_map(move |mut node| {
                node["type"] = Value::from(name);
                node
            })
            .boxed()
    };
    let level = || {
        let round_robin =
            object(vec![("enabled", any::<bool>().prop_map(Value::from).boxed()), ("rotate_after_seconds", number())]);
        let retry = object(vec![("attempts", number()), ("interval_seconds", number())]);
        let more = vec![
            ("targets", list(target())),
            ("ack_mode", word(&["all", "first"])),
            ("round_robin_config", round_robin),
            ("retry_config", retry),
        ];
        object(timer().into_iter().chain(more).collect())
    };
    let channel = object(timer().into_iter().chain([("targets", list(target()))]).collect());
    let delay = object(vec![("delay_seconds", number()), ("delay_interval_condition", word(&["active"]))]);
    let repeat = object(vec![("to_node", word(&["n1"])), ("repeat_times", number())]);
    let hand_over = object(vec![("escalation_path_id", word(&["p1"]))]);
    let leaf = prop_oneof![
        4 => typed("level", level()),
        1 => typed("notify_channel", channel),
        1 => typed("delay", delay),
        1 => typed("repeat", repeat),
        1 => typed("escalation_path", hand_over),
        1 => typed("voicemail", any_json().boxed()),
        1 => typed("zeppelin", any_json().boxed()),
        1 => any_json(),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let payload = object(vec![
            ("conditions", list(condition())),
            ("then_path", list(inner.clone().boxed())),
            ("else_path", list(inner.boxed())),
        ]);
        typed("if_else", payload)
    })
    .boxed()
}

fn path() -> BoxedStrategy<Value> {
    let interval = object(vec![
        ("weekday", word(&["monday", "sunday"])),
        ("start_time", word(&["09:00"])),
        ("end_time", word(&["17:00", "24:00"])),
    ]);
    let hours = object(vec![
        ("id", word(&["UK"])),
        ("name", word(&["UK"])),
        ("timezone", word(&["Europe/London"])),
        ("weekday_intervals", list(interval)),
    ]);
    object(vec![
        ("name", word(&["n"])),
        ("kind", word(&["standalone", "templated"])),
        ("path", list(node())),
        ("working_hours", list(hours)),
        ("repeat_config", object(vec![("repeat_after_seconds", number())])),
        ("team_ids", list(word(&["t"]))),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_paths_survive(value in path()) {
        match PathPayload::read(value.clone()) {
            Ok(first) => {
                let written = first.write();
                prop_assert!(keeps(&value, &written), "read {value}\nwritten {written}");
                let text = written.to_string();
                let second = PathPayload::from_text(&text);
                prop_assert_eq!(second.as_ref(), Ok(&first));
                let mut faults = escalation_api::Faults::new();
                first.faults(&escalation_api::At::Top, &mut faults);
            }
            Err(back) => {
                prop_assert!(keeps(&value, &back), "read {value}\nback {back}");
                let mut faults = escalation_api::Faults::new();
                PathPayload::explain(&value, &escalation_api::At::Top, &mut faults);
                prop_assert!(!faults.is_empty(), "nothing is said about {value}");
            }
        }
    }

    #[test]
    fn any_json_at_all_is_kept(value in any_json()) {
        match Path::read(value.clone()) {
            Ok(path) => prop_assert!(keeps(&value, &path.write())),
            Err(back) => prop_assert!(keeps(&value, &back)),
        }
    }
}

#[test]
fn an_id_on_what_is_sent_does_not_change_its_form() {
    let sent = json!({"subject": "escalation.priority", "operation": "one_of",
        "param_bindings": [{"array_value": [{"literal": "p1"}]}]});
    let returned = json!({"subject": {"label": "Priority", "reference": "escalation.priority"},
        "operation": {"label": "is one of", "value": "one_of"},
        "param_bindings": [{"array_value": [{"label": "P1", "literal": "p1"}]}]});
    let path = |condition: &Value| {
        let branch = json!({"conditions": [condition], "then_path": [], "else_path": []});
        json!({"name": "n", "path": [{"id": "b", "type": "if_else", "if_else": branch}], "odd": 1})
    };
    for condition in [&sent, &returned] {
        let mut given = path(condition);
        given["id"] = json!("own");
        assert_eq!(PathPayload::read_either(given).unwrap().write(), path(&sent));
    }
}

#[test]
fn what_escalations_are_made_of_keeps_what_it_does_not_know() {
    use escalation_api::escalation::{CheckPermissionsPayload, Escalations, Permissions};

    let alert = json!({"id": "a", "title": "CPU", "deduplication_key": "cpu", "alert_source_id": "s",
        "status": "firing", "alert_group_ids": [], "created_at": "2026-09-01T03:00:00Z",
        "updated_at": "2026-09-01T03:00:00.5+02:00", "mood": "grim"});
    let incident = json!({"id": "i", "external_id": 123, "name": "Checkout", "reference": "INC-123",
        "visibility": "public", "status_category": "active", "severity": {"name": "Major"}});
    let event = json!({"id": "e", "event": "rang_a_bell", "occurred_at": "2026-09-01T03:01:00Z", "urgency": "high",
        "channels": [{"slack_team_id": "T", "slack_channel_id": "C", "zulip_stream_id": "Z"}], "bell": 3});
    let escalation = json!({"id": "x", "title": "CPU", "description": "", "status": "half_acked",
        "priority": {"name": "P1", "rank": 1}, "creator": {"alert": {"id": "a", "title": "CPU", "url": "u"}, "robot": {}},
        "escalation_path_id": "p", "events": [event], "related_alerts": [alert], "related_incidents": [incident],
        "created_at": "2026-09-01T03:00:00Z", "updated_at": "2026-09-01T03:01:00Z", "colour": "red"});
    let page = json!({"escalations": [escalation], "pagination_meta": {"after": "x", "page_size": 25, "total": 1}});
    survives::<Escalations>("a page of escalations", &page);
    survives::<CheckPermissionsPayload>("who may respond", &json!({"user_ids": ["u"], "why": "ask"}));
    let options = json!({"response_options": [
        {"user_id": "u", "available_actions": ["ack", "wave"], "since": 1}], "as_of": "now"});
    survives::<Permissions>("how they may respond", &options);

    // A known field of the wrong kind stays where it was, and is said.
    let sent = json!({"escalation_path_id": "p", "resolve_original": "perhaps", "title": 7});
    let read = ReassignPayload::read(sent.clone()).unwrap();
    assert_eq!((read.write(), read.resolve_original), (sent, None));
    let mut faults = escalation_api::Faults::new();
    read.faults(&escalation_api::At::Top, &mut faults);
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["title", "resolve_original"]);
}
