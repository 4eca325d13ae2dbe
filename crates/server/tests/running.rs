//! What is around escalations that run: the stream of steps, rows that cannot go on, deliveries, lateness, and databases of
//! the version before.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;
use crate::replay_of;

use std::fs;
use std::path::Path;
use std::time::Duration;

use common::database::{Database, copied, is_shared};
use common::{Server, answer};
use escalation_server::Clock;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
/// 2026-03-04T12:00:00Z.
const NOON: i64 = 1_772_625_600;
/// Whatever is waited for comes at once, or never.
const PATIENCE: Duration = Duration::from_secs(20);

async fn standing(clock: &Clock) -> Server {
    Server::standing(clock, TempDir::new().unwrap(), &[]).await
}

async fn run(clock: &Clock, after: i64) {
    clock.set(NOON + after);
    while clock.tick().await.unwrap() > 0 {}
}

async fn begin(server: &Server, key: &str) -> String {
    let level = |id: &str, user: &str| {
        json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "user", "id": user, "urgency": "high"}]}})
    };
    let path = json!({"name": "Two", "path": [level("a", MAYA), level("b", TOM)]});
    let made = server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
    let body = json!({"idempotency_key": key, "title": key,
        "escalation_path_id": made.body["escalation_path"]["id"]});
    let made = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    made.body["escalation"]["id"].as_str().unwrap().to_string()
}

async fn change(server: &Server, query: &str, id: &str) {
    let mut database = Database::of(server.folder.path()).await;
    database.execute(query, &[id.into()]).await;
    database.close().await;
}

/// Changes what is stored, whatever refers to it.
async fn damage(server: &Server, query: &str) {
    let mut database = Database::of(server.folder.path()).await;
    database.execute(query, &[]).await;
    database.close().await;
}

async fn trace(server: &Server, id: &str) -> Value {
    server.get(&format!("/builder/v1/escalations/{id}")).await.body
}

/// A stream of events, read as they come.
struct Events {
    response: Response,
    read: String,
}

impl Events {
    async fn of(server: &Server, id: &str, after: Option<&str>) -> Self {
        let request = server.request(Method::GET, &format!("/builder/v1/escalations/{id}/stream"));
        let request = if let Some(after) = after { request.header("last-event-id", after) } else { request };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next event: its id, its kind, and its data. Nothing when the stream has ended.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_string()
                };
                let told = (field("id:"), field("event:"), serde_json::from_str(&field("data:")).unwrap_or_default());
                let is_comment = event.starts_with(':');
                self.read = rest.to_string();
                if is_comment {
                    continue;
                }
                return Some(told);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.unwrap().ok()??;
            self.read.push_str(str::from_utf8(&chunk).unwrap());
        }
    }

    async fn step(&mut self) -> (String, String) {
        let (id, kind, data) = self.next().await.unwrap();
        assert_eq!(kind, "step", "{data}");
        (id, data["step"].as_str().unwrap().to_string())
    }
}

