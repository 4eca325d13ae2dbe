//! What is changed through this server, as its audit log keeps it, and whether whoever asks may change it.
//!
//! A line is written before a change is sent and says that its result is not known. What becomes of it is added. So there is
//! no change without a line, also where this process ends in between.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use escalation_api::Value;

use super::Answer;
use crate::body;
use crate::error::ApiError;
use crate::store::{Action, Author, Entry, NotDone, NotTheirs, Owned, Resource, Scope, UNREADABLE};

/// The largest document that the log keeps, in bytes: that of the largest body.
const MAX_DOCUMENT: usize = 1024 * 1024;

/// What a request changes there, and who asks for it.
pub(super) struct Change {
    pub(super) author: Author,
    resource: Resource,
    action: Action,
    /// Of what is there already.
    id: Option<String>,
    /// What is sent, if anything is.
    sent: Option<Document>,
}

/// A document, and what of it says whose it is.
pub(super) struct Document {
    text: String,
    owned: Result<Owned, NotTheirs>,
    /// Whether each field has a name that no other reader takes for that of another field.
    is_plain: bool,
}

impl Document {
    /// Of a value; its text is what is sent.
    pub(super) fn of(value: &Value) -> Self {
        // Some readers take no notice of case.
        let is_name = |name: &String| name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        let is_plain = value.as_object().is_some_and(|fields| fields.keys().all(is_name));
        let text = value.to_string();
        Self { owned: Owned::read(text.as_bytes()), text, is_plain }
    }

    /// As it is sent.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whose it is.
    ///
    /// # Errors
    /// Where that cannot be read: it may be anybody's.
    fn owned(&self) -> Result<&Owned, ApiError> {
        self.owned.as_ref().map_err(|error| sqlx::Error::from(*error).into())
    }
}

/// What was found of something before it is changed.
pub(super) enum Found {
    /// It is this.
    Known(Document),
    /// It is not there, or not there yet.
    Missing,
    /// It could not be read.
    Unknown(ApiError),
}

impl Change {
    /// What a request changes; nothing where that is not among what is passed on.
    pub(super) fn of(method: &Method, path: &str, author: Author, sent: Option<Document>) -> Option<Self> {
        let (resource, id) = [
            ("/v2/escalation_paths", Resource::Path),
            ("/v2/escalation_path_templates", Resource::Template),
            ("/v2/schedule_overrides", Resource::Override),
        ]
        .into_iter()
        .find_map(|(prefix, resource)| match path.strip_prefix(prefix)? {
            "" => Some((resource, None)),
            rest => rest.strip_prefix('/').filter(|id| !id.contains('/')).map(|id| (resource, Some(id.to_string()))),
        })?;
        let action = match (method, &id) {
            (&Method::POST, None) => Action::Create,
            (&Method::PUT, Some(_)) => Action::Update,
            (&Method::DELETE, Some(_)) => Action::Delete,
            _ => return None,
        };
        Some(Self { author, resource, action, id, sent })
    }

    /// Where what is changed can be read before, if it is there already.
    pub(super) fn at(&self) -> Option<String> {
        let id = self.id.as_ref()?;
        let prefix = match self.resource {
            Resource::Path => "/v2/escalation_paths",
            Resource::Template => "/v2/escalation_path_templates",
            _ => "/v2/schedule_overrides",
        };
        Some(format!("{prefix}/{id}"))
    }

