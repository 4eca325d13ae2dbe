//! Schedules: created, updated, previewed, deleted, and who is on call by them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Answer, Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";

/// `pointer: message` of each error.
fn errors(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{:#}", answer.body);
    let told = |e: &Value| format!("{}: {}", e["source"]["pointer"].as_str().unwrap(), e["message"].as_str().unwrap());
    answer.body["errors"].as_array().unwrap().iter().map(told).collect()
}

/// Maya and Tom in turn, each for a day from 09:00 in London.
fn rotation() -> Value {
    json!({
        "name": "Days", "users": [{"id": MAYA}, {"email": "tom.okafor@northlight.example"}],
        "handover_start_at": "2026-03-02T09:00:00Z", "handovers": [{"interval_type": "daily", "interval": 1}]
    })
}

async fn create(server: &Server, schedule: Value) -> Value {
    let made = server.call(Method::POST, "/v2/schedules", Some(&json!({"schedule": schedule}))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    made.body["schedule"].clone()
}

fn url(schedule: &Value) -> String {
    format!("/v2/schedules/{}", schedule["id"].as_str().unwrap())
}

async fn put(server: &Server, before: &Value, change: Value) -> Answer {
    server.call(Method::PUT, &url(before), Some(&json!({"schedule": change}))).await
}

/// Who is on call in the end, and from when.
fn on_call(entries: &Value) -> Vec<(&str, &str)> {
    let entry = |entry: &Value| entry["user"]["name"].as_str().unwrap().split(' ').next().unwrap().to_string();
    let all = entries["schedule_entries"]["final"].as_array().unwrap();
    let names = ["Maya", "Tom", "Alice"];
    let name = |e: &Value| *names.iter().find(|name| **name == entry(e)).unwrap();
    all.iter().map(|e| (name(e), e["start_at"].as_str().unwrap())).collect()
}

async fn entries(server: &Server, schedule: &Value, from: &str, until: &str) -> Value {
    let id = schedule["id"].as_str().unwrap();
    let window = format!("entry_window_start={from}&entry_window_end={until}");
    server.get(&format!("/v2/schedule_entries?schedule_id={id}&{window}")).await.body
}

#[tokio::test]
async fn a_schedule_is_created_and_says_who_is_on_call() {
    let server = Server::demo().await;
    let schedule = json!({
        "name": "Night desk", "timezone": "Europe/London", "team_ids": ["a-team"],
        "annotations": {"managed_by": "terraform"}, "colour": "red",
        "config": {"rotations": [{"shade": "dark", "id": "days", "layers": [{"id": "first", "name": "First"}]}], "depth": 3}
    });
    let mut whole = schedule.clone();
    for (name, value) in rotation().as_object().unwrap() {
        whole["config"]["rotations"][0][name] = value.clone();
    }
    let made = create(&server, whole).await;
    assert_eq!(made["colour"], "red");
    assert_eq!((&made["config"]["depth"], &made["config"]["rotations"][0]["shade"]), (&json!(3), &json!("dark")));
    assert_eq!(made["annotations"], json!({"managed_by": "terraform"}));
    assert_eq!(made["team_ids"], json!(["a-team"]));
    assert_eq!(made["config"]["rotations"][0]["users"][1]["id"], TOM);
    assert_eq!(made["config"]["rotations"][0]["working_intervals"], json!([]));
    assert_eq!(made["current_shifts"].as_array().unwrap().len(), 1);
    assert_eq!(server.get(&url(&made)).await.body["schedule"], made);
    let listed = server.get("/v2/schedules?page_size=25").await.body;
    assert!(listed["schedules"].as_array().unwrap().contains(&made));
    assert_eq!(listed["pagination_meta"]["total_record_count"], 5);
    // The clock goes forward on the 29th: the handover stays at nine by the clock on the wall.
    let told = entries(&server, &made, "2026-03-28T10:00:00Z", "2026-03-30T10:00:00Z").await;
    let expected =
        [("Maya", "2026-03-28T09:00:00Z"), ("Tom", "2026-03-29T08:00:00Z"), ("Maya", "2026-03-30T08:00:00Z")];
    assert_eq!(on_call(&told), expected);

    // The least that there is: nobody is on call.
    let least = create(&server, json!({"name": "Least", "timezone": "UTC"})).await;
    assert_eq!((&least["current_shifts"], &least["config"]["rotations"]), (&json!([]), &json!([])));
    assert_eq!((&least["annotations"], &least["team_ids"]), (&json!({}), &json!([])));
}

#[tokio::test]
async fn an_update_replaces_what_it_has_and_keeps_the_rest() {
    let server = Server::demo().await;
    let made = create(
        &server,
        json!({"name": "S", "timezone": "Europe/London", "colour": "red", "annotations": {"a": "b"},
        "config": {"rotations": [rotation()]}}),
    )
    .await;
    let rotation_id = made["config"]["rotations"][0]["id"].clone();
    let layer_id = made["config"]["rotations"][0]["layers"][0]["id"].clone();

    // An override of that layer, which outlives changes of the rotation.
    let body = json!({"schedule_id": made["id"], "rotation_id": rotation_id, "layer_id": layer_id, "user": {"email":
        "alice.moreau@northlight.example"}, "start_at": "2026-03-03T10:00:00Z", "end_at": "2026-03-03T11:00:00Z"});
    assert_eq!(server.call(Method::POST, "/v2/schedule_overrides", Some(&body)).await.status, StatusCode::CREATED);
    let mut weekly = rotation();
    weekly["id"] = rotation_id.clone();
    weekly["handovers"] = json!([{"interval_type": "weekly", "interval": 1}]);
    let config = json!({"config": {"rotations": [weekly]}});

    // The preview says what an update would do, and does not do it.
    let preview = json!({"schedule": config, "entry_window_start": "2026-03-02T09:00:00Z", "entry_window_end": "2026-03-10T00:00:00Z"});
    let preview = server.call(Method::POST, &format!("{}/actions/preview_entries", url(&made)), Some(&preview)).await;
    assert_eq!(preview.status, StatusCode::OK, "{:#}", preview.body);
    let expected = [
        ("Maya", "2026-03-02T09:00:00Z"),
        ("Alice", "2026-03-03T10:00:00Z"),
        ("Maya", "2026-03-03T11:00:00Z"),
        ("Tom", "2026-03-09T09:00:00Z"),
    ];
    assert_eq!(on_call(&preview.body), expected);
    assert_eq!(server.get(&url(&made)).await.body["schedule"]["config"], made["config"]);

    let changed = put(&server, &made, config).await;
    assert_eq!(changed.status, StatusCode::OK, "{:#}", changed.body);
    let changed = changed.body["schedule"].clone();
    for kept in ["id", "name", "timezone", "colour", "annotations", "created_at", "permalink"] {
        assert_eq!(changed[kept], made[kept], "{kept}");
    }
    assert_eq!(changed["config"]["rotations"][0]["layers"][0]["id"], layer_id);
    let window = ("2026-03-02T09:00:00Z", "2026-03-10T00:00:00Z");
    assert_eq!(on_call(&entries(&server, &made, window.0, window.1).await), expected);

    // What was read may be sent back, and changes nothing but the time.
    let mut back = put(&server, &made, changed.clone()).await.body["schedule"].clone();
    assert!(back["updated_at"].as_str() >= changed["updated_at"].as_str());
    back["updated_at"] = changed["updated_at"].clone();
    assert_eq!(back, changed);
    let bare = put(&server, &made, json!({"colour": null, "name": "Other", "annotations": {}})).await.body;
    assert_eq!((bare["schedule"].get("colour"), &bare["schedule"]["name"]), (None, &json!("Other")));
    assert_eq!(bare["schedule"]["annotations"], json!({}));
}

#[tokio::test]
async fn a_rotation_changes_from_an_instant_on() {
    let server = Server::demo().await;
    let (mut now, mut then) = (rotation(), rotation());
    now["id"] = json!("days");
    now["users"] = json!([{"id": MAYA}]);
    then["id"] = json!("days");
    then["users"] = json!([{"slack_user_id": "U0TOM000000"}]);
    then["effective_from"] = json!("2026-03-04T09:00:00Z");
    let made = create(&server, json!({"name": "S", "timezone": "UTC", "config": {"rotations": [now, then]}})).await;
    let rotations = made["config"]["rotations"].as_array().unwrap();
    assert_eq!(rotations[0]["layers"], rotations[1]["layers"]);
    let told = entries(&server, &made, "2026-03-03T12:00:00Z", "2026-03-04T12:00:00Z").await;
    assert_eq!(on_call(&told), [("Maya", "2026-03-03T09:00:00Z"), ("Tom", "2026-03-04T09:00:00Z")]);
}

#[tokio::test]
async fn what_is_wrong_with_a_schedule_is_said_with_its_place() {
    let server = Server::demo().await;
    let refused = async |schedule: Value| {
        let body = json!({"schedule": schedule});
        errors(&server.call(Method::POST, "/v2/schedules", Some(&body)).await)
    };
    assert_eq!(
        refused(json!({})).await,
        [
            "schedule.name: Name is required",
            "schedule.timezone: Timezone must be an IANA time zone, such as Europe/London",
        ]
    );
    assert_eq!(refused(json!({"name": 1})).await, ["schedule.name: Name must be a string"]);
    let all = json!({"name": "\u{200b}", "timezone": "Europe/Paris", "holidays_public_config": {"country_codes": ["gb"]},
        "config": {"rotations": [
            {},
            {"name": "R", "id": "", "handover_start_at": "1800-01-01T00:00:00Z", "scheduling_mode": "random",
             "handovers": [{"interval_type": "yearly", "interval": 0}], "users": [{"id": MAYA}, {"id": "none"}, {}],
             "layers": [{"id": "a"}, {"id": "a"}],
             "working_intervals": [{"weekday": "Monday", "start_time": "9", "end_time": "25:00"}]}]}});
    let at = "schedule.config.rotations";
    let user = "User must be an existing user, by id, email or slack_user_id";
    let expected = [
        "schedule.name: Name is required".to_string(),
        "schedule.holidays_public_config.country_codes.0: Country code must be two capital letters (ISO 3166-1 alpha-2)"
            .to_string(),
        format!("{at}.0.name: Name is required"),
        format!("{at}.0.handover_start_at: Handover_start_at is required"),
        format!("{at}.1.id: Id must have from 1 to 64 visible bytes"),
        format!("{at}.1.layers.1.id: Id must be unique among the layers of a rotation"),
        format!("{at}.1.handover_start_at: Handover_start_at must be after 1900-01-01T00:00:00Z and before 2500-01-01T00:00:00Z"),
        format!("{at}.1.handovers.0.interval_type: Interval_type must be hourly, daily or weekly"),
        format!("{at}.1.handovers.0.interval: Interval must be from 1 to 10000"),
        format!("{at}.1.working_intervals.0.weekday: Weekday must be a day in lower case, such as monday"),
        format!("{at}.1.working_intervals.0.start_time: Start_time must be a time as HH:MM"),
        format!("{at}.1.working_intervals.0.end_time: End_time must be a time as HH:MM"),
        format!("{at}.1.scheduling_mode: Scheduling_mode must be fair or sequential"),
        format!("{at}.1.users.1: {user}"),
        format!("{at}.1.users.2: {user}"),
    ];
    assert_eq!(refused(all).await, expected);

    let named = |rotations: Value| json!({"name": "S", "timezone": "UTC", "config": {"rotations": rotations}});
    let twice = refused(named(json!([rotation(), rotation()].map(|mut r| {
        r["id"] = json!("r");
        r
    }))))
    .await;
    let differ = "Effective_from must differ between the versions of a rotation";
    assert_eq!(twice, [format!("{at}.1.effective_from: {differ}")]);
    let mut crowded = rotation();
    crowded["handovers"] = json!([{"interval_type": "hourly", "interval": 1}]);
    crowded["users"] = vec![json!({"id": MAYA}); 10].into();
    crowded["layers"] = (0..10).map(|n| json!({"id": n.to_string()})).collect();
    let many = refused(named(json!([crowded]))).await;
    assert_eq!(many, [format!("{at}: Rotations have too many shifts a year: choose longer handovers")]);
    let mut large = rotation();
    large["users"] = vec![json!({"id": MAYA}); 250].into();
    assert_eq!(
        refused(named(vec![large; 9].into())).await,
        [format!("{at}: Rotations must have at most 2000 users altogether")]
    );
}

#[tokio::test]
async fn a_preview_has_a_window_and_changes_nothing() {
    let server = Server::with(tempfile::TempDir::new().unwrap(), &["--read-only"]).await;
    let preview = "/v2/schedules/01J0SCHEDPRIMARY0000000000/actions/preview_entries";
    let ask = async |body: Value| server.call(Method::POST, preview, Some(&body)).await;
    let start = "2026-03-02T00:00:00Z";
    let long =
        ask(json!({"schedule": {}, "entry_window_start": start, "entry_window_end": "2027-03-02T00:00:00Z"})).await;
    let last = on_call_last(&long.body);
    assert!(last.as_str() > "2026-05-20" && last.as_str() < "2026-06-02", "{last}");
    let backwards = ask(json!({"schedule": {}, "entry_window_start": start, "entry_window_end": start})).await;
    assert_eq!(errors(&backwards), ["entry_window_end: Entry_window_end must be after entry_window_start"]);
    let beyond = ask(json!({"schedule": {}, "entry_window_start": "1800-01-01T00:00:00Z"})).await;
    assert!(errors(&beyond)[0].starts_with("entry_window_start: "));
    let none =
        server.call(Method::POST, "/v2/schedules/none/actions/preview_entries", Some(&json!({"schedule": {}}))).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let holidays = ask(json!({"schedule": {"holidays_public_config": {"country_codes": ["GB"]}}})).await;
    assert_eq!(
        errors(&holidays),
        ["schedule.holidays_public_config: Holidays_public_config is set: shifts on public holidays are unknown"]
    );
    let update =
        server.call(Method::PUT, "/v2/schedules/01J0SCHEDPRIMARY0000000000", Some(&json!({"schedule": {}}))).await;
    assert_eq!(update.status, StatusCode::FORBIDDEN);
}

fn on_call_last(body: &Value) -> String {
    body["schedule_entries"]["final"].as_array().unwrap().last().unwrap()["start_at"].as_str().unwrap().to_string()
}

#[tokio::test]
async fn a_schedule_that_a_path_or_a_template_needs_is_not_deleted() {
    let server = Server::demo().await;
    let made = create(&server, json!({"name": "S", "timezone": "UTC", "config": {"rotations": [rotation()]}})).await;
    let level = json!({"targets": [{"id": made["id"], "type": "schedule", "urgency": "high", "schedule_mode": "currently_on_call"}],
        "time_to_ack_seconds": 300});
    let path = json!({"name": "Needs it", "path": [{"id": "n", "type": "level", "level": level}]});
    let path = server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await.body["escalation_path"].clone();
    let over = json!({"schedule_id": made["id"], "rotation_id": made["config"]["rotations"][0]["id"],
        "layer_id": made["config"]["rotations"][0]["layers"][0]["id"], "user": {"id": MAYA},
        "start_at": "2026-03-03T10:00:00Z", "end_at": "2026-03-03T11:00:00Z"});
    let over = server.call(Method::POST, "/v2/schedule_overrides", Some(&over)).await.body["override"].clone();

    // An escalation that came to a level without its schedule would page nobody.
    let refused = server.call(Method::DELETE, &url(&made), None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("used by `Needs it`"), "{message}");
    assert_eq!(server.get(&url(&made)).await.status, StatusCode::OK);

    // Nor while an escalation is on its way to it, whatever became of its path.
    let id = path["id"].as_str().unwrap();
    let body = json!({"idempotency_key": "k", "title": "Under way", "escalation_path_id": id});
    let begun = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    let deleted = server.call(Method::DELETE, &format!("/v2/escalation_paths/{id}"), None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let refused = server.call(Method::DELETE, &url(&made), None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("used by `Under way`"), "{message}");
    let cancel = format!("/v2/escalations/{}/actions/cancel", begun.body["escalation"]["id"].as_str().unwrap());
    assert_eq!(server.call(Method::POST, &cancel, Some(&json!({}))).await.status, StatusCode::OK);
    let gone = server.call(Method::DELETE, &url(&made), None).await;
    assert_eq!((gone.status, &gone.body), (StatusCode::ACCEPTED, &json!("")));
    assert_eq!(server.get(&url(&made)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(put(&server, &made, json!({"name": "S"})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.call(Method::DELETE, &url(&made), None).await.status, StatusCode::NOT_FOUND);
    let listed = server.get("/v2/schedules").await.body;
    assert_eq!(listed["pagination_meta"]["total_record_count"], 4);
    let over = format!("/v2/schedule_overrides/{}", over["id"].as_str().unwrap());
    assert_eq!(server.get(&over).await.status, StatusCode::NOT_FOUND);
}