#[tokio::test]
async fn steps_are_told_as_they_happen_and_from_where_they_were_seen() {
    let clock = Clock::standing(NOON);
    let mut server = standing(&clock).await;
    let id = begin(&server, "one").await;
    let mut events = Events::of(&server, &id, None).await;
    run(&clock, 0).await;
    for (number, step) in [("1", "triggered"), ("2", "entered"), ("3", "paged"), ("4", "waiting")] {
        assert_eq!(events.step().await, (number.to_string(), step.to_string()));
    }
    run(&clock, 300).await;
    assert_eq!(events.step().await, ("5".to_string(), "entered".to_string()));
    // Whoever comes again misses nothing and hears nothing twice.
    drop(events);
    let mut events = Events::of(&server, &id, Some("5")).await;
    assert_eq!(events.step().await, ("6".to_string(), "paged".to_string()));
    let url = format!("/v2/escalations/{id}/actions/cancel");
    assert_eq!(answer(server.request(Method::POST, &url)).await.status, StatusCode::OK);
    assert_eq!(events.step().await.1, "waiting");
    assert_eq!(events.step().await.1, "cancelled");
    let (_, kind, data) = events.next().await.unwrap();
    assert_eq!((kind.as_str(), data), ("end", json!({"status": "cancelled"})));
    assert_eq!(events.next().await, None);
    let missing = server.get("/builder/v1/escalations/01J0NOSUCHESCALATION000000/stream").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);

    // A stop ends streams on which nothing happens.
    let id = begin(&server, "two").await;
    let mut events = Events::of(&server, &id, None).await;
    server.stop();
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_row_that_cannot_go_on_is_set_aside_and_holds_nothing_up() {
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let damaged = [
        "update escalations set state = '{\"phase\": 7}' where id = $1",
        "update escalations set state = cast(x'ff00ff' as text) where id = $1",
        "update escalations set steps = -1 where id = $1",
        "update escalation_plans set document = '{' where id = (select plan_id from escalations where id = $1)",
    ];
    let mut bad = Vec::new();
    // Of PostgreSQL a text is always one.
    let damaged = damaged.into_iter().filter(|query| !is_shared() || !query.contains("x'ff"));
    for (number, query) in damaged.into_iter().enumerate() {
        let id = begin(&server, &format!("bad-{number}")).await;
        run(&clock, 0).await;
        change(&server, query, &id).await;
        bad.push(id);
    }
    // Its steps are there already, so that it cannot write those that follow.
    let written = bad[bad.len() - 2].clone();
    change(&server, "update escalations set steps = 0 where id = $1", &written).await;
    // Another server, with nothing in memory.
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, copied(server.folder.path()).await, &[]).await;
    let good = begin(&server, "good").await;
    run(&clock, 0).await;
    run(&clock, 300).await;
    run(&clock, 600).await;
    let told = trace(&server, &good).await;
    assert_eq!(told["escalation"]["status"], "expired", "{told:#}");
    for id in &bad {
        if id == &bad[1] && !is_shared() {
            // Not even the row can be read.
            let list = server.get("/v2/escalations").await.body;
            assert_eq!(list["unreadable"], json!([id]));
            continue;
        }
        let told = trace(&server, id).await;
        assert!(told["escalation"]["set_aside"].is_string(), "{told:#}");
        assert_eq!(told["escalation"]["next_timer_due_at"], Value::Null);
    }
    // One that was set aside can be ended.
    let url = format!("/v2/escalations/{}/actions/cancel", bad[0]);
    assert_eq!(answer(server.request(Method::POST, &url)).await.status, StatusCode::OK);
    assert_eq!(trace(&server, &bad[0]).await["escalation"]["status"], "cancelled");
}

/// Why an escalation was set aside, by its key.
async fn set_aside(server: &Server, key: &str) -> Option<String> {
    let mut database = Database::of(server.folder.path()).await;
    let query = "select coalesce(error, '') from escalations where idempotency_key = $1";
    let error = database.text(query, &[key.into()]).await.unwrap();
    (!error.is_empty()).then_some(error)
}

/// Waits until an escalation has paged somebody, by the database's clock.
async fn paged(server: &Server, id: &str) {
    let is_page = |step: &Value| step["step"] == "paged";
    until(async || trace(server, id).await["steps"].as_array()?.iter().any(is_page).then_some(())).await;
}

