//! The whole life of an escalation, as the vendor's own Rust SDK plays it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashMap;
use std::time::Duration;

use escalation_sdk::Served;
use incident_io::apis::configuration::Configuration;
use incident_io::apis::escalations_v2_api::{self as api, *};
use incident_io::apis::schedules_v2_api::{self, SchedulesV2ListParams};
use incident_io::apis::users_v2_api::{self, UsersV2ListParams};
use incident_io::apis::utilities_v1_api::{self, UtilitiesV1IdentityParams};
use incident_io::apis::Error;
use incident_io::models::EscalationV2;
use incident_io::models::escalation_v2::Status;
use serde_json::{Value, from_value, json};

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";

/// A path that pages Maya and Tom, and then Tom.
async fn path(client: &Configuration) -> String {
    let user = |id: &str| json!({"id": id, "type": "user", "urgency": "high", "schedule_mode": "currently_on_call"});
    let level = |id: &str, targets: Vec<Value>| {
        json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 600, "ack_mode": "first"}})
    };
    let path = json!({"name": "Both", "path": [level("one", vec![user(MAYA), user(TOM)]), level("two", vec![user(TOM)])]});
    let params = EscalationsV2CreatePathParams::new(from_value(path).unwrap());
    api::escalations_v2_create_path(client, params).await.unwrap().escalation_path.id
}

async fn start(client: &Configuration, key: &str, path: &str) -> EscalationV2 {
    let body = json!({"idempotency_key": key, "title": format!("Checkout {key}"), "escalation_path_id": path});
    let params = EscalationsV2CreateParams::new(from_value(body).unwrap());
    *api::escalations_v2_create(client, params).await.unwrap().escalation
}

async fn show(client: &Configuration, id: &str) -> EscalationV2 {
    *api::escalations_v2_show(client, EscalationsV2ShowParams::new(id)).await.unwrap().escalation
}

