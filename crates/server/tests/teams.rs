//! Roles and keys for single teams: what their teams own they may change, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use crate::common;

use common::{Answer, Server, answer};
use escalation_server::{AccountCommand, KeyCommand, Right, Role, run_accounts, run_keys};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PAYMENTS: &str = "01J0TEAMPAYMENTS0000000000";
const PLATFORM: &str = "01J0TEAMPLATFORM0000000000";
const MAYA: &str = "01J0USERMAYA00000000000000";
const PATHS: &str = "/v2/escalation_paths";
const KEYS: &str = "/builder/v1/api_keys";
const ALL: [&str; 6] = ["view", "edit", "escalate", "respond", "act_on_behalf", "admin"];

fn path(name: &str, teams: &[&str]) -> Value {
    json!({"name": name, "team_ids": teams, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": MAYA, "urgency": "high"}]}}]})
}

fn begins(key: &str, path: &str) -> Value {
    json!({"idempotency_key": key, "title": "T", "escalation_path_id": path})
}

/// A server, and a key for what a team owns.
struct Teams {
    server: Server,
    key: String,
}

impl Teams {
    async fn new(teams: &[&str], rights: &[&str]) -> Self {
        let server = Server::demo().await;
        let key = secret(&server, teams, rights).await;
        Self { server, key }
    }

    /// Asks as an administrator.
    async fn admin(&self, method: Method, url: &str, body: Option<&Value>) -> Answer {
        self.server.call(method, url, body).await
    }

    /// Asks with the key.
    async fn ask(&self, method: Method, url: &str, body: Option<&Value>) -> Answer {
        ask(&self.server, &self.key, method, url, body).await
    }

    /// What the key may not do.
    async fn refused(&self, method: Method, url: &str, body: Option<&Value>) {
        let refused = self.ask(method.clone(), url, body).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {url} {body:?}: {:#}", refused.body);
        assert_eq!(refused.body["type"], "resource_forbidden", "{:#}", refused.body);
    }

    /// A path of these teams, by an administrator.
    async fn path_of(&self, teams: &[&str]) -> String {
        let made = self.admin(Method::POST, PATHS, Some(&path("One", teams))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
        made.body["escalation_path"]["id"].as_str().unwrap().to_string()
    }
}

async fn secret(server: &Server, teams: &[&str], rights: &[&str]) -> String {
    let body = json!({"name": "Robot", "rights": rights, "team_ids": teams});
    let made = server.call(Method::POST, KEYS, Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    assert_eq!(made.body["api_key"]["team_ids"], json!(teams));
    made.body["api_key"]["secret"].as_str().unwrap().to_string()
}

async fn ask(server: &Server, key: &str, method: Method, url: &str, body: Option<&Value>) -> Answer {
    let request = server.request(method, url).bearer_auth(key);
    answer(if let Some(body) = body { request.json(body) } else { request }).await
}

#[tokio::test]
async fn paths_are_changed_by_those_of_the_teams_that_own_them() {
    let teams = Teams::new(&[PAYMENTS], &["view", "edit"]).await;
    let foreign = teams.path_of(&[PLATFORM]).await;
    let unowned = teams.path_of(&[]).await;
    let shared = teams.path_of(&[PLATFORM, PAYMENTS]).await;
    // To read is not divided.
    for id in [&foreign, &unowned, &shared] {
        assert_eq!(teams.ask(Method::GET, &format!("{PATHS}/{id}"), None).await.status, StatusCode::OK);
    }
    // Made for their team, and for no other.
    for owners in [&[][..], &[PLATFORM], &[PAYMENTS, PLATFORM]] {
        teams.refused(Method::POST, PATHS, Some(&path("New", owners))).await;
    }
    let mut unsaid = path("New", &[]);
    unsaid.as_object_mut().unwrap().remove("team_ids");
    teams.refused(Method::POST, PATHS, Some(&unsaid)).await;
    let own = teams.ask(Method::POST, PATHS, Some(&path("New", &[PAYMENTS]))).await;
    assert_eq!(own.status, StatusCode::CREATED, "{:#}", own.body);
    let own = own.body["escalation_path"]["id"].as_str().unwrap().to_string();
    // Changed where it is theirs, and its owners are as before.
    for (id, before) in [(&foreign, vec![PLATFORM]), (&unowned, vec![]), (&shared, vec![PLATFORM, PAYMENTS])] {
        let url = format!("{PATHS}/{id}");
        let is_theirs = before.contains(&PAYMENTS);
        for owners in [before.clone(), vec![PAYMENTS], vec![PLATFORM], vec![], vec![PAYMENTS, PLATFORM]] {
            let allowed = is_theirs && owners.len() == 2;
            if allowed {
                let saved = teams.ask(Method::PUT, &url, Some(&path("Saved", &owners))).await;
                assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.body);
            } else {
                teams.refused(Method::PUT, &url, Some(&path("Saved", &owners))).await;
            }
        }
        for list in ["expectations", "scenarios"] {
            let url = format!("/builder/v1/escalation_paths/{id}/{list}");
            let body = json!({ list: [] });
            if is_theirs {
                assert!(teams.ask(Method::PUT, &url, Some(&body)).await.status.is_success());
            } else {
                teams.refused(Method::PUT, &url, Some(&body)).await;
            }
        }
        let restore = format!("/builder/v1/escalation_paths/{id}/revisions/1/restore");
        if is_theirs {
            let restored = teams.ask(Method::POST, &restore, Some(&json!({}))).await;
            assert!(restored.status.is_success(), "{:#}", restored.body);
        } else {
            teams.refused(Method::POST, &restore, Some(&json!({}))).await;
            teams.refused(Method::DELETE, &url, None).await;
        }
    }
    // What they may not do was not done.
    let kept = teams.admin(Method::GET, &format!("{PATHS}/{foreign}"), None).await.body;
    assert_eq!(kept["escalation_path"]["name"], "One");
    assert_eq!(kept["escalation_path"]["team_ids"], json!([PLATFORM]));
    assert_eq!(teams.ask(Method::DELETE, &format!("{PATHS}/{own}"), None).await.status, StatusCode::NO_CONTENT);
    // A restore of what was deleted takes ownership from nobody.
    let both = teams.path_of(&[PAYMENTS]).await;
    let url = format!("{PATHS}/{both}");
    let more = path("Both", &[PAYMENTS, PLATFORM]);
    assert_eq!(teams.admin(Method::PUT, &url, Some(&more)).await.status, StatusCode::OK);
    assert_eq!(teams.ask(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    let restore = |number: u32| format!("/builder/v1/escalation_paths/{both}/revisions/{number}/restore");
    teams.refused(Method::POST, &restore(1), Some(&json!({}))).await;
    let restored = teams.ask(Method::POST, &restore(2), Some(&json!({}))).await;
    assert!(restored.status.is_success(), "{:#}", restored.body);
    // One that is deleted still belongs to its owners, whatever an older revision says.
    let given = teams.path_of(&[PAYMENTS]).await;
    let url = format!("{PATHS}/{given}");
    assert_eq!(teams.admin(Method::PUT, &url, Some(&path("Given", &[PLATFORM]))).await.status, StatusCode::OK);
    assert_eq!(teams.admin(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    let restore = format!("/builder/v1/escalation_paths/{given}/revisions/1/restore");
    teams.refused(Method::POST, &restore, Some(&json!({}))).await;
}

#[tokio::test]
async fn schedules_and_overrides_belong_to_the_schedules_teams() {
    let teams = Teams::new(&[PAYMENTS], &["view", "edit"]).await;
    let schedule = |team: &str| {
        json!({"schedule": {"name": "S", "timezone": "Europe/London", "team_ids": [team], "config": {"rotations": [{
            "id": "r", "name": "R", "handover_start_at": "2026-01-05T09:00:00Z", "handovers": [
                {"interval": 1, "interval_type": "weekly"}], "layers": [{"id": "l", "name": "L"}],
            "users": [{"id": MAYA}], "working_interval": []}]}}})
    };
    teams.refused(Method::POST, "/v2/schedules", Some(&schedule(PLATFORM))).await;
    let own = teams.ask(Method::POST, "/v2/schedules", Some(&schedule(PAYMENTS))).await;
    assert_eq!(own.status, StatusCode::CREATED, "{:#}", own.body);
    let own = own.body["schedule"]["id"].as_str().unwrap().to_string();
    let foreign = teams.admin(Method::POST, "/v2/schedules", Some(&schedule(PLATFORM))).await;
    let foreign = foreign.body["schedule"]["id"].as_str().unwrap().to_string();
    let over = |schedule: &str| {
        json!({"schedule_id": schedule, "rotation_id": "r", "layer_id": "l", "user": {"id": MAYA},
            "start_at": "2026-12-24T00:00:00Z", "end_at": "2026-12-25T00:00:00Z"})
    };
    const OVERRIDES: &str = "/v2/schedule_overrides";
    teams.refused(Method::POST, OVERRIDES, Some(&over(&foreign))).await;
    let made = teams.ask(Method::POST, OVERRIDES, Some(&over(&own))).await;
    assert!(made.status.is_success(), "{:#}", made.body);
    let id = made.body.as_object().unwrap().values().find_map(|value| value["id"].as_str()).unwrap().to_string();
    let theirs = teams.admin(Method::POST, OVERRIDES, Some(&over(&foreign))).await;
    let theirs = theirs.body.as_object().unwrap().values().find_map(|value| value["id"].as_str()).unwrap().to_string();
    // One stays on its schedule, whatever is sent.
    for (id, schedule, allowed) in [(&id, &foreign, true), (&theirs, &own, false), (&theirs, &foreign, false)] {
        let moved = teams.ask(Method::PUT, &format!("{OVERRIDES}/{id}"), Some(&over(schedule))).await;
        let status = moved.status;
        assert_eq!(status, if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{:#}", moved.body);
        assert!(!allowed || moved.body.to_string().contains(own.as_str()), "{:#}", moved.body);
    }
    teams.refused(Method::DELETE, &format!("{OVERRIDES}/{theirs}"), None).await;
    teams.refused(Method::PUT, &format!("/v2/schedules/{foreign}"), Some(&schedule(PLATFORM))).await;
    teams.refused(Method::PUT, &format!("/v2/schedules/{own}"), Some(&schedule(PLATFORM))).await;
    teams.refused(Method::DELETE, &format!("/v2/schedules/{foreign}"), None).await;
    // With its overrides.
    let gone = teams.ask(Method::DELETE, &format!("/v2/schedules/{own}"), None).await;
    assert!(gone.status.is_success(), "{:#}", gone.body);
}

#[tokio::test]
async fn escalations_belong_to_the_teams_of_their_path() {
    let teams = Teams::new(&[PAYMENTS], &["view", "escalate", "respond", "act_on_behalf"]).await;
    let (own, foreign) = (teams.path_of(&[PAYMENTS]).await, teams.path_of(&[PLATFORM]).await);
    let by_users = json!({"idempotency_key": "u", "title": "T", "user_ids": [MAYA]});
    teams.refused(Method::POST, "/v2/escalations", Some(&by_users)).await;
    teams.refused(Method::POST, "/v2/escalations", Some(&begins("f", &foreign))).await;
    let id = |answer: &Answer| answer.body["escalation"]["id"].as_str().unwrap().to_string();
    let made = teams.ask(Method::POST, "/v2/escalations", Some(&begins("o", &own))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let made = id(&made);
    let others = id(&teams.admin(Method::POST, "/v2/escalations", Some(&begins("a", &foreign))).await);
    let users = id(&teams.admin(Method::POST, "/v2/escalations", Some(&by_users)).await);
    let act = |id: &str, action: &str| format!("/v2/escalations/{id}/actions/{action}");
    let ack = json!({"response": "ack"});
    for other in [&others, &users] {
        teams.refused(Method::POST, &act(other, "respond"), Some(&ack)).await;
        teams.refused(Method::POST, &act(other, "cancel"), None).await;
        let reassign = json!({"escalation_path_id": own, "idempotency_key": "r"});
        let taken = teams.ask(Method::POST, &act(other, "reassign"), Some(&reassign)).await;
        assert!(taken.status.is_client_error(), "{:#}", taken.body);
        let status = teams.admin(Method::GET, &format!("/v2/escalations/{other}"), None).await.body;
        assert!(["pending", "triggered"].contains(&status["escalation"]["status"].as_str().unwrap()), "{status:#}");
    }
    let given = json!({"escalation_path_id": foreign, "idempotency_key": "g"});
    let given = teams.ask(Method::POST, &act(&made, "reassign"), Some(&given)).await;
    assert!(given.status.is_client_error(), "{:#}", given.body);
    let acked = teams.ask(Method::POST, &act(&made, "respond"), Some(&ack)).await;
    assert!(acked.status.is_success(), "{:#}", acked.body);
    let ended = teams.ask(Method::POST, &act(&made, "cancel"), None).await;
    assert!(ended.status.is_success(), "{:#}", ended.body);
    // Who was paged on which path by whom is in the log.
    let log = teams.admin(Method::GET, "/builder/v1/audit?actor=Robot&resource=escalation", None).await.body;
    let lines = log["audit_log"].as_array().unwrap();
    assert!(
        lines.len() >= 2 && lines.iter().all(|line| line["after"]["escalation_path_id"] == own.as_str()),
        "{log:#}"
    );
}

/// Whatever is asked for, with whatever in it: what is not known to be theirs stays as it is.
#[tokio::test]
async fn with_a_team_that_owns_nothing_nothing_can_be_changed() {
    let teams = Teams::new(&[PAYMENTS], &ALL).await;
    // What there is to change: all of it belongs to others.
    for (id, mut payload) in common::demo_paths() {
        payload["team_ids"] = json!([PLATFORM]);
        let saved = teams.admin(Method::PUT, &format!("{PATHS}/{id}"), Some(&payload)).await;
        assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.body);
    }
    let begun = teams.admin(Method::POST, "/v2/escalations", Some(&begins("a", "01J0PATHMOBILE000000000000"))).await;
    let escalation = begun.body["escalation"]["id"].as_str().unwrap().to_string();
    let document = teams.admin(Method::GET, "/openapi.json", None).await.body;
    let mut asked = 0;
    for (route, methods) in document["paths"].as_object().unwrap() {
        for method in ["post", "put", "delete", "patch"].into_iter().filter(|method| methods[method].is_object()) {
            let method: Method = method.to_uppercase().parse().unwrap();
            // An alert brings a secret of its own, and whoever signs in or out is not asked for a right.
            if route.contains("alert_events") || route.contains("sign") || route.starts_with("/respond") {
                continue;
            }
            for id in ["01J0PATHMOBILE000000000000", "01J0SCHEDPRIMARY0000000000", &escalation, MAYA, "1"] {
                let url = route.split('/').map(|part| if part.starts_with('{') { id } else { part });
                let url = url.collect::<Vec<_>>().join("/");
                for body in
                    [path("X", &[PLATFORM]), begins("x", "01J0PATHMOBILE000000000000"), json!({"response": "ack"})]
                {
                    asked += 1;
                    let told = teams.ask(method.clone(), &url, Some(&body)).await;
                    assert!(
                        told.status.is_client_error()
                            || route.contains("validate")
                            || route.contains("preview")
                            || route.contains("check_permissions"),
                        "{method} {url}: {} {:#}",
                        told.status,
                        told.body
                    );
                }
            }
        }
    }
    assert!(asked > 300, "{asked}");
    let log = teams.admin(Method::GET, "/builder/v1/audit?actor=Robot", None).await.body;
    assert_eq!(log["audit_log"], json!([]), "{log:#}");
    for closed in ["/builder/v1/audit", "/builder/v1/sessions"] {
        teams.refused(Method::GET, closed, None).await;
    }
}

#[tokio::test]
async fn administrators_of_a_team_manage_its_keys_and_no_others() {
    let teams = Teams::new(&[PAYMENTS], &ALL).await;
    let server = &teams.server;
    let _organisation = teams.admin(Method::POST, KEYS, Some(&json!({"name": "All", "rights": ["view"]}))).await;
    let _shared = secret(server, &[PAYMENTS, PLATFORM], &["view"]).await;
    let listed = teams.ask(Method::GET, KEYS, None).await.body;
    let names: Vec<_> = listed["api_keys"].as_array().unwrap().iter().map(|key| &key["team_ids"]).collect();
    assert_eq!(names, [&json!([PAYMENTS])], "{listed:#}");
    for body in [
        json!({"name": "K", "rights": ["view"]}),
        json!({"name": "K", "rights": ["edit"], "team_ids": [PLATFORM]}),
        json!({"name": "K", "rights": ["edit"], "team_ids": [PAYMENTS, PLATFORM]}),
    ] {
        teams.refused(Method::POST, KEYS, Some(&body)).await;
    }
    for (at, wrong) in [
        ("team_ids", json!([])),
        ("team_ids", json!("x")),
        ("team_ids.0", json!(["none"])),
        ("team_ids.0", json!([7])),
        ("team_ids.1", json!([PAYMENTS, PAYMENTS])),
        ("team_ids", json!(vec![PAYMENTS; 51])),
    ] {
        let body = json!({"name": "K", "rights": ["edit"], "team_ids": wrong});
        let refused = teams.admin(Method::POST, KEYS, Some(&body)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["errors"][0]["source"]["pointer"], at, "{:#}", refused.body);
    }
    let body = json!({"name": "Ours", "rights": ["view", "edit"], "team_ids": [PAYMENTS]});
    let made = teams.ask(Method::POST, KEYS, Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let id = |key: &Value| key["id"].as_str().unwrap().to_string();
    let all = teams.admin(Method::GET, KEYS, None).await.body;
    for key in all["api_keys"].as_array().unwrap() {
        if key["team_ids"] == json!([PAYMENTS]) && key["name"] != "Robot" {
            let revoked = teams.ask(Method::DELETE, &format!("{KEYS}/{}", id(key)), None).await;
            assert_eq!(revoked.status, StatusCode::NO_CONTENT);
        } else if key["name"] != "Robot" || key["team_ids"] != json!([PAYMENTS]) {
            teams.refused(Method::DELETE, &format!("{KEYS}/{}", id(key)), None).await;
        }
    }
    let secret = made.body["api_key"]["secret"].as_str().unwrap();
    assert_eq!(ask(server, secret, Method::GET, PATHS, None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_somebody_may_do_for_a_team_is_told_and_is_that_of_their_account() {
    let server = Server::demo().await;
    let config = common::config(server.folder.path(), &[]);
    let mut link = String::new();
    let command = AccountCommand::Link {
        name: "Maya".to_string(),
        role: Role::None,
        team_roles: vec![(PAYMENTS.to_string(), Role::Editor), (PLATFORM.to_string(), Role::Responder)],
        minutes: 60,
    };
    run_accounts(&config, &command, |said| {
        link.push_str(said);
        Ok(())
    })
    .await
    .unwrap();
    let mut said = String::new();
    run_accounts(&config, &AccountCommand::List, |text| {
        said.push_str(text);
        Ok(())
    })
    .await
    .unwrap();
    assert!(said.contains(&format!("Maya  [none editor@{PAYMENTS} responder@{PLATFORM}]  by links")), "{said}");
    let link = &link[link.find("/sign-in?t=").unwrap()..];
    let page = server.get(link).await.body;
    assert!(page.as_str().unwrap().contains("editor"), "{page}");
    let signed = answer(server.request(Method::POST, link).header("sec-fetch-site", "same-origin")).await;
    let cookie = signed.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_string();
    let get = async |url: &str| answer(server.request(Method::GET, url).header("cookie", &cookie)).await;
    let me = get("/builder/v1/me").await.body;
    // Whoever has a role in a team reads.
    assert_eq!((&me["role"], &me["rights"]), (&json!("viewer"), &json!(["view"])), "{me:#}");
    assert_eq!(me["teams"][0]["id"], PAYMENTS);
    assert_eq!(me["teams"][0]["role"], "editor");
    assert_eq!(me["teams"][1]["rights"], json!(["view", "escalate", "respond", "act_on_behalf"]));
    let info = get("/builder/v1/info").await.body;
    assert_eq!((&info["rights"], &info["edits_teams"]), (&json!("write"), &json!([PAYMENTS])));
    let send = async |owners: &[&str]| {
        let request = server.request(Method::POST, PATHS).header("cookie", &cookie);
        answer(request.header("sec-fetch-site", "same-origin").json(&path("New", owners))).await.status
    };
    assert_eq!(send(&[PAYMENTS]).await, StatusCode::CREATED);
    assert_eq!(send(&[PLATFORM]).await, StatusCode::FORBIDDEN);
    let sessions = server.get("/builder/v1/sessions").await.body;
    assert_eq!(sessions["sessions"][0]["account"]["team_roles"], json!({PAYMENTS: "editor", PLATFORM: "responder"}));
}

#[tokio::test]
async fn the_command_line_makes_keys_for_teams() {
    let server = Server::demo().await;
    let config = common::config(server.folder.path(), &[]);
    let mut key = String::new();
    let command = KeyCommand::Create {
        name: "Terraform".to_string(),
        rights: vec![Right::View, Right::Edit],
        teams: vec![PAYMENTS.to_string()],
        expires_in_days: None,
    };
    run_keys(&config, &command, |said| {
        key.push_str(said);
        Ok(())
    })
    .await
    .unwrap();
    let made = ask(&server, &key, Method::POST, PATHS, Some(&path("New", &[PAYMENTS]))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let refused = ask(&server, &key, Method::POST, PATHS, Some(&path("New", &[PLATFORM]))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut said = String::new();
    run_keys(&config, &KeyCommand::List, |text| {
        said.push_str(text);
        Ok(())
    })
    .await
    .unwrap();
    assert!(said.contains(&format!("Terraform  [view edit] of {PAYMENTS}  does not expire")), "{said}");
}
