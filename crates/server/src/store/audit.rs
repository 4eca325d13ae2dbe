//! The audit log: who changed what, and who paged whom by hand.
//!
//! A line is written in the transaction of the change. What people change, they change by [`Editing`], whose transactions
//! cannot be committed without a line; so there is no change without one. Nor is there one of what somebody may not change
//! ([`scope`]).

use std::net::IpAddr;
use std::ops::{Deref, DerefMut};

use escalation_api::Value;
use serde::de::IgnoredAny;
use sqlx::{FromRow as _, QueryBuilder, Row as _};

use super::connections::Writing;
use super::db::Db;
use super::escalations::Transition;
use super::scope::{self, Scope};
use super::turns::made;
use super::{Result, Store};

/// Names that are stored and told.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them, as they are told.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),*];

            /// As it is stored and told.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words! {
    /// What somebody is who does something.
    AuthorKind {
        /// Whoever has an API key.
        ApiKey = "api_key",
        /// A person who has signed in here.
        Session = "session",
        /// A person whom a trusted proxy names.
        Person = "person",
        /// Nobody said who.
        Anonymous = "anonymous",
        /// A person who was paged, by the link in the mail.
        Link = "link",
        /// Whoever may run commands on the server's machine.
        CommandLine = "command_line",
    }
}

words! {
    /// What was done.
    Action {
        /// It was made.
        Create = "create",
        /// It was replaced.
        Update = "update",
        /// It was deleted or archived.
        Delete = "delete",
        /// It was made what it had been.
        Restore = "restore",
        /// It is good for nothing any more.
        Revoke = "revoke",
        /// It was given another secret.
        RotateSecret = "rotate_secret",
        /// Somebody is paged by hand.
        Start = "start",
        /// Somebody acknowledged, declined or snoozed.
        Respond = "respond",
        /// It was cancelled.
        Cancel = "cancel",
        /// It was resolved.
        Resolve = "resolve",
        /// Somebody else takes over.
        Reassign = "reassign",
        /// It was said to go on.
        Activity = "activity",
        /// It runs again.
        Release = "release",
        /// It is sent again.
        Retry = "retry",
        /// Somebody was given a link by which they sign in once.
        InviteToSignIn = "invite_to_sign_in",
        /// Somebody signed in.
        SignIn = "sign_in",
        /// Somebody signed out.
        SignOut = "sign_out",
    }
}

words! {
    /// What something was done with.
    Resource {
        /// A path.
        Path = "escalation_path",
        /// A template of paths.
        Template = "escalation_path_template",
        /// What is expected of a path.
        Expectations = "expectations",
        /// Named scenarios of a path.
        Scenarios = "scenarios",
        /// A schedule.
        Schedule = "schedule",
        /// An override of a schedule.
        Override = "schedule_override",
        /// A pause of somebody's notifications.
        Pause = "on_call_notification_pause",
        /// How somebody is notified.
        NotificationMethods = "notification_methods",
        /// When somebody is notified how.
        NotificationRules = "notification_rules",
        /// A source of alerts.
        AlertSource = "alert_source",
        /// Where events are sent.
        WebhookEndpoint = "webhook_endpoint",
        /// An API key.
        ApiKey = "api_key",
        /// Somebody who signs in.
        Account = "account",
        /// A session of somebody who has signed in.
        Session = "session",
        /// An escalation.
        Escalation = "escalation",
        /// A message about one.
        Delivery = "delivery",
    }
}

/// How a change went that was passed on to another API and is not known to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// It was not made.
    Refused,
    /// Whether it was made is not known.
    Unknown,
}

impl NotDone {
    /// As it is stored and told.
    fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// Stands for a document that could not be read. No document is a string.
pub(crate) const UNREADABLE: &str = "\"unreadable\"";

/// Who does something, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) kind: AuthorKind,
    /// Of an API key, an account or a user.
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    /// From where, if that is known.
    pub(crate) address: Option<IpAddr>,
    /// Whose things they may change.
    pub(crate) scope: Scope,
}

impl Author {
    /// By which one is told from another: kind, id and name.
    pub(crate) fn told(&self) -> String {
        let (id, name) = (self.id.as_deref().unwrap_or_default(), self.name.as_deref().unwrap_or_default());
        // A name may have anything in it.
        format!("{} {id} {name:?}", self.kind.as_str())
    }

    /// Whoever may run commands on this machine.
    pub(crate) fn of_command_line() -> Self {
        Self { kind: AuthorKind::CommandLine, id: None, name: None, address: None, scope: Scope::Organisation }
    }
}

/// What was done. Documents are JSON and have no secrets in them.
pub(crate) struct Entry<'a> {
    pub(crate) action: Action,
    pub(crate) resource: Resource,
    pub(crate) id: &'a str,
    /// What it was; nothing where it was not there.
    pub(crate) before: Option<String>,
    /// What it is now; nothing where it is gone.
    pub(crate) after: Option<String>,
}