#[tokio::test]
async fn a_time_that_cannot_be_read_holds_nothing_up() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let server = Server::demo().await;
    for (number, due) in ["1.5", "'x'", "x'00'"].into_iter().enumerate() {
        let key = format!("bad-{number}");
        let bad = begin(&server, &key).await;
        paged(&server, &bad).await;
        change(&server, &format!("update escalations set due_at = {due} where id = $1"), &bad).await;
        let good = begin(&server, &format!("good-{number}")).await;
        paged(&server, &good).await;
        let why = until(async || set_aside(&server, &key).await).await;
        assert!(why.contains("due_at"), "{due}: {why}");
        assert_eq!(set_aside(&server, &format!("good-{number}")).await, None);
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_read_holds_nothing_up() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    for (time, key, damage) in [(0, "bytes", "x'ff'"), (10, "text", "cast(x'37ff' as text)")] {
        clock.set(NOON + time);
        let before = begin(&server, &format!("before-{key}")).await;
        let bad = begin(&server, key).await;
        run(&clock, time).await;
        change(&server, &format!("update escalations set id = {damage}, due_at = 1 where id = $1"), &bad).await;
        clock.set(NOON + time + 1);
        let good = begin(&server, &format!("good-{key}")).await;
        assert!(good > before, "later than all before");
        run(&clock, time + 1).await;
        assert!(set_aside(&server, key).await.unwrap().contains("id"));
        paged(&server, &good).await;
    }
    assert_eq!(clock.tick().await, Some(0), "what is set aside is not run again");
}

#[tokio::test]
async fn an_escalation_is_not_set_aside_for_what_is_not_its_own() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let id = begin(&server, "one").await;
    run(&clock, 0).await;
    change(&server, "update path_pages set paged_at = 'x' where $1 = $1", &id).await;
    change(&server, "delete from world_changes where $1 = $1", &id).await;
    run(&clock, 300).await;
    run(&clock, 600).await;
    assert_eq!(set_aside(&server, "one").await, None);
    assert_eq!(trace(&server, &id).await["escalation"]["status"], "expired");

    // Where nothing can be looked up, it is tried again until it can.
    let id = begin(&server, "two").await;
    change(&server, "alter table schedules rename column document to gone -- $1", &id).await;
    clock.set(NOON + 600);
    assert_eq!(clock.tick().await, None, "it fails, and nothing is written");
    assert_eq!(set_aside(&server, "two").await, None);
    change(&server, "alter table schedules rename column gone to document -- $1", &id).await;
    run(&clock, 600).await;
    paged(&server, &id).await;
}

#[tokio::test]
async fn a_late_timer_says_when_it_was_due() {
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let id = begin(&server, "one").await;
    run(&clock, 0).await;
    run(&clock, 5_000).await;
    let told = trace(&server, &id).await;
    let steps = told["steps"].as_array().unwrap();
    let paged: Vec<_> = steps.iter().filter(|step| step["step"] == "paged").collect();
    assert_eq!(paged.len(), 2, "one level at once: {told:#}");
    assert_eq!(paged[1]["at"], "2026-03-04T13:23:20Z");
    assert_eq!((&paged[1]["due_at"], &paged[1]["late_seconds"]), (&json!("2026-03-04T12:05:00Z"), &json!(4_700)));
    assert_eq!(told["escalation"]["next_timer_due_at"], "2026-03-04T13:28:20Z");
    let (stored, replayed) = replay_of::steps(&id, async |url| server.get(&url).await.body).await;
    assert_eq!(stored, replayed);
}