    /// The schedules of which somebody must be an owner to change an override; none for what has owners of its own.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(super) fn schedules(&self, before: &Found) -> Result<Vec<String>, ApiError> {
        if self.author.scope == Scope::Organisation || self.resource != Resource::Override {
            return Ok(Vec::new());
        }
        let before = if let Found::Known(document) = before { Some(document) } else { None };
        let mut schedules = Vec::new();
        for document in [before, self.sent.as_ref()].into_iter().flatten() {
            schedules.extend(document.owned()?.schedule_id.clone());
        }
        Ok(schedules)
    }

    /// Whether whoever asks may make the change, by what it is now and, for an override, what its schedules are.
    ///
    /// # Errors
    /// Where they may not, or where that cannot be known.
    pub(super) fn check(&self, before: &Found, schedules: &[Found]) -> Result<(), ApiError> {
        let scope = &self.author.scope;
        if *scope == Scope::Organisation {
            return Ok(());
        }
        if self.sent.as_ref().is_some_and(|sent| !sent.is_plain) {
            return Err(ApiError::bad_request(
                "The names of fields must be lower-case: somebody else may take them for others",
            ));
        }
        // What is made or replaced is there afterwards.
        if self.sent.is_some() == (self.action == Action::Delete) {
            return Err(ApiError::bad_request("The body must be a JSON object, except to delete something"));
        }
        let was = before.owned()?;
        if self.id.is_some() && was.is_none() {
            return Err(ApiError::not_found("The requested resource"));
        }
        let is_allowed = match self.resource {
            Resource::Path => {
                let sent = self.sent.as_ref().map(Document::owned).transpose()?;
                scope.allows(was.map(Owned::teams), sent.map(Owned::teams))
            }
            Resource::Override => {
                // One that is there is on a schedule, whatever is sent.
                let mut are_theirs = was.map_or(!schedules.is_empty(), |was| was.schedule_id.is_some());
                for schedule in schedules {
                    are_theirs &= scope.has_one_of(schedule.owned()?.map(Owned::teams).unwrap_or_default());
                }
                are_theirs
            }
            _ => false,
        };
        if is_allowed { Ok(()) } else { Err(sqlx::Error::from(NotTheirs).into()) }
    }

    /// The line that is written before it is sent.
    pub(super) fn entry(&self, before: &Found) -> Entry<'_> {
        let before = match before {
            Found::Known(document) => Some(document.text.clone()),
            Found::Missing => None,
            Found::Unknown(_) => Some(UNREADABLE.to_string()),
        };
        let after = self.sent.as_ref().map(|sent| sent.text.clone());
        // What is not there yet has no id.
        let id = self.id.as_deref().unwrap_or_default();
        Entry { action: self.action, resource: self.resource, id, before, after }
    }
}

impl Found {
    /// Whose it is, if it is there.
    ///
    /// # Errors
    /// Where it could not be read: it may be anybody's.
    fn owned(&self) -> Result<Option<&Owned>, ApiError> {
        match self {
            Self::Known(document) => document.owned().map(Some),
            Self::Missing => Ok(None),
            Self::Unknown(error) => Err(error.clone()),
        }
    }

    /// What an answer says of it.
    pub(super) fn of(answer: Result<Answer, ApiError>) -> Self {
        match answer {
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => Self::Missing,
            Ok(answer) if answer.status.is_success() => match document(&answer.content) {
                Some(document) => Self::Known(Document::of(&document)),
                None => Self::Unknown(unreadable()),
            },
            Ok(_) => Self::Unknown(unreadable()),
            Err(error) => Self::Unknown(error),
        }
    }
}

fn unreadable() -> ApiError {
    let message = "What is to be changed cannot be read from the API behind this server: nothing was done";
    ApiError::upstream(StatusCode::BAD_GATEWAY, "upstream_not_understood", message)
}

/// What an answer is about: the one object in it, whatever the vendor calls it.
fn document(content: &Bytes) -> Option<Value> {
    if content.len() > MAX_DOCUMENT {
        return None;
    }
    let Ok(Value::Object(fields)) = body::json(content) else { return None };
    fields.into_iter().map(|(_, value)| value).find(|value| value.get("id").is_some_and(Value::is_string))
}

/// What is known of a change once there is an answer: how it went, and what was made of it, if that is said.
pub(super) fn result(answer: &Result<Answer, ApiError>) -> (Option<NotDone>, Option<Value>) {
    match answer {
        Ok(answer) if answer.status.is_success() => (None, document(&answer.content)),
        // By these a gateway says that it has lost the answer.
        Ok(answer) if answer.status.is_client_error() && !matches!(answer.status.as_u16(), 408 | 499) => {
            (Some(NotDone::Refused), None)
        }
        Ok(_) => (Some(NotDone::Unknown), None),
        Err(error) if error.status() == StatusCode::GATEWAY_TIMEOUT => (Some(NotDone::Unknown), None),
        Err(_) => (Some(NotDone::Refused), None),
    }
}