/// Waits until the escalation has this status: the server pages people after it has answered.
async fn wait_for(client: &Configuration, id: &str, status: Status) -> EscalationV2 {
    for _ in 0..1_500 {
        let shown = show(client, id).await;
        if shown.status == status {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is not {status:?}");
}

async fn respond(client: &Configuration, id: &str, body: Value) -> u16 {
    let params = EscalationsV2RespondEscalationParams::new(id, from_value(body).unwrap());
    match api::escalations_v2_respond_escalation(client, params).await {
        Ok(()) => 200,
        Err(Error::ResponseError(refused)) => refused.status.as_u16(),
        Err(other) => panic!("{other}"),
    }
}

/// A filter by an operator.
fn by(operator: &str, values: &[&str]) -> HashMap<String, Vec<String>> {
    HashMap::from([(operator.to_string(), values.iter().map(ToString::to_string).collect())])
}

async fn ids(client: &Configuration, params: EscalationsV2ListParams) -> Vec<String> {
    let listed = api::escalations_v2_list(client, params).await.unwrap();
    listed.escalations.into_iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn the_whole_life_of_escalations() {
    let server = Served::start();
    let (client, maya, tom) = (server.client(), server.acting_for(MAYA), server.acting_for(TOM));
    let path = path(&client).await;

    let first = start(&client, "life-1", &path).await;
    assert_eq!(first.status, Status::Pending);
    assert_eq!(start(&client, "life-1", &path).await.id, first.id);
    let shown = wait_for(&client, &first.id, Status::Triggered).await;
    assert_eq!(shown.escalation_path_id.as_deref(), Some(path.as_str()));
    assert!(!shown.events.is_empty());
    let asked = from_value(json!({"user_ids": [MAYA, "01J0USERALICE0000000000000"]})).unwrap();
    let params = EscalationsV2CheckEscalationPermissionsParams::new(&first.id, asked);
    let may = api::escalations_v2_check_escalation_permissions(&client, params).await.unwrap();
    assert_eq!(may.response_options.len(), 2);
    // A key may not decline in its own name; a person may.
    assert_eq!(respond(&client, &first.id, json!({"response": "nack"})).await, 422);
    assert_eq!(respond(&maya, &first.id, json!({"response": "nack"})).await, 200);
    assert_eq!(respond(&tom, &first.id, json!({"response": "ack"})).await, 200);
    wait_for(&client, &first.id, Status::Acked).await;
    assert_eq!(respond(&maya, &first.id, json!({"response": "ack"})).await, 409);

    let second = start(&client, "life-2", &path).await;
    wait_for(&client, &second.id, Status::Triggered).await;
    let until = "2099-01-01T00:00:00Z";
    let refused = respond(&client, &second.id, json!({"response": "snooze", "snooze_details": {"snooze_until": until}})).await;
    assert_eq!(refused, 422, "not for decades");
    let params = EscalationsV2ReassignEscalationParams::new(&second.id, from_value(json!({"user_ids": [TOM]})).unwrap());
    let taken = api::escalations_v2_reassign_escalation(&maya, params.clone()).await.unwrap().escalation;
    assert_eq!(show(&client, &second.id).await.status, Status::Resolved);
    let again = api::escalations_v2_reassign_escalation(&client, params).await;
    assert!(matches!(again, Err(Error::ResponseError(refused)) if refused.status.as_u16() == 409));
    for _ in 0..2 {
        let params = EscalationsV2CancelEscalationParams::new(&taken.id);
        api::escalations_v2_cancel_escalation(&client, params).await.unwrap();
    }
    assert_eq!(show(&client, &taken.id).await.status, Status::Cancelled);

    let own = || EscalationsV2ListParams::new().set_idempotency_key(by("starts_with", &["life-"]));
    assert_eq!(ids(&client, own()).await, [second.id.clone(), first.id.clone()]);
    let acked = own().set_status(by("one_of", &["acked", "snoozed"]));
    assert_eq!(ids(&client, acked).await, [first.id.clone()]);
    let page = own().set_page_size(1_i64);
    let listed = api::escalations_v2_list(&client, page.clone()).await.unwrap();
    let after = listed.pagination_meta.after.unwrap();
    assert_eq!(ids(&client, page.set_after(after)).await, [first.id]);
    let wrong = api::escalations_v2_list(&client, own().set_status(by("like", &["x"]))).await;
    assert!(matches!(wrong, Err(Error::ResponseError(refused)) if refused.status.as_u16() == 422
        && refused.content.contains("status[like]")));
}

#[tokio::test]
async fn what_is_around_them() {
    let server = Served::start();
    let client = server.client();
    let identity = utilities_v1_api::utilities_v1_identity(&client, UtilitiesV1IdentityParams::new()).await.unwrap();
    assert_eq!(identity.identity.name, "api");
    let users = users_v2_api::users_v2_list(&client, UsersV2ListParams::new()).await.unwrap();
    assert!(users.users.iter().any(|user| user.id == MAYA));
    let schedules = schedules_v2_api::schedules_v2_list(&client, SchedulesV2ListParams::new()).await.unwrap();
    assert!(!schedules.schedules.is_empty());
    let paths = api::escalations_v2_list_paths(&client, EscalationsV2ListPathsParams::new()).await.unwrap();
    assert!(!paths.escalation_paths.is_empty());
    for path in paths.escalation_paths {
        let shown = api::escalations_v2_show_path(&client, EscalationsV2ShowPathParams::new(&path.id)).await;
        assert_eq!(shown.unwrap().escalation_path.name, path.name);
    }
    let path = path(&client).await;
    api::escalations_v2_destroy_path(&client, EscalationsV2DestroyPathParams::new(&path)).await.unwrap();
    let gone = api::escalations_v2_show_path(&client, EscalationsV2ShowPathParams::new(&path)).await;
    assert!(matches!(gone, Err(Error::ResponseError(refused)) if refused.status.as_u16() == 404));
}