#[tokio::test]
async fn round_robin_goes_on_from_escalation_to_escalation() {
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let targets: Vec<_> = [MAYA, TOM].map(|id| json!({"type": "user", "id": id, "urgency": "high"})).to_vec();
    let path = json!({"name": "Turns", "path": [{"id": "a", "type": "level",
        "level": {"targets": targets, "round_robin_config": {"enabled": true}, "time_to_ack_seconds": 60}}]});
    let made = server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
    let mut paged = Vec::new();
    for number in 0..4 {
        let body = json!({"idempotency_key": number.to_string(), "title": "T",
            "escalation_path_id": made.body["escalation_path"]["id"]});
        let made = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
        let id = made.body["escalation"]["id"].as_str().unwrap();
        run(&clock, number * 100).await;
        let told = trace(&server, id).await;
        let step = told["steps"].as_array().unwrap().iter().find(|step| step["step"] == "paged").unwrap();
        paged.push(step["user_id"].as_str().unwrap().to_string());
        let (stored, replayed) = replay_of::steps(id, async |url| server.get(&url).await.body).await;
        assert_eq!(stored, replayed);
    }
    assert_eq!(paged, [MAYA, TOM, MAYA, TOM]);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_sent_is_dead_in_the_end_and_can_be_tried_again() {
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let id = begin(&server, "one").await;
    run(&clock, 0).await;
    let delivery = until(async || {
        let told = trace(&server, &id).await["deliveries"][0].clone();
        (told["status"] == "sent").then_some(told)
    })
    .await;
    assert_eq!((&delivery["kind"], &delivery["message"]["user_id"]), (&json!("log"), &json!(MAYA)));
    // One of a kind that there is not, which is tried once the clock is set.
    let later = (NOON + 1) * 1_000;
    let query = format!(
        "insert into deliveries select 'bad', escalation_id, 99, 1, 'pigeon', document, 'waiting', 0, {later}, null,
             created_at, updated_at from deliveries where escalation_id = $1"
    );
    change(&server, &query, &id).await;
    // Each look is later than any wait: when it is tried again does not depend on when it was settled.
    let mut after = 0;
    for tries in 1..=12 {
        let told = until(async || {
            after += 1_000;
            clock.set(NOON + after);
            let all = trace(&server, &id).await["deliveries"].clone();
            let is_it = |one: &&Value| {
                let tried = one["id"] == "bad" && one["tries"].as_i64() >= Some(tries) && one["error"].is_string();
                tried && (tries < 12 || one["status"] == "dead")
            };
            all.as_array().unwrap().iter().find(is_it).cloned()
        })
        .await;
        assert_eq!(told["error"], "there is no kind `pigeon` of deliveries");
        assert!(told["tries"] == 12 || told["status"] == "waiting", "{told:#}");
    }
    let dead = server.get("/builder/v1/deliveries").await.body;
    assert_eq!(dead["deliveries"][0]["id"], "bad");
    change(&server, "update deliveries set kind = 'log' where id = 'bad' and $1 = $1", &id).await;
    let again = server.call(Method::POST, "/builder/v1/deliveries/bad/actions/retry", Some(&json!({}))).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT);
    until(async || {
        let sent = server.get("/builder/v1/deliveries?status=sent").await.body;
        sent["deliveries"].as_array().unwrap().iter().any(|one| one["id"] == "bad").then_some(())
    })
    .await;
    let again = server.call(Method::POST, "/builder/v1/deliveries/bad/actions/retry", Some(&json!({}))).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

/// Asks until there is an answer.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = async {
        loop {
            match ask().await {
                Some(answer) => return answer,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap()
}

#[tokio::test]
async fn a_delivery_that_cannot_be_read_holds_nothing_up() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let server = Server::demo().await;
    let first = begin(&server, "first").await;
    paged(&server, &first).await;
    for (id, damage) in [("real", "try_at = 1.5"), ("text", "try_at = 'x'"), ("torn", "kind = x'ff', try_at = 0")] {
        // Not tried for long, until it is damaged.
        let query = "insert into deliveries select $1, escalation_id, (select 99 + count(*) from deliveries), 1, kind,
            document, 'waiting', 0, 1000000000000000, null, created_at, updated_at from deliveries limit 1";
        change(&server, query, id).await;
        change(&server, &format!("update deliveries set {damage} where id = $1"), id).await;
    }
    let good = begin(&server, "good").await;
    until(async || {
        let sent = trace(&server, &good).await["deliveries"].as_array().cloned()?;
        sent.iter().any(|one| one["status"] == "sent").then_some(())
    })
    .await;
    // By what it is sent cannot be read: it is dead, and says why. The list names it.
    let mut database = Database::of(server.folder.path()).await;
    until(async || {
        let query = "select error from deliveries where id = 'torn' and status = 'dead'";
        database.text(query, &[]).await.filter(|error| error.contains("cannot be read"))
    })
    .await;
    let waiting = server.get("/builder/v1/deliveries?status=waiting").await;
    assert_eq!(waiting.status, StatusCode::OK, "{:#}", waiting.body);
    let dead = server.get("/builder/v1/deliveries").await;
    assert_eq!(dead.body["unreadable"], json!(["torn"]), "{:#}", dead.body);
    // When to send the others could not be read, and is now.
    let sent = server.get("/builder/v1/deliveries?status=sent").await.body;
    for id in ["real", "text"] {
        assert!(sent["deliveries"].as_array().unwrap().iter().any(|one| one["id"] == id), "{id}: {sent:#}");
    }
}

#[tokio::test]
async fn what_is_looked_up_and_cannot_be_read_is_left_out() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let id = begin(&server, "one").await;
    run(&clock, 0).await;
    for query in [
        "update priorities set rank = 'x' where rank = (select max(rank) from priorities) and $1 = $1",
        "update channels set name = x'ff' where rowid = (select min(rowid) from channels) and $1 = $1",
        "update users set id = x'ff' where id = '01J0USERMANAGER00000000000' and $1 = $1",
    ] {
        change(&server, query, &id).await;
    }
    run(&clock, 300).await;
    run(&clock, 600).await;
    assert_eq!(trace(&server, &id).await["escalation"]["status"], "expired");
    begin(&server, "two").await;
    for url in ["/v2/escalation_paths", "/v2/users", "/v2/escalations", "/builder/v1/teams"] {
        let list = server.get(url).await;
        assert_eq!(list.status, StatusCode::OK, "{url}: {:#}", list.body);
    }
    for (name, least) in [("priorities", 2), ("channels", 1)] {
        let list = server.get(&format!("/builder/v1/{name}")).await.body;
        assert_eq!(list["unreadable"].as_array().unwrap().len(), 1, "{list:#}");
        assert!(list[name].as_array().unwrap().len() >= least, "{list:#}");
    }
}

