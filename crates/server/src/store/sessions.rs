//! Accounts of people who sign in, their sessions, and the links by which they sign in once.

use escalation_api::Value;
use serde_json::json;
use sqlx::FromRow;

use super::audit::{Action, Author, Editing, Entry, Recorded, Resource};
use super::documents::{self, Stored, has_id};
use super::turns::made;
use super::{Result, Store};

/// How old the last use may be that is kept, in milliseconds: not every request writes.
const USE_IS_OLD: i64 = 60_000;
/// The most people who are at their provider at once: whoever asks to sign in need not be anybody.
const MAX_SIGN_INS: i64 = 10_000;

/// Somebody who signs in. Instants are in milliseconds since 1970.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    /// Who says who it is; nothing for those who sign in by a link of ours.
    pub(crate) issuer: Option<String>,
    /// What it is called there.
    pub(crate) subject: Option<String>,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    /// Roles by the ids of teams, an object in JSON.
    pub(crate) team_roles: String,
    pub(crate) created_at: i64,
    pub(crate) disabled_at: Option<i64>,
}

impl AccountRow {
    /// What the audit log keeps of it.
    fn written(&self) -> String {
        let mut written = json!({ "name": self.name, "email": self.email, "role": self.role });
        let teams: Value = serde_json::from_str(&self.team_roles).unwrap_or_default();
        if let Some(fields) =
            written.as_object_mut().filter(|_| teams.as_object().is_none_or(|teams| !teams.is_empty()))
        {
            fields.insert("team_roles".to_string(), teams);
        }
        written.to_string()
    }
}

/// A session, and whose it is. Instants are in milliseconds since 1970.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    /// Roles by the ids of teams, an object in JSON.
    pub(crate) team_roles: String,
    pub(crate) created_at: i64,
    /// To the minute.
    pub(crate) used_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) ended_at: Option<i64>,
    /// When the account was disabled.
    pub(crate) disabled_at: Option<i64>,
}

impl SessionRow {
    /// Until when it lasts if it is not used any more, where it may rest for so long.
    pub(crate) fn lasts_until(&self, idle: i64) -> i64 {
        self.expires_at.min(self.used_at.saturating_add(idle))
    }

    /// Whether it is good at an instant.
    pub(crate) fn is_valid(&self, now: i64, idle: i64) -> bool {
        self.ended_at.is_none() && self.disabled_at.is_none() && now < self.lasts_until(idle)
    }

    /// Whether its last use that is kept is older than it should be.
    pub(crate) fn is_use_old(&self, now: i64) -> bool {
        now.saturating_sub(self.used_at) >= USE_IS_OLD
    }
}

/// A session that begins.
pub(crate) struct NewSession<'a> {
    pub(crate) id: &'a str,
    /// The digest of its token.
    pub(crate) digest: &'a str,
    pub(crate) now: i64,
    pub(crate) expires_at: i64,
}

/// Somebody who is at their provider to sign in.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct SignInRow {
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    pub(crate) expires_at: i64,
}

/// The tables, as the log names them.
const SESSIONS: &str = "sessions";
const ACCOUNTS: &str = "accounts";

/// The columns of [`SessionRow`].
macro_rules! session {
    () => {
        "select sessions.id, account_id, name, email, role, team_roles, sessions.created_at, used_at, expires_at,
             ended_at, disabled_at
         from sessions join accounts on accounts.id = account_id"
    };
}

/// The columns of [`AccountRow`].
macro_rules! account {
    () => {
        "select id, issuer, subject, name, email, role, team_roles, created_at, disabled_at from accounts"
    };
}

impl Store {
    /// The session with this digest of its token, over or not.
    pub(crate) async fn session_by_digest(&self, digest: &str) -> Result<Option<SessionRow>> {
        let query = sqlx::query(concat!(session!(), " where sessions.secret = $1")).bind(digest);
        // Whose it is cannot be known where it cannot be read.
        documents::found(SESSIONS, query.fetch_optional(self.readers()).await?)
    }

    /// The session with this id, over or not.
    pub(crate) async fn session(&self, id: &str) -> Result<Option<SessionRow>> {
        let query = sqlx::query(concat!(session!(), " where sessions.id = $1")).bind(id);
        documents::row(SESSIONS, id, query.fetch_optional(self.readers()).await?)
    }

