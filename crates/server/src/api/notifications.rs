//! How people are reached, and when: as the vendor's API tells it, and our own way to set it.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::routing::{get, put};
use escalation_api::{ErrorSingle, Map, User, Value};
use serde_json::json;
use ulid::Ulid;

use super::{Json, escalations::read_object};
use crate::error::ApiError;
use crate::query::Query;
use crate::run::Escalations;
use crate::run::rules::{Method, MethodId, MethodTarget, Notifications, Rule, RuleType, kind_of};
use crate::store::{Author, KeptLists, PersonList, RESTORE_BACKUP};

/// The most methods and rules of a person.
const MAX_METHODS: usize = 20;
const MAX_RULES: usize = 50;
/// The longest delay of a rule, in seconds: the vendor's.
const MAX_DELAY: i64 = 1_200;
/// The longest address, in bytes (RFC 5321).
const MAX_ADDRESS: usize = 254;
/// The longest id, in characters.
const MAX_ID: usize = 64;

pub(crate) fn router(escalations: Escalations) -> Router {
    Router::new()
        .route("/v2/users/{id}/notification_methods", get(methods))
        .route("/v2/users/{id}/notification_rules", get(rules))
        .route("/builder/v1/users/{id}/notification_methods", put(put_methods))
        .route("/builder/v1/users/{id}/notification_rules", put(put_rules))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(escalations)
}

async fn methods(State(escalations): State<Escalations>, Path(id): Path<String>, _: Query) -> Result<Json, ApiError> {
    let all = of_user(&escalations, &id).await?;
    Ok(Json::new(&json!({ "notification_methods": told_methods(&escalations, &all) })))
}

async fn rules(State(escalations): State<Escalations>, Path(id): Path<String>, _: Query) -> Result<Json, ApiError> {
    let all = of_user(&escalations, &id).await?;
    Ok(Json::new(&json!({ "notification_rules": told_rules(&all) })))
}

fn told_methods(escalations: &Escalations, all: &Notifications) -> Vec<Value> {
    let is_usable = |method: &Method| kind_of(&method.method_type).is_some_and(|kind| escalations.sends(kind));
    let told = all.methods.iter().map(|method| {
        json!({
            "id": method.id,
            "method_type": method.method_type,
            "address": method.address,
            "is_usable": is_usable(method),
        })
    });
    told.collect()
}

fn told_rules(all: &Notifications) -> Value {
    all.rules.iter().map(|rule| serde_json::to_value(rule).unwrap_or_default()).collect()
}

async fn person(escalations: &Escalations, id: &str) -> Result<User, ApiError> {
    let user = escalations.store.user(id).await?.ok_or_else(|| ApiError::not_found("User"))?;
    user.readable("User", RESTORE_BACKUP)
}

async fn of_user(escalations: &Escalations, id: &str) -> Result<Notifications, ApiError> {
    let user = person(escalations, id).await?;
    held(&user, &escalations.store.notification_lists(id).await?)
}

fn held(user: &User, kept: &KeptLists) -> Result<Notifications, ApiError> {
    Notifications::of(&user.id, user.email.as_deref(), kept).map_err(|error| {
        tracing::error!(user = user.id, "their notification methods or rules cannot be read: {error}");
        ApiError::unreadable("The notification methods or rules of this person cannot be read: set them anew")
    })
}

/// Replaces the methods of a person; none: those of somebody who has set nothing.
async fn put_methods(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    let user = person(&escalations, &id).await?;
    let fields = read_object(request).await?;
    let methods = read_list(&fields, "notification_methods", MAX_METHODS, read_method)?;
    let document = serde_json::to_string(&methods).map_err(|error| ApiError::internal(&error))?;
    let check = |known: &KeptLists| {
        let after = KeptLists { methods: Some(document.clone()), rules: known.rules.clone() };
        // Rules that cannot be read stand in the way of nothing.
        let Ok(after) = held(&user, &after) else { return Ok(()) };
        let lost = after.rules.iter().filter(|rule| !has_target(rule, &after.methods));
        let message = |rule: &Rule| {
            format!("Notification_methods must have the method of rule `{}`: change the rule first", rule.id)
        };
        all_well(lost.map(|rule| ErrorSingle::new("invalid_value", message(rule)).at("notification_methods")).collect())
    };
    keep(&escalations, &author, &id, PersonList::Methods, &document, check).await?;
    let all = of_user(&escalations, &id).await?;
    Ok(Json::new(&json!({ "notification_methods": told_methods(&escalations, &all) })))
}

/// Replaces the rules of a person; none: those of somebody who has set nothing.
async fn put_rules(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    let user = person(&escalations, &id).await?;
    let fields = read_object(request).await?;
    let rules = read_list(&fields, "notification_rules", MAX_RULES, read_rule)?;
    let document = serde_json::to_string(&rules).map_err(|error| ApiError::internal(&error))?;
    let check = |known: &KeptLists| {
        let after = held(&user, &KeptLists { methods: known.methods.clone(), rules: None })?;
        let lost = rules.iter().enumerate().filter(|(_, rule)| !has_target(rule, &after.methods));
        let error = |(index, _): (usize, &Rule)| {
            let message = "Id must be that of a notification method of this person, of the type of the rule";
            let at = format!("notification_rules.{index}.method_target.specific.id");
            ErrorSingle::new("invalid_value", message).at(&at)
        };
        all_well(lost.map(error).collect())
    };
    keep(&escalations, &author, &id, PersonList::Rules, &document, check).await?;
    Ok(Json::new(&json!({ "notification_rules": told_rules(&of_user(&escalations, &id).await?) })))
}

async fn keep(
    escalations: &Escalations,
    author: &Author,
    id: &str,
    list: PersonList,
    document: &str,
    check: impl Fn(&KeptLists) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let now = escalations.clock.now(&escalations.store).await?;
    escalations.store.by(author).put_notification_list(id, list, document, now, check).await
}