#[tokio::test]
async fn a_list_goes_on_past_what_cannot_be_read() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let mut ids = Vec::new();
    for key in ["a", "b", "c", "d"] {
        ids.push(begin(&server, key).await);
        run(&clock, 0).await;
    }
    // What a step says, the alert that it belongs to, and the id.
    change(&server, "update escalation_steps set document = cast(x'22ff22' as text) where escalation_id = $1", &ids[0])
        .await;
    damage(
        &server,
        "insert into alerts (id, source_id, deduplication_key, title, metadata, status, created_at, updated_at)
         values ('torn', 'none', 'k', x'ff', '{}', 'resolved', 0, 0)",
    )
    .await;
    change(&server, "update escalations set alert_id = 'torn' where id = $1", &ids[1]).await;
    change(
        &server,
        "insert into escalations (id, plan_id, title, description, priority_name, creator, status, first_state, state,
             version, steps, event_at, created_at, updated_at)
         select id || cast(x'ff' as text), plan_id, title, description, priority_name, creator, status, first_state,
             state, version, steps, event_at, created_at, updated_at from escalations where id = $1",
        &ids[2],
    )
    .await;
    let (mut found, mut unreadable, mut after) = (Vec::new(), Vec::new(), String::new());
    loop {
        let list = server.get(&format!("/v2/escalations?page_size=1&after={after}")).await;
        assert_eq!(list.status, StatusCode::OK, "{:#}", list.body);
        let all = list.body["escalations"].as_array().unwrap();
        found.extend(all.iter().map(|one| one["id"].as_str().unwrap().to_string()));
        unreadable.extend(list.body["unreadable"].as_array().cloned().unwrap_or_default());
        match list.body["pagination_meta"]["after"].as_str() {
            Some(next) => after = next.to_string(),
            None => break,
        }
    }
    assert_eq!(found, [ids[3].as_str(), &ids[2]]);
    // The last page names what has no id, by the number of its row.
    assert_eq!(unreadable, [json!(ids[1]), json!(ids[0]), json!("row 5")]);
    for (id, status) in [(&ids[0], 500), (&ids[1], 500), (&ids[2], 200)] {
        let one = server.get(&format!("/v2/escalations/{id}")).await;
        assert_eq!(one.status, status, "{:#}", one.body);
        assert!(status == 200 || one.body["errors"][0]["code"] == "unreadable", "{:#}", one.body);
    }
    // The same for what is listed by other ids.
    for (table, list) in [
        ("users", "/v2/users"),
        ("teams", "/builder/v1/teams"),
        ("schedules", "/v2/schedules"),
        ("escalation_paths", "/v2/escalation_paths"),
    ] {
        let of = async |size: u32| {
            let (mut all, mut nameless) = (0, 0);
            let mut after = String::new();
            loop {
                let page = server.get(&format!("{list}?page_size={size}&after={after}")).await;
                assert_eq!(page.status, StatusCode::OK, "{list}: {:#}", page.body);
                for (name, list) in page.body.as_object().unwrap() {
                    let count = list.as_array().map_or(0, Vec::len);
                    *(if name == "unreadable" { &mut nameless } else { &mut all }) += count;
                }
                match page.body["pagination_meta"]["after"].as_str() {
                    Some(next) => after = next.to_string(),
                    None => break (all, nameless),
                }
            }
        };
        let before = of(25).await;
        let query = format!(
            "update {table} set id = substr(id, 1, 4) || cast(x'ff' as text)
             where rowid = (select min(rowid) from {table})"
        );
        damage(&server, &query).await;
        // It is named once, however many pages there are.
        let after = (before.0 - 1, 1);
        assert_eq!((of(25).await, of(1).await), (after, after), "{list}");
    }
}

