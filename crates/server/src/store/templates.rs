//! Templates of paths.

use chrono::{DateTime, Utc};
use escalation_api::Json as _;
use escalation_api::template::TemplatePayload;

use super::{Result, Store, Stored, Writing, document, stamp};

/// A template as it is kept.
pub(crate) struct StoredTemplate {
    pub(crate) payload: TemplatePayload,
    /// Whether a path that is deleted, or another revision of one that is not, was made from it.
    pub(crate) was_used: bool,
}

/// What became of a template that is to be archived.
pub(crate) enum Archived {
    /// It is.
    Done,
    /// There is no such template.
    Missing,
    /// These paths, by name, are made from it.
    InUse(Vec<String>),
}

type TemplateRow = (String, Vec<u8>, bool);

/// The table, as the log names it.
const TABLE: &str = "escalation_path_templates";

impl Store {
    /// A page of the templates that have this in their name, by id.
    pub(crate) async fn templates(&self, search: &str, after: &str, count: u32) -> Result<Vec<Stored<StoredTemplate>>> {
        let rows = self.those_templates(None, search, after, count).await?;
        let stored = |row: TemplateRow| {
            let id = row.0.clone();
            let template = stored_template(row);
            if let Err(error) = &template {
                tracing::error!("{error}");
            }
            Stored { id, document: template.ok() }
        };
        Ok(rows.into_iter().map(stored).collect())
    }

    pub(crate) async fn template(&self, id: &str) -> Result<Option<StoredTemplate>> {
        let rows = self.those_templates(Some(id), "", "", 1).await?;
        rows.into_iter().next().map(stored_template).transpose()
    }

    /// Whether there is such a template, readable or not.
    pub(crate) async fn has_template(&self, id: &str) -> Result<bool> {
        Ok(!self.those_templates(Some(id), "", "", 1).await?.is_empty())
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
        let query = sqlx::query_as::<_, TemplateRow>(
            "select id, cast(document as blob), exists (
                 select 1 from path_revisions join escalation_paths on escalation_paths.id = path_id
                 where template_id = escalation_path_templates.id and (escalation_paths.archived_at is not null
                     or number < (select max(number) from path_revisions newest where newest.path_id = escalation_paths.id)))
             from escalation_path_templates
             where archived_at is null and ($1 is null or id = $1) and id > $2
                 and lower(name) like '%' || lower($3) || '%' escape '\\'
             order by id limit $4",
        );
        query.bind(id).bind(after).bind(search).bind(count).fetch_all(self.readers()).await
    }

    pub(crate) async fn create_template(&self, id: &str, template: &TemplatePayload, now: DateTime<Utc>) -> Result<()> {
        let mut writing = self.change().await?;
        insert_template(&mut writing, id, template, now).await?;
        writing.commit().await
    }

    /// Replaces a template; false if there is no such template.
    pub(crate) async fn update_template(
        &self,
        id: &str,
        template: &TemplatePayload,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let query = sqlx::query(
            "update escalation_path_templates set name = $2, document = $3, updated_at = $4
             where id = $1 and archived_at is null",
        );
        let query = query.bind(id).bind(&template.name).bind(template.write().to_string()).bind(stamp(now));
        let mut writing = self.change().await?;
        let done = query.execute(writing.connection()).await?.rows_affected() > 0;
        writing.commit().await?;
        Ok(done)
    }

    /// Archives a template from which no path is made.
    pub(crate) async fn archive_template(&self, id: &str, now: DateTime<Utc>) -> Result<Archived> {
        let mut writing = self.change().await?;
        let query = sqlx::query_scalar::<_, String>(
            "select name from path_revisions join escalation_paths on escalation_paths.id = path_id
             where template_id = $1 and archived_at is null
                 and number = (select max(number) from path_revisions newest where newest.path_id = escalation_paths.id)
             order by name, escalation_paths.id",
        );
        let users = query.bind(id).fetch_all(writing.connection()).await?;
        if !users.is_empty() {
            writing.leave().await?;
            return Ok(Archived::InUse(users));
        }
        let query =
            sqlx::query("update escalation_path_templates set archived_at = $2 where id = $1 and archived_at is null");
        let done = query.bind(id).bind(stamp(now)).execute(writing.connection()).await?.rows_affected() > 0;
        writing.commit().await?;
        Ok(if done { Archived::Done } else { Archived::Missing })
    }
}

pub(super) async fn insert_template(
    writing: &mut Writing,
    id: &str,
    template: &TemplatePayload,
    now: DateTime<Utc>,
) -> Result<()> {
    let query = sqlx::query(
        "insert into escalation_path_templates (id, name, document, created_at, updated_at) values ($1, $2, $3, $4, $4)",
    );
    let query = query.bind(id).bind(&template.name).bind(template.write().to_string()).bind(stamp(now));
    query.execute(writing.connection()).await.map(drop)
}

fn stored_template((id, bytes, was_used): TemplateRow) -> Result<StoredTemplate> {
    document(TABLE, &id, &bytes).map(|payload| StoredTemplate { payload, was_used })
}