    /// A page of sessions that are not over at an instant, by id, where they end after so long without use. In milliseconds.
    pub(crate) async fn sessions(
        &self,
        (now, idle): (i64, i64),
        after: &str,
        count: u32,
    ) -> Result<Vec<Stored<SessionRow>>> {
        let query = sqlx::query(concat!(
            session!(),
            " where sessions.id > $1 and ended_at is null and disabled_at is null and expires_at > $2
             and used_at > $3 order by sessions.id limit $4",
        ));
        let query = query.bind(after).bind(now).bind(now.saturating_sub(idle));
        let rows = query.bind(count).fetch_all(self.readers()).await?;
        Ok(documents::rows(SESSIONS, &rows))
    }

    /// A page of accounts, by id.
    pub(crate) async fn accounts(&self, after: &str, count: u32) -> Result<Vec<Stored<AccountRow>>> {
        let query = sqlx::query(concat!(account!(), " where id > $1 and ", has_id!(), " order by id limit $2"));
        Ok(documents::rows(ACCOUNTS, &query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    /// Whether anybody has an account that is not disabled.
    pub(crate) async fn has_account(&self) -> Result<bool> {
        let query = "select exists (select 1 from accounts where disabled_at is null)";
        sqlx::query_scalar(query).fetch_one(self.readers()).await
    }

    /// Whether anybody has ever signed in.
    pub(crate) async fn had_session(&self) -> Result<bool> {
        sqlx::query_scalar("select exists (select 1 from sessions)").fetch_one(self.readers()).await
    }

    /// The account that a link is for, if the link is good at an instant. That uses nothing up.
    pub(crate) async fn account_of_link(&self, digest: &str, now: i64) -> Result<Option<AccountRow>> {
        let query = sqlx::query(concat!(
            account!(),
            " where disabled_at is null and id = (select account_id from sign_in_links
                 where secret = $1 and used_at is null and expires_at > $2)",
        ));
        documents::found(ACCOUNTS, query.bind(digest).bind(now).fetch_optional(self.readers()).await?)
    }

    /// Keeps when a session was used last.
    pub(crate) async fn use_session(&self, id: &str, now: i64) -> Result<()> {
        made!({
            let query = sqlx::query("update sessions set used_at = $2 where id = $1 and used_at < $2");
            let mut writing = self.connections.begin().await?;
            query.bind(id).bind(now).execute(writing.connection()).await?;
            writing.commit().await
        })
    }

    /// Keeps somebody who goes to their provider, by the digest of what comes back with them. Those who have not come back in
    /// time are forgotten; where too many are there, so is whoever went first: nobody keeps others out by going often.
    pub(crate) async fn add_sign_in(&self, state: &str, sign_in: &SignInRow, now: i64) -> Result<()> {
        made!({
            let mut writing = self.connections.begin().await?;
            let old = sqlx::query("delete from sign_ins where expires_at <= $1").bind(now);
            old.execute(writing.connection()).await?;
            let count = sqlx::query_scalar::<_, i64>("select count(*) from sign_ins");
            if count.fetch_one(writing.connection()).await? >= MAX_SIGN_INS {
                let first =
                    "delete from sign_ins where state = (select state from sign_ins order by expires_at limit 1)";
                sqlx::query(first).execute(writing.connection()).await?;
            }
            let query =
                sqlx::query("insert into sign_ins (state, nonce, verifier, expires_at) values ($1, $2, $3, $4)");
            let query = query.bind(state).bind(&sign_in.nonce).bind(&sign_in.verifier).bind(sign_in.expires_at);
            query.execute(writing.connection()).await?;
            writing.commit().await
        })
    }

    /// Whoever comes back from their provider with this: each comes back once.
    pub(crate) async fn take_sign_in(&self, state: &str, now: i64) -> Result<Option<SignInRow>> {
        made!({
            let mut writing = self.connections.begin().await?;
            let locked = writing.dialect().locked();
            let query = format!("select nonce, verifier, expires_at from sign_ins where state = $1{locked}");
            let query = sqlx::query_as::<_, SignInRow>(sqlx::AssertSqlSafe(query)).bind(state);
            let found = query.fetch_optional(writing.connection()).await?;
            let gone = sqlx::query("delete from sign_ins where state = $1").bind(state);
            gone.execute(writing.connection()).await?;
            writing.commit().await?;
            Ok(found.filter(|sign_in| now < sign_in.expires_at))
        })
    }
}

impl Editing<'_> {
    /// Gives out a link by which somebody signs in, by the digest of its token. The account that signs in by links and has
    /// that name gets the role, and is made if there is none.
    pub(crate) async fn add_sign_in_link(&self, account: &AccountRow, digest: &str, expires_at: i64) -> Result<()> {
        made!({
            let mut writing = self.apart().await?;
            let query = sqlx::query(concat!(account!(), " where issuer is null and name = $1"));
            let known = query.bind(&account.name).fetch_optional(writing.connection()).await?;
            let known: Option<AccountRow> = documents::found(ACCOUNTS, known)?;
            let id = known.as_ref().map_or(account.id.as_str(), |known| known.id.as_str());
            match &known {
                Some(known) => {
                    let query =
                        sqlx::query("update accounts set role = $2, team_roles = $3, disabled_at = null where id = $1");
                    let query = query.bind(&known.id).bind(&account.role).bind(&account.team_roles);
                    query.execute(writing.connection()).await?;
                }
                None => insert_account(&mut writing, account).await?,
            }
            // The last one alone is good.
            let query = sqlx::query("delete from sign_in_links where account_id = $1 and used_at is null");
            query.bind(id).execute(writing.connection()).await?;
            let query = sqlx::query("insert into sign_in_links (secret, account_id, expires_at) values ($1, $2, $3)");
            query.bind(digest).bind(id).bind(expires_at).execute(writing.connection()).await?;
            let before = known.as_ref().map(AccountRow::written);
            let (action, resource, after) = (Action::InviteToSignIn, Resource::Account, Some(account.written()));
            writing.commit(&Entry { action, resource, id, before, after }).await
        })
    }

    /// Uses a link up and begins a session; false where the link is not good any more.
    pub(crate) async fn sign_in_by_link(&self, link: &str, session: &NewSession<'_>) -> Result<bool> {
        made!({
            let mut writing = self.apart().await?;
            let query = sqlx::query(
                "update sign_in_links set used_at = $2 where secret = $1 and used_at is null and expires_at > $2",
            );
            let used = query.bind(link).bind(session.now).execute(writing.connection()).await?.rows_affected();
            let query = sqlx::query_scalar::<_, String>(
                "select account_id from sign_in_links join accounts on id = account_id
                 where secret = $1 and disabled_at is null",
            );
            let account = query.bind(link).fetch_optional(writing.connection()).await?;
            let Some(account) = account.filter(|_| used == 1) else {
                writing.leave().await?;
                return Ok(false);
            };
            insert_session(&mut writing, &account, session).await?;
            let after = Some(json!({ "account_id": account, "by": "link" }).to_string());
            let (action, resource, id) = (Action::SignIn, Resource::Session, session.id);
            writing.commit(&Entry { action, resource, id, before: None, after }).await?;
            Ok(true)
        })
    }

    /// Begins a session of somebody whom a provider names; their account is made, or follows what the provider says. False
    /// where it is disabled.
    pub(crate) async fn sign_in(&self, account: &AccountRow, session: &NewSession<'_>) -> Result<bool> {
        made!({
            let mut writing = self.apart().await?;
            let query = sqlx::query(concat!(account!(), " where issuer = $1 and subject = $2"));
            let query = query.bind(account.issuer.as_deref()).bind(account.subject.as_deref());
            let known = query.fetch_optional(writing.connection()).await?;
            let known: Option<AccountRow> = documents::found(ACCOUNTS, known)?;
            if known.as_ref().is_some_and(|known| known.disabled_at.is_some()) {
                writing.leave().await?;
                return Ok(false);
            }
            let id = known.as_ref().map_or(account.id.as_str(), |known| known.id.as_str());
            let author = Author { id: Some(id.to_string()), ..writing.author().clone() };
            let mut writing = writing.by(&author);
            match &known {
                Some(known) if known.written() == account.written() => {}
                Some(known) => {
                    let query = sqlx::query(
                        "update accounts set name = $2, email = $3, role = $4, team_roles = $5 where id = $1",
                    );
                    let query = query.bind(&known.id).bind(&account.name).bind(account.email.as_deref());
                    let query = query.bind(&account.role).bind(&account.team_roles);
                    query.execute(writing.connection()).await?;
                    let (action, resource) = (Action::Update, Resource::Account);
                    let (before, after) = (Some(known.written()), Some(account.written()));
                    writing.record(&Entry { action, resource, id, before, after }).await?;
                }
                None => {
                    insert_account(&mut writing, account).await?;
                    let (action, resource, after) = (Action::Create, Resource::Account, Some(account.written()));
                    writing.record(&Entry { action, resource, id, before: None, after }).await?;
                }
            }
            insert_session(&mut writing, id, session).await?;
            let after = Some(json!({ "account_id": id, "by": "openid_connect" }).to_string());
            let (action, resource, id) = (Action::SignIn, Resource::Session, session.id);
            writing.commit(&Entry { action, resource, id, before: None, after }).await?;
            Ok(true)
        })
    }

    /// Ends a session, or finds it ended; false if there is none.
    pub(crate) async fn end_session(&self, action: Action, id: &str, now: i64) -> Result<bool> {
        made!({
            let mut writing = self.apart().await?;
            let query = sqlx::query_scalar::<_, String>("select account_id from sessions where id = $1").bind(id);
            let Some(account) = query.fetch_optional(writing.connection()).await? else {
                writing.leave().await?;
                return Ok(false);
            };
            let query = sqlx::query("update sessions set ended_at = $2 where id = $1 and ended_at is null");
            if query.bind(id).bind(now).execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(true);
            }
            let before = Some(json!({ "account_id": account }).to_string());
            writing.commit(&Entry { action, resource: Resource::Session, id, before, after: None }).await?;
            Ok(true)
        })
    }