#[tokio::test]
async fn a_damaged_webhook_endpoint_takes_nothing_from_the_others() {
    if is_shared() {
        // Columns hold nothing there that they should not.
        return;
    }
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let body = json!({"url": "http://127.0.0.1:9/"});
        let made = server.call(Method::POST, "/builder/v1/webhook_endpoints", Some(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
        ids.push(made.body["webhook_endpoint"]["id"].as_str().unwrap_or_default().to_string());
    }
    damage(&server, "update webhook_endpoints set event_types = x'ff' where rowid = 1").await;
    damage(&server, "update webhook_endpoints set id = x'ff' where rowid = 2").await;
    let id = begin(&server, "events").await;
    run(&clock, 0).await;
    let deliveries = trace(&server, &id).await["deliveries"].as_array().unwrap().clone();
    let webhooks: Vec<_> = deliveries.iter().filter(|one| one["kind"] == "webhook").collect();
    assert!(!webhooks.is_empty(), "{deliveries:?}");
    assert!(webhooks.iter().all(|one| one.to_string().contains(&ids[2])), "{webhooks:?}");
    let listed = server.get("/builder/v1/webhook_endpoints").await.body;
    assert_eq!(listed["webhook_endpoints"][0]["id"], json!(ids[2]), "{listed:#}");
    assert_eq!(listed["unreadable"], json!([ids[0], "row 2"]), "{listed:#}");
}

#[tokio::test]
async fn an_escalation_that_cannot_be_read_is_named() {
    if is_shared() {
        // Columns hold nothing there that they should not.
        return;
    }
    for damaged in ["title = x'ff'", "status = x'ff'", "path_id = x'ff'", "version = 'x'"] {
        let clock = Clock::standing(NOON);
        let server = standing(&clock).await;
        let id = begin(&server, "named").await;
        run(&clock, 0).await;
        damage(&server, &format!("update escalations set {damaged}")).await;
        for url in [format!("/builder/v1/escalations/{id}"), format!("/v2/escalations/{id}")] {
            let shown = server.get(&url).await;
            assert_eq!(shown.status, StatusCode::INTERNAL_SERVER_ERROR, "{damaged}: {:#}", shown.body);
            let error = &shown.body["errors"][0];
            assert_eq!(error["code"], "unreadable", "{damaged}: {error:#}");
            assert!(error["message"].as_str().unwrap().contains(&id), "{damaged}: {error:#}");
        }
    }
}

#[tokio::test]
async fn what_an_escalation_followed_from_is_not_told_as_nothing() {
    if is_shared() {
        // Columns hold nothing there that they should not.
        return;
    }
    for (damaged, address, named) in [
        ("update escalation_steps set document = 'zz'", "", "Step 1 of escalation"),
        ("update escalation_steps set document = '5'", "", "Step 1 of escalation"),
        ("update escalation_worlds set document = 'zz'", "/inputs", "for input 1 of escalation"),
        ("update escalation_worlds set document = x'ff'", "/inputs", "of table `escalation_worlds`"),
        ("update escalation_plans set document = 'zz'", "/inputs", "The plan of escalation"),
        ("update escalation_plans set document = x'ff'", "/inputs", "of table `escalation_plans`"),
        ("update escalations set first_state = 'zz'", "/inputs", "The first state of escalation"),
    ] {
        let clock = Clock::standing(NOON);
        let server = standing(&clock).await;
        let id = begin(&server, "followed").await;
        run(&clock, 0).await;
        let url = format!("/builder/v1/escalations/{id}{address}");
        assert_eq!(server.get(&url).await.status, StatusCode::OK);
        damage(&server, damaged).await;
        let told = server.get(&url).await;
        assert_eq!(told.body["errors"][0]["code"], "unreadable", "{damaged}: {:#}", told.body);
        assert!(told.body["errors"][0]["message"].as_str().unwrap().contains(named), "{damaged}: {:#}", told.body);
    }
}

#[tokio::test]
async fn a_database_of_the_version_before_is_brought_up_to_date() {
    if is_shared() {
        // Of which there was no version before.
        return;
    }
    let folder = TempDir::new().unwrap();
    let (data, before) = (folder.path().join("data"), folder.path().join("migrations"));
    fs::create_dir(&data).unwrap();
    fs::create_dir(&before).unwrap();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for file in fs::read_dir(migrations).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if name < "0008" {
            fs::copy(&file, before.join(name)).unwrap();
        }
    }
    let options = SqliteConnectOptions::new().filename(data.join("escalation.db")).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::migrate::Migrator::new(before).await.unwrap().run(&mut connection).await.unwrap();
    let user = json!({"id": "u", "name": "Una", "role": "responder"}).to_string();
    sqlx::query("insert into users (id, is_active, document) values ('u', true, $1)")
        .bind(user)
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("insert into begun (at) values ('2026-01-01T00:00:00Z')").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, folder, &[]).await;
    let body = json!({"idempotency_key": "k", "title": "T", "user_ids": ["u"]});
    let made = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    run(&clock, 0).await;
    let list = server.get("/v2/escalations").await.body;
    assert_eq!(list["escalations"][0]["events"][1]["users"][0]["name"], "Una");
    assert_eq!(list["escalations"][0]["priority"]["name"], "", "there is none");
}