/// A document as the log keeps it: what cannot be read is said to be so.
pub(super) fn kept(document: Option<Vec<u8>>) -> Option<String> {
    let kept = |bytes: Vec<u8>| {
        let is_json = serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
        String::from_utf8(bytes).ok().filter(|_| is_json).unwrap_or_else(|| UNREADABLE.to_string())
    };
    document.map(kept)
}

/// The database as somebody changes it.
pub(crate) struct Editing<'a> {
    store: &'a Store,
    author: &'a Author,
}

impl Deref for Editing<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}

impl Editing<'_> {
    /// Begins a change, which is committed with a line of the log.
    pub(super) async fn change(&self) -> Result<Recorded<'_>> {
        Ok(Recorded { writing: self.store.change().await?, author: self.author })
    }

    /// Begins a change of what no escalation looks up. Others may change something at the same time.
    pub(super) async fn apart(&self) -> Result<Recorded<'_>> {
        Ok(Recorded { writing: self.store.connections.begin().await?, author: self.author })
    }
}

/// A change that is committed only with a line of the log.
pub(super) struct Recorded<'a> {
    writing: Writing,
    author: &'a Author,
}

impl Deref for Recorded<'_> {
    type Target = Writing;

    fn deref(&self) -> &Writing {
        &self.writing
    }
}

impl DerefMut for Recorded<'_> {
    fn deref_mut(&mut self) -> &mut Writing {
        &mut self.writing
    }
}

impl<'a> Recorded<'a> {
    /// Has somebody else make the change: who it is may be known only from what was read in it.
    pub(super) fn by(self, author: &'a Author) -> Self {
        Self { author, ..self }
    }

    pub(super) fn author(&self) -> &'a Author {
        self.author
    }

    /// Writes a line about something that changes with it.
    pub(super) async fn record(&mut self, entry: &Entry<'_>) -> Result<()> {
        record(&mut self.writing, self.author, entry).await
    }

    /// Writes the line and makes the change last.
    pub(super) async fn commit(mut self, entry: &Entry<'_>) -> Result<()> {
        self.record(entry).await?;
        self.writing.commit().await
    }

    /// Ends a change that has nothing to change.
    pub(super) async fn leave(self) -> Result<()> {
        self.writing.leave().await
    }
}

impl Transition {
    /// Writes a line about what somebody does with an escalation on this path, if it is on one.
    pub(crate) async fn record(&mut self, author: &Author, entry: &Entry<'_>, path: Option<&str>) -> Result<()> {
        scope::check_escalation(self.writing(), &author.scope, path).await?;
        insert(self.writing(), author, entry, None).await.map(drop)
    }
}

impl Store {
    /// Writes a line about a change that is about to be passed on, and of which it is not known how it goes; its number.
    /// Whether somebody may make it was checked before.
    pub(crate) async fn begin_passing(&self, author: &Author, entry: &Entry<'_>) -> Result<i64> {
        made!({
            let mut writing = self.connections.begin().await?;
            let number = insert(&mut writing, author, entry, Some(NotDone::Unknown)).await?;
            writing.commit().await?;
            Ok(number)
        })
    }

    /// Adds how a change went: what was made of it, if that is known. Nothing for the outcome: it was done.
    pub(crate) async fn end_passing(&self, number: i64, outcome: Option<NotDone>, made: Option<&Value>) -> Result<()> {
        made!({
            let query = sqlx::query(
                "update audit_log set outcome = $2, document_after = coalesce($3, document_after),
                     resource_id = coalesce($4, resource_id) where number = $1",
            );
            let id = made.and_then(|made| made.get("id")).and_then(Value::as_str);
            let query = query.bind(number).bind(outcome.map(NotDone::as_str)).bind(made.map(Value::to_string)).bind(id);
            let mut writing = self.connections.begin().await?;
            query.execute(writing.connection()).await?;
            writing.commit().await
        })
    }
}

async fn record(writing: &mut Writing, author: &Author, entry: &Entry<'_>) -> Result<()> {
    scope::check(writing, &author.scope, entry).await?;
    insert(writing, author, entry, None).await.map(drop)
}

async fn insert(writing: &mut Writing, author: &Author, entry: &Entry<'_>, outcome: Option<NotDone>) -> Result<i64> {
    let now = writing.dialect().now();
    let query = format!(
        "insert into audit_log (at, actor_kind, actor_id, actor_name, address, action, resource, resource_id,
             document_before, document_after, outcome)
         values (({now}), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning number"
    );
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(author.kind.as_str());
    let query = query.bind(author.id.as_deref()).bind(author.name.as_deref());
    let query = query.bind(author.address.map(|address| address.to_string()));
    let query = query.bind(entry.action.as_str()).bind(entry.resource.as_str()).bind(entry.id);
    let query = query.bind(entry.before.as_deref()).bind(entry.after.as_deref()).bind(outcome.map(NotDone::as_str));
    query.fetch_one(writing.connection()).await
}