    /// Disables an account, which ends its sessions; false if there is none.
    pub(crate) async fn disable_account(&self, id: &str, now: i64) -> Result<bool> {
        made!({
            let mut writing = self.apart().await?;
            let query = sqlx::query(concat!(account!(), " where id = $1")).bind(id);
            let known = query.fetch_optional(writing.connection()).await?;
            let known: Option<AccountRow> = documents::row(ACCOUNTS, id, known)?;
            let Some(known) = known else {
                writing.leave().await?;
                return Ok(false);
            };
            if known.disabled_at.is_some() {
                writing.leave().await?;
                return Ok(true);
            }
            let query = sqlx::query("update accounts set disabled_at = $2 where id = $1");
            query.bind(id).bind(now).execute(writing.connection()).await?;
            let query = sqlx::query("update sessions set ended_at = $2 where account_id = $1 and ended_at is null");
            query.bind(id).bind(now).execute(writing.connection()).await?;
            let (action, resource, before) = (Action::Revoke, Resource::Account, Some(known.written()));
            writing.commit(&Entry { action, resource, id, before, after: None }).await?;
            Ok(true)
        })
    }
}

async fn insert_account(writing: &mut Recorded<'_>, account: &AccountRow) -> Result<()> {
    let query = sqlx::query(
        "insert into accounts (id, issuer, subject, name, email, role, team_roles, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let query = query.bind(&account.id).bind(account.issuer.as_deref()).bind(account.subject.as_deref());
    let query = query.bind(&account.name).bind(account.email.as_deref()).bind(&account.role);
    let query = query.bind(&account.team_roles).bind(account.created_at);
    query.execute(writing.connection()).await.map(drop)
}

async fn insert_session(writing: &mut Recorded<'_>, account: &str, session: &NewSession<'_>) -> Result<()> {
    let query = sqlx::query(
        "insert into sessions (id, secret, account_id, created_at, used_at, expires_at) values ($1, $2, $3, $4, $4, $5)",
    );
    let query = query.bind(session.id).bind(session.digest).bind(account).bind(session.now).bind(session.expires_at);
    query.execute(writing.connection()).await.map(drop)
}