#[tokio::test]
async fn what_was_set_aside_runs_again_once_it_is_mended() {
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let id = begin(&server, "one").await;
    run(&clock, 0).await;
    let mut database = Database::of(server.folder.path()).await;
    let state = database.text("select state from escalations where id = $1", &[json!(id)]).await.unwrap();
    let put = "update escalations set state = $2 where id = $1";
    database.execute(put, &[json!(id), json!("{")]).await;
    run(&clock, 300).await;
    let listed = async || server.get("/builder/v1/set_aside_escalations").await.body["escalations"].clone();
    let one = listed().await;
    assert_eq!((one.as_array().unwrap().len(), &one[0]["id"], &one[0]["status"]), (1, &json!(id), &json!("triggered")));
    assert!(one[0]["set_aside"].as_str().unwrap().contains("its state cannot be read"), "{one:#}");
    let release = async || {
        let url = format!("/builder/v1/escalations/{id}/actions/release");
        server.call(Method::POST, &url, Some(&json!({}))).await.status
    };
    // What is wrong still sets it aside again, and holds nothing up.
    assert_eq!(release().await, StatusCode::NO_CONTENT);
    run(&clock, 301).await;
    assert_eq!(listed().await.as_array().unwrap().len(), 1);
    database.execute(put, &[json!(id), json!(state)]).await;
    database.close().await;
    assert_eq!(release().await, StatusCode::NO_CONTENT);
    assert_eq!(listed().await, json!([]));
    run(&clock, 302).await;
    let told = trace(&server, &id).await;
    let paged = told["steps"].as_array().unwrap().iter().rfind(|step| step["step"] == "paged").unwrap();
    assert_eq!((&paged["user_id"], &paged["late_seconds"]), (&json!(TOM), &json!(2)), "from where it was: {told:#}");
    // Of one that runs, or is over, there is nothing to release.
    assert_eq!(release().await, StatusCode::CONFLICT);
    let url = "/builder/v1/escalations/01J0NOBODY0000000000000000/actions/release";
    assert_eq!(server.call(Method::POST, url, Some(&json!({}))).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_over_is_kept_for_as_long_as_it_is_said() {
    const DAY: i64 = 86_400;
    let clock = Clock::standing(NOON);
    let server = standing(&clock).await;
    let act = async |id: &str, action: &str, body: Value| {
        let url = format!("/v2/escalations/{id}/actions/{action}");
        let said = server.call(Method::POST, &url, Some(&body)).await;
        assert!(said.status.is_success(), "{:#}", said.body);
        said.body
    };
    let source = json!({"name": "Prometheus", "routes": [{"user_ids": [MAYA]}]});
    let source =
        server.call(Method::POST, "/builder/v1/alert_sources", Some(&source)).await.body["alert_source"].clone();
    let alert = async |key: &str, status: &str| {
        let event = json!({"title": key, "status": status, "deduplication_key": key});
        let request = server.request(Method::POST, source["url"].as_str().unwrap());
        let said = answer(request.bearer_auth(source["secret"].as_str().unwrap()).json(&event)).await;
        assert_eq!(said.status, StatusCode::ACCEPTED, "{:#}", said.body);
        let list = server.get("/v2/escalations?page_size=1").await.body;
        list["escalations"][0]["id"].as_str().unwrap().to_string()
    };
    let (cancelled, expired, acked) =
        (begin(&server, "cancelled").await, begin(&server, "expired").await, begin(&server, "acked").await);
    let handed_over = begin(&server, "handed over").await;
    let (resolved, firing) = (alert("resolved", "firing").await, alert("firing", "firing").await);
    run(&clock, 0).await;
    act(&cancelled, "cancel", json!({})).await;
    act(&acked, "respond", json!({"response": "ack"})).await;
    act(&firing, "respond", json!({"response": "ack"})).await;
    alert("resolved", "resolved").await;
    run(&clock, 300).await;
    run(&clock, 600).await;
    // The one that took over is younger, and the one before stays with it.
    clock.set(NOON + DAY);
    let taken_over = act(&handed_over, "reassign", json!({"user_ids": [TOM]})).await;
    let taken_over = taken_over["escalation"]["id"].as_str().unwrap().to_string();
    run(&clock, DAY).await;
    let waiting = begin(&server, "waiting").await;
    run(&clock, DAY).await;

    let clock = Clock::standing(NOON + DAY + 1_000);
    let folder = copied(server.folder.path()).await;
    let server = Server::standing(&clock, folder, &["--keep-escalations", "1"]).await;
    run(&clock, DAY + 1_000).await;
    let is_there = async |id: &str| server.get(&format!("/v2/escalations/{id}")).await.status == StatusCode::OK;
    for gone in [&cancelled, &expired, &acked, &resolved] {
        until(async || (!is_there(gone).await).then_some(())).await;
    }
    let mut database = Database::of(server.folder.path()).await;
    let left = "select string_agg(deduplication_key, ' ') from alerts";
    until(async || database.text(left, &[]).await.filter(|left| left == "firing")).await;
    for kept in [&firing, &handed_over, &taken_over, &waiting] {
        assert!(is_there(kept).await, "{kept}");
    }
    for table in ["escalation_inputs", "escalation_steps", "deliveries"] {
        let query = format!("select cast(count(distinct escalation_id) as text) from {table}");
        assert_eq!(database.text(&query, &[]).await.unwrap(), "4", "{table}");
    }
    database.close().await;
    // Its key begins another.
    assert_ne!(begin(&server, "cancelled").await, cancelled);
}