/// Which lines are asked for. All of it must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditFilter {
    /// The name or the id of whoever did it.
    pub(crate) actor: Option<String>,
    pub(crate) actor_kind: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) resource_id: Option<String>,
    /// From when on, in milliseconds since 1970.
    pub(crate) from: Option<i64>,
    /// Before when.
    pub(crate) until: Option<i64>,
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct AuditRow {
    pub(crate) line: AuditLine,
    pub(crate) before: Document,
    pub(crate) after: Document,
}

/// What a line says beside its documents.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct AuditLine {
    pub(crate) number: i64,
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) actor_name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) resource_id: String,
    /// How it went where it was passed on; nothing: it was done.
    pub(crate) outcome: Option<String>,
}

/// What a document was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Document {
    /// There was none.
    None,
    /// It could not be read, then or now.
    Unreadable,
    /// This.
    Known(Value),
}

impl Document {
    fn read(bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => Self::None,
            Some(bytes) if bytes == UNREADABLE.as_bytes() => Self::Unreadable,
            Some(bytes) => serde_json::from_slice(bytes).map_or(Self::Unreadable, Self::Known),
        }
    }
}

/// A page of the log, the newest line first.
pub(crate) struct AuditPage {
    /// The lines; the number alone of one that cannot be read.
    pub(crate) rows: Vec<std::result::Result<AuditRow, i64>>,
    /// Below which number the next page begins; nothing on the last one.
    pub(crate) after: Option<i64>,
}

impl Store {
    /// The database as this author changes it.
    pub(crate) fn by<'a>(&'a self, author: &'a Author) -> Editing<'a> {
        Editing { store: self, author }
    }

    /// A page of the log below a number: at most so many lines, and so many bytes of documents, but at least one line.
    pub(crate) async fn audit_page(
        &self,
        filter: &AuditFilter,
        below: i64,
        count: u32,
        size: i64,
    ) -> Result<AuditPage> {
        let mut query = QueryBuilder::<Db>::new(
            "select number, cast(coalesce(length(document_before), 0) + coalesce(length(document_after), 0) as bigint)
             from audit_log where number < ",
        );
        query.push_bind(below);
        if let Some(actor) = &filter.actor {
            query.push(" and (actor_name = ").push_bind(actor.clone());
            query.push(" or actor_id = ").push_bind(actor.clone()).push(")");
        }
        let words = [
            ("actor_kind", &filter.actor_kind),
            ("action", &filter.action),
            ("resource", &filter.resource),
            ("resource_id", &filter.resource_id),
        ];
        for (column, word) in words {
            if let Some(word) = word {
                query.push(format!(" and {column} = ")).push_bind(word.clone());
            }
        }
        if let Some(from) = filter.from {
            query.push(" and at >= ").push_bind(from);
        }
        if let Some(until) = filter.until {
            query.push(" and at < ").push_bind(until);
        }
        query.push(" order by number desc limit ").push_bind(i64::from(count) + 1);
        let found: Vec<(i64, i64)> = query.build_query_as().fetch_all(self.readers()).await?;
        let most = usize::try_from(count).unwrap_or(usize::MAX);
        let mut total = 0_i64;
        let mut numbers = Vec::new();
        for (number, bytes) in found.iter().take(most) {
            total = total.saturating_add(*bytes);
            if total > size && !numbers.is_empty() {
                break;
            }
            numbers.push(*number);
        }
        let after = numbers.last().copied().filter(|_| numbers.len() < found.len());
        let mut rows = Vec::with_capacity(numbers.len());
        if !numbers.is_empty() {
            let mut query = QueryBuilder::<Db>::new(
                "select number, at, actor_kind, actor_id, actor_name, address, action, resource, resource_id, outcome,
                     cast(document_before as blob) as before_text, cast(document_after as blob) as after_text
                 from audit_log where number in (",
            );
            let mut list = query.separated(", ");
            for number in &numbers {
                list.push_bind(*number);
            }
            query.push(") order by number desc");
            for row in query.build().fetch_all(self.readers()).await? {
                let number: i64 = row.try_get("number")?;
                let read = AuditLine::from_row(&row).and_then(|line| {
                    let before = Document::read(row.try_get::<Option<Vec<u8>>, _>("before_text")?.as_deref());
                    let after = Document::read(row.try_get::<Option<Vec<u8>>, _>("after_text")?.as_deref());
                    Ok(AuditRow { line, before, after })
                });
                rows.push(read.map_err(|error| {
                    tracing::error!("line {number} of the audit log cannot be read: {error}");
                    number
                }));
            }
        }
        Ok(AuditPage { rows, after })
    }
}
