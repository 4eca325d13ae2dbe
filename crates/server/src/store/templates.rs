//! Templates of paths.

use chrono::{DateTime, Utc};
use escalation_api::Json as _;
use escalation_api::template::TemplatePayload;

use super::audit::{Action, Editing, Entry, Resource, kept};
use super::documents::{Id, document_there, has_id, is_there, stored};
use super::paths::is_newest;
use super::turns::made;
use super::{Result, Store, Stored, Writing, stamp};
use crate::error::ApiError;

/// A template as it is kept.
pub(crate) struct StoredTemplate {
    pub(crate) payload: TemplatePayload,
    /// Whether a path that is deleted, or another revision of one that is not, was made from it.
    pub(crate) was_used: bool,
}

/// A template as it is written: made once, before anybody waits for the change.
pub(crate) struct WrittenTemplate {
    name: String,
    document: String,
}

impl From<&TemplatePayload> for WrittenTemplate {
    fn from(template: &TemplatePayload) -> Self {
        Self { name: template.name.clone(), document: template.write().to_string() }
    }
}

/// The outcome of archiving what paths may need.
pub(crate) enum Archived {
    /// It is archived.
    Done,
    /// It doesn't exist.
    Missing,
    /// These need it: paths and templates by name, escalations by title.
    InUse(Vec<String>),
}

impl Archived {
    /// The answer about a `what`, such as `Schedule`.
    ///
    /// # Errors
    /// Where it doesn't exist, and where it is in use, with up to three names.
    pub(crate) fn answer(self, what: &str) -> std::result::Result<(), ApiError> {
        match self {
            Self::Done => Ok(()),
            Self::Missing => Err(ApiError::not_found(what)),
            Self::InUse(users) => {
                let named = users.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let more = if users.len() > 3 { format!(" and {} more", users.len() - 3) } else { String::new() };
                Err(ApiError::conflict(format!("{what} is used by {named}{more}: change or delete these first")))
            }
        }
    }
}

/// Whether there is a template with an id.
pub(super) const HAS_TEMPLATE: &str =
    concat!("select exists (select 1 from escalation_path_templates where id = $1 and ", is_there!(), ")");

type TemplateRow = (Id, Vec<u8>, bool);

/// The table, as the log names it.
const TABLE: &str = "escalation_path_templates";

impl Store {
    /// A page of the templates that have this in their name, by id.
    pub(crate) async fn templates(&self, search: &str, after: &str, count: u32) -> Result<Vec<Stored<StoredTemplate>>> {
        let rows = self.those_templates(None, search, after, count).await?;
        self.read_templates(rows).await
    }

    pub(crate) async fn template(&self, id: &str) -> Result<Option<Stored<StoredTemplate>>> {
        let rows = self.those_templates(Some(id), "", "", 1).await?;
        Ok(self.read_templates(rows).await?.pop())
    }

    async fn read_templates(&self, rows: Vec<TemplateRow>) -> Result<Vec<Stored<StoredTemplate>>> {
        let size = rows.iter().map(|(_, bytes, _)| bytes.len()).sum();
        let read = |(id, bytes, was_used): TemplateRow| {
            stored(TABLE, id, &bytes).map(|payload| StoredTemplate { payload, was_used })
        };
        self.aside.run(size, move || rows.into_iter().map(read).collect()).await.map_err(sqlx::Error::Io)
    }

    /// Whether there is such a template, readable or not.
    pub(crate) async fn has_template(&self, id: &str) -> Result<bool> {
        sqlx::query_scalar(HAS_TEMPLATE).bind(id).fetch_one(self.readers()).await
    }

    async fn those_templates(
        &self,
        id: Option<&str>,
        search: &str,
        after: &str,
        count: u32,
    ) -> Result<Vec<TemplateRow>> {
        // What is searched for has no wildcards.
        let search = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let query = sqlx::query_as::<_, TemplateRow>(concat!(
            "select id, ",
            document_there!(),
            ", exists (
                 select 1 from path_revisions join escalation_paths on escalation_paths.id = path_id
                 where template_id = escalation_path_templates.id
                     and (escalation_paths.archived_at is not null or not ",
            is_newest!(),
            ")) from escalation_path_templates where ",
            is_there!(),
            " and ($1 is null or id = $1) and id > $2 and ",
            has_id!(),
            " and lower(name) like '%' || lower($3) || '%' escape '\\'
             order by id limit $4",
        ));
        query.bind(id).bind(after).bind(search).bind(count).fetch_all(self.readers()).await
    }
}

impl Editing<'_> {
    pub(crate) async fn create_template(&self, id: &str, template: &WrittenTemplate, now: DateTime<Utc>) -> Result<()> {
        made!({
            let mut writing = self.change().await?;
            insert_template(&mut writing, id, template, now).await?;
            let after = Some(template.document.clone());
            writing
                .commit(&Entry { action: Action::Create, resource: Resource::Template, id, before: None, after })
                .await
        })
    }

    /// Replaces a template; false if there is no such template.
    pub(crate) async fn update_template(
        &self,
        id: &str,
        template: &WrittenTemplate,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        made!({
            let query = sqlx::query(concat!(
                "update escalation_path_templates set name = $2, document = $3, updated_at = $4, archived_at = null
                 where id = $1 and ",
                is_there!(),
            ));
            let query = query.bind(id).bind(&template.name).bind(&template.document).bind(stamp(now));
            let mut writing = self.change().await?;
            let before = document_of(&mut writing, id).await?;
            if query.execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(false);
            }
            let after = Some(template.document.clone());
            writing.commit(&Entry { action: Action::Update, resource: Resource::Template, id, before, after }).await?;
            Ok(true)
        })
    }

    /// Archives a template from which no path is made.
    pub(crate) async fn archive_template(&self, id: &str, now: DateTime<Utc>) -> Result<Archived> {
        made!({
            let mut writing = self.change().await?;
            let query = sqlx::query_scalar::<_, String>(concat!(
                "select name from path_revisions join escalation_paths on escalation_paths.id = path_id
                 where template_id = $1 and ",
                is_there!(),
                " and ",
                is_newest!(),
                " order by name, escalation_paths.id",
            ));
            let users = query.bind(id).fetch_all(writing.connection()).await?;
            if !users.is_empty() {
                writing.leave().await?;
                return Ok(Archived::InUse(users));
            }
            let query = sqlx::query(concat!(
                "update escalation_path_templates set archived_at = $2 where id = $1 and ",
                is_there!(),
            ));
            let before = document_of(&mut writing, id).await?;
            if query.bind(id).bind(stamp(now)).execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(Archived::Missing);
            }
            let resource = Resource::Template;
            writing.commit(&Entry { action: Action::Delete, resource, id, before, after: None }).await?;
            Ok(Archived::Done)
        })
    }
}

/// The document of a template that is there, as the audit log keeps it.
async fn document_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query =
        concat!("select ", document_there!(), " from escalation_path_templates where ", is_there!(), " and id = $1");
    let query = sqlx::query_scalar::<_, Vec<u8>>(query).bind(id);
    Ok(kept(query.fetch_optional(writing.connection()).await?))
}

pub(super) async fn insert_template(
    writing: &mut Writing,
    id: &str,
    template: &WrittenTemplate,
    now: DateTime<Utc>,
) -> Result<()> {
    let query = sqlx::query(
        "insert into escalation_path_templates (id, name, document, created_at, updated_at) values ($1, $2, $3, $4, $4)",
    );
    let query = query.bind(id).bind(&template.name).bind(&template.document).bind(stamp(now));
    query.execute(writing.connection()).await.map(drop)
}