/// Whether what a rule names is among the methods.
fn has_target(rule: &Rule, methods: &[Method]) -> bool {
    match &rule.method_target {
        MethodTarget::All => true,
        MethodTarget::Specific { specific } => {
            methods.iter().any(|method| method.id == specific.id && method.method_type == rule.method_type)
        }
    }
}

fn all_well(errors: Vec<ErrorSingle>) -> Result<(), ApiError> {
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

/// Reads a list, and says of all that is in it what is wrong, and where.
fn read_list<T>(
    fields: &Map,
    name: &str,
    most: usize,
    read: fn(&Map, &mut Item<'_>) -> Option<T>,
) -> Result<Vec<T>, ApiError> {
    let label = escalation_api::capitalised(name);
    let list = fields.get(name).and_then(Value::as_array).filter(|list| list.len() <= most);
    let wrong = || ApiError::invalid_parameter(name, format!("{label} must be a list of at most {most}"));
    let (mut errors, mut ids, mut all) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (index, value) in list.ok_or_else(wrong)?.iter().enumerate() {
        let mut item = Item { at: format!("{name}.{index}"), errors: &mut errors, ids: &mut ids };
        match value.as_object() {
            Some(fields) => all.extend(read(fields, &mut item)),
            None => {
                let at = item.at.clone();
                let message = format!("{label} must be a list of objects");
                errors.push(ErrorSingle::new("invalid_value", message).at(&at));
            }
        }
    }
    all_well(errors)?;
    Ok(all)
}

/// One of a list that is read.
struct Item<'a> {
    at: String,
    errors: &'a mut Vec<ErrorSingle>,
    /// Those before it.
    ids: &'a mut BTreeSet<String>,
}

impl Item<'_> {
    fn wrong<T>(&mut self, field: &str, what: &str) -> Option<T> {
        let name = field.rsplit('.').next().unwrap_or(field);
        let message = format!("{} {what}", escalation_api::capitalised(name));
        self.errors.push(ErrorSingle::new("invalid_value", message).at(&format!("{}.{field}", self.at)));
        None
    }

    /// Its id: that which it brings, else a new one.
    fn id(&mut self, fields: &Map) -> Option<String> {
        let is_plain = |id: &&str| {
            (1..=MAX_ID).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        let id = match fields.get("id").filter(|id| !id.is_null()) {
            None => Some(Ulid::generate().to_string()),
            Some(id) => id.as_str().filter(is_plain).map(str::to_string),
        };
        match id {
            Some(id) if self.ids.insert(id.clone()) => Some(id),
            Some(_) => self.wrong("id", "must be used once"),
            None => self.wrong("id", &format!("must have from 1 to {MAX_ID} letters, digits, `-` and `_`")),
        }
    }

    fn method_type(&mut self, fields: &Map) -> Option<String> {
        match fields.get("method_type").and_then(Value::as_str).filter(|name| kind_of(name).is_some()) {
            Some(name) => Some(name.to_string()),
            None => self.wrong("method_type", "must be email: this server sends nothing else to people"),
        }
    }

    /// Refuses fields that nobody knows: what they ask for would not be done.
    fn knows(&mut self, fields: &Map, known: &[&str]) {
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(50).collect();
            self.wrong::<()>(&name, "is not known here");
        }
    }
}

fn read_method(fields: &Map, item: &mut Item<'_>) -> Option<Method> {
    // Whether it is usable is for the server to say.
    item.knows(fields, &["id", "method_type", "address", "is_usable"]);
    let (id, method_type) = (item.id(fields), item.method_type(fields));
    let is_address = |text: &&str| text.len() <= MAX_ADDRESS && text.parse::<lettre::Address>().is_ok();
    let address = match fields.get("address").and_then(Value::as_str).filter(is_address) {
        Some(address) => Some(address.to_string()),
        None => item.wrong("address", "must be an e-mail address such as maya@example.com"),
    };
    Some(Method { id: id?, method_type: method_type?, address: address? })
}

fn read_rule(fields: &Map, item: &mut Item<'_>) -> Option<Rule> {
    item.knows(fields, &["id", "rule_type", "delay_seconds", "method_type", "method_target"]);
    let (id, method_type) = (item.id(fields), item.method_type(fields));
    let rule_type = match fields.get("rule_type").and_then(Value::as_str) {
        Some("high_urgency") => Some(RuleType::HighUrgency),
        Some("low_urgency") => Some(RuleType::LowUrgency),
        _ => item.wrong("rule_type", "must be high_urgency or low_urgency"),
    };
    let delay = fields.get("delay_seconds").filter(|delay| !delay.is_null());
    let delay = match delay.map_or(Some(0), Value::as_i64).filter(|delay| (0..=MAX_DELAY).contains(delay)) {
        Some(delay) => Some(delay),
        None => item.wrong("delay_seconds", &format!("must be a whole number from 0 to {MAX_DELAY}")),
    };
    let target = fields.get("method_target");
    let named = |pointer: &str| target.and_then(|target| target.pointer(pointer)).and_then(Value::as_str);
    let method_target = match (named("/type"), named("/specific/id")) {
        (Some("all"), _) => Some(MethodTarget::All),
        (Some("specific"), Some(id)) => Some(MethodTarget::Specific { specific: MethodId { id: id.to_string() } }),
        (Some("specific"), None) => item.wrong("method_target.specific.id", "is required"),
        _ => item.wrong("method_target.type", "must be specific or all"),
    };
    Some(Rule {
        id: id?,
        rule_type: rule_type?,
        delay_seconds: delay?,
        method_type: method_type?,
        method_target: method_target?,
    })
}
