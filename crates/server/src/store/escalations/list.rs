//! Pages of escalations, the newest first.
//!
//! What a page costs must not depend on how many escalations there are. So each is found by an index that has the order of
//! the list, once for each value that is asked for; and where what is asked for is found by no index (`not_in`, or two
//! fields at once), at most [`MAX_SCAN`] are looked through. A page can then be short, or empty, and say where to go on.

use escalation_api::escalation::Status;
use sqlx::QueryBuilder;
use ulid::Ulid;

use crate::store::db::Db;
use crate::store::documents::has_id;
use crate::store::{Result, Store};

/// How many escalations are looked through for one page, at most.
pub(crate) const MAX_SCAN: i64 = 10_000;

/// How many values of two fields are looked for together.
const MAX_ARMS: usize = 50;

/// Which values of a field are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Among {
    /// One of these.
    pub(crate) one_of: Option<Vec<String>>,
    /// None of these.
    pub(crate) not_in: Vec<String>,
}

/// From when until when, both included, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
}

/// Which escalations are asked for. All of it must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) paths: Among,
    pub(crate) statuses: Among,
    pub(crate) alerts: Among,
    pub(crate) incidents: Among,
    pub(crate) created: Span,
    pub(crate) updated: Span,
    /// What the idempotency key is.
    pub(crate) keys: Vec<String>,
    /// What it begins with.
    pub(crate) key_prefixes: Vec<String>,
}

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The newest first.
    pub(crate) ids: Vec<String>,
    /// Where to go on; nothing on the last page.
    pub(crate) after: Option<String>,
}

impl Among {
    /// The values that are left of those that are asked for; nothing where any may be.
    fn values(&self) -> Option<Vec<&str>> {
        let mut values: Vec<&str> = self.one_of.as_ref()?.iter().map(String::as_str).collect();
        values.retain(|value| self.not_in.iter().all(|not| not != value));
        values.sort_unstable();
        values.dedup();
        Some(values)
    }

    fn push(&self, column: &str, query: &mut QueryBuilder<Db>) {
        if let Some(values) = self.values() {
            push_list(query, &format!(" and {column} in ("), &values);
        } else if !self.not_in.is_empty() {
            // Where there is none, it is none of them.
            let values: Vec<&str> = self.not_in.iter().map(String::as_str).collect();
            query.push(format!(" and ({column} is null or "));
            push_list(query, &format!("{column} not in ("), &values);
            query.push(")");
        }
    }

    fn is_any(&self) -> bool {
        self.one_of.is_none() && self.not_in.is_empty()
    }
}

fn push_list(query: &mut QueryBuilder<Db>, opening: &str, values: &[&str]) {
    query.push(opening);
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind((*value).to_string());
    }
    query.push(")");
}

/// By what a page is found.
#[derive(Debug, PartialEq, Eq)]
enum Driver {
    /// By these columns with these values, once for each.
    Arms(Vec<Vec<(&'static str, String)>>),
    /// By those that were updated from this time on, in milliseconds; there are few.
    Updated(i64),
    /// By those whose key begins with this; there are few.
    Prefix(String),
}

impl Driver {
    /// The columns that need not be looked at any more.
    fn covers(&self, column: &str) -> bool {
        match self {
            Self::Arms(arms) => arms.iter().any(|arm| arm.iter().any(|(covered, _)| *covered == column)),
            Self::Updated(_) | Self::Prefix(_) => false,
        }
    }
}

impl Filter {
    /// Of statuses there is a list, so that none of some is one of the others.
    fn statuses(&self) -> Among {
        let Among { one_of, not_in } = self.statuses.clone();
        let all = || Status::KNOWN.iter().map(|status| status.as_str().to_string()).collect();
        let one_of = if not_in.is_empty() { one_of } else { one_of.or_else(|| Some(all())) };
        Among { one_of, not_in }
    }

    /// The indexes by which escalations are found; nothing where there can be none.
    fn arms(&self) -> Option<Vec<Vec<(&'static str, String)>>> {
        let statuses =
            self.statuses().values().map(|values| values.into_iter().map(str::to_string).collect::<Vec<_>>());
        let by = |column: &'static str, among: &Among| {
            among
                .values()
                .map(|values| values.into_iter().map(|value| vec![(column, value.to_string())]).collect::<Vec<_>>())
        };
        if let Some(key) = self.keys.first() {
            return Some(vec![vec![("idempotency_key", key.clone())]]);
        }
        let arms = by("incident_id", &self.incidents).or_else(|| by("alert_id", &self.alerts));
        let arms = arms.or_else(|| {
            let paths = by("path_id", &self.paths)?;
            let Some(statuses) = statuses.as_ref().filter(|statuses| statuses.len() * paths.len() <= MAX_ARMS) else {
                return Some(paths);
            };
            let with = |path: &Vec<(&'static str, String)>, status: &String| {
                path.iter().cloned().chain([("status", status.clone())]).collect()
            };
            Some(paths.iter().flat_map(|path| statuses.iter().map(move |status| with(path, status))).collect())
        });
        let arms = arms
            .or_else(|| statuses.map(|statuses| statuses.into_iter().map(|status| vec![("status", status)]).collect()));
        let arms = arms.unwrap_or_else(|| vec![Vec::new()]);
        (!arms.is_empty()).then_some(arms)
    }

    /// Adds what must hold and is not covered; false if that is nothing.
    fn push_rest(&self, driver: &Driver, query: &mut QueryBuilder<Db>) -> bool {
        let mut is_any = true;
        let fields = [
            ("path_id", &self.paths),
            ("status", &self.statuses()),
            ("alert_id", &self.alerts),
            ("incident_id", &self.incidents),
        ];
        for (column, among) in fields {
            if !driver.covers(column) && !among.is_any() {
                among.push(column, query);
                is_any = false;
            }
        }
        for (operator, bound) in [(">=", self.updated.from), ("<=", self.updated.until)] {
            if let Some(bound) = bound {
                query.push(format!(" and updated_at {operator} ")).push_bind(bound);
                is_any = false;
            }
        }
        let covered = usize::from(driver.covers("idempotency_key"));
        for key in self.keys.iter().skip(covered) {
            query.push(" and idempotency_key = ").push_bind(key.clone());
            is_any = false;
        }
        for prefix in &self.key_prefixes {
            push_prefix(query, prefix);
            is_any = false;
        }
        !is_any
    }

    /// The ids between which what is asked for lies: the first included, the last not. An id has the time of its creation
    /// in it, and nothing was updated before it was created.
    fn id_span(&self, after: Option<&str>) -> (String, String) {
        let until = self.created.until.into_iter().chain(self.updated.until).min();
        let until = until.map(|until| first_id(until.saturating_add(1)));
        // Later than all ids.
        let last = || "~".to_string();
        let until = until.into_iter().chain(after.map(str::to_string)).min().unwrap_or_else(last);
        (self.created.from.map(first_id).unwrap_or_default(), until)
    }
}

/// The first id that can have been given at this time.
fn first_id(at: i64) -> String {
    let at = u64::try_from(at).unwrap_or_default().min((1 << 48) - 1);
    Ulid::from_parts(at, 0).to_string()
}

/// What begins with a text lies between it and the same followed by the last character there is.
fn push_prefix(query: &mut QueryBuilder<Db>, prefix: &str) {
    query.push(" and idempotency_key >= ").push_bind(prefix.to_string());
    query.push(" and idempotency_key < ").push_bind(format!("{prefix}{}", char::MAX));
}

fn push_arm(query: &mut QueryBuilder<Db>, arm: &[(&'static str, String)], span: (&str, &str)) {
    query.push(concat!("select id from escalations where ", has_id!(), " and id >= ")).push_bind(span.0.to_string());
    query.push(" and id < ").push_bind(span.1.to_string());
    for (column, value) in arm {
        query.push(format!(" and {column} = ")).push_bind(value.clone());
    }
}

impl Store {
    /// A page of escalations, the newest first, after the one with this id.
    pub(crate) async fn find_escalations(&self, filter: &Filter, after: Option<&str>, count: u32) -> Result<Found> {
        let Some(arms) = filter.arms() else { return Ok(Found::default()) };
        let driver = self.driver(filter, arms).await?;
        let (from, until) = filter.id_span(after);
        let floor = self.floor(filter, &driver, (&from, &until)).await?;
        let from = floor.clone().into_iter().chain([from]).max().unwrap_or_default();
        let mut query = page_query("", filter, &driver, (&from, &until), count);
        let ids: Vec<String> = query.build_query_scalar().fetch_all(self.readers()).await?;
        Ok(cut(ids, count, floor))
    }

    /// Where only what has no index in the order of the list is asked for, it is found by its own index if it is little.
    async fn driver(&self, filter: &Filter, arms: Vec<Vec<(&'static str, String)>>) -> Result<Driver> {
        if arms.iter().any(|arm| !arm.is_empty()) {
            return Ok(Driver::Arms(arms));
        }
        let mut few = Vec::new();
        few.extend(filter.key_prefixes.first().cloned().map(Driver::Prefix));
        few.extend(filter.updated.from.map(Driver::Updated));
        for driver in few {
            let mut query = QueryBuilder::new("select count(*) from (");
            push_few(&mut query, &driver, MAX_SCAN + 1);
            query.push(") as few");
            let count: i64 = query.build_query_scalar().fetch_one(self.readers()).await?;
            if count <= MAX_SCAN {
                return Ok(driver);
            }
        }
        Ok(Driver::Arms(arms))
    }

    /// The id down to which is looked; nothing where all is looked at.
    async fn floor(&self, filter: &Filter, driver: &Driver, span: (&str, &str)) -> Result<Option<String>> {
        let Driver::Arms(arms) = driver else { return Ok(None) };
        if !filter.push_rest(driver, &mut QueryBuilder::new("")) {
            return Ok(None);
        }
        let each = MAX_SCAN / i64::try_from(arms.len()).unwrap_or(MAX_SCAN).max(1);
        let mut floor = None;
        for arm in arms {
            let mut query = QueryBuilder::new("");
            push_arm(&mut query, arm, span);
            query.push(" order by id desc limit 1 offset ").push_bind(each);
            let id: Option<String> = query.build_query_scalar().fetch_optional(self.readers()).await?;
            floor = floor.max(id);
        }
        Ok(floor)
    }

    /// How the database would find a page, for the test.
    #[cfg(test)]
    pub(crate) async fn explain_escalations(&self, filter: &Filter, after: Option<&str>, count: u32) -> Vec<String> {
        use sqlx::Row as _;
        let driver = self.driver(filter, filter.arms().unwrap()).await.unwrap();
        let (from, until) = filter.id_span(after);
        let mut page = page_query("explain query plan ", filter, &driver, (&from, &until), count);
        let rows = page.build().fetch_all(self.readers()).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("detail")).collect()
    }
}

fn push_few(query: &mut QueryBuilder<Db>, driver: &Driver, count: i64) {
    query.push(concat!("select id from escalations where ", has_id!()));
    match driver {
        Driver::Arms(_) => {}
        Driver::Updated(from) => {
            query.push(" and updated_at >= ").push_bind(*from);
        }
        Driver::Prefix(prefix) => push_prefix(query, prefix),
    }
    query.push(" limit ").push_bind(count);
}

/// One id more than a page has, so that it is known whether another follows.
fn page_query(opening: &str, filter: &Filter, driver: &Driver, span: (&str, &str), count: u32) -> QueryBuilder<Db> {
    let count = i64::from(count) + 1;
    let mut query = QueryBuilder::new(opening);
    match driver {
        Driver::Arms(arms) => {
            query.push("select id from (");
            for (index, arm) in arms.iter().enumerate() {
                query.push(if index > 0 { " union all select id from (" } else { "select id from (" });
                push_arm(&mut query, arm, span);
                filter.push_rest(driver, &mut query);
                query.push(" order by id desc limit ").push_bind(count).push(") as arm");
            }
            query.push(") as page");
        }
        Driver::Updated(_) | Driver::Prefix(_) => {
            query.push("select id from escalations where id in (");
            push_few(&mut query, driver, MAX_SCAN);
            query.push(") and id >= ").push_bind(span.0.to_string());
            query.push(" and id < ").push_bind(span.1.to_string());
            filter.push_rest(driver, &mut query);
        }
    }
    query.push(" order by id desc limit ").push_bind(count);
    query
}

fn cut(mut ids: Vec<String>, count: u32, floor: Option<String>) -> Found {
    let size = usize::try_from(count).unwrap_or(usize::MAX);
    let more = ids.len() > size;
    ids.truncate(size);
    let after = if more { ids.last().cloned() } else { floor };
    Found { ids, after }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn one_of(values: &[&str]) -> Among {
        Among { one_of: Some(values.iter().map(ToString::to_string).collect()), not_in: Vec::new() }
    }

    fn not_in(value: &str) -> Among {
        Among { one_of: None, not_in: vec![value.to_string()] }
    }

    /// Fills the table with so many escalations, a millisecond apart, all alike but the oldest 20.
    async fn fill(store: &Store, count: i64) {
        let mut work = store.transition().await.unwrap();
        let connection = work.writing.connection();
        sqlx::query("insert into escalation_plans (id, document) values ('plan', '{}')")
            .execute(connection)
            .await
            .unwrap();
        for number in 0..count {
            let id = Ulid::from_parts(u64::try_from(number).unwrap(), 1).to_string();
            let is_old = number < 20;
            let query = sqlx::query(
                "insert into escalations (id, plan_id, path_id, title, description, priority_name, creator,
                     idempotency_key, status, first_state, state, version, steps, event_at, created_at, updated_at)
                 values ($1, 'plan', $2, '', '', '', '{}', $3, $4, '{}', '{}', 1, 0, 0, $5, $5)",
            );
            let query = query.bind(id).bind(if is_old { "old" } else { "new" }).bind(format!("key-{number:07}"));
            let query = query.bind(if is_old { "acked" } else { "expired" }).bind(number);
            query.execute(work.writing.connection()).await.unwrap();
        }
        work.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_page_is_found_by_an_index_in_its_order() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), false).await.unwrap();
        fill(&store, 100).await;
        let any = Filter::default;
        let by_path = Filter { paths: one_of(&["new"]), ..any() };
        let both = Filter { statuses: one_of(&["acked"]), ..by_path.clone() };
        for (filter, index) in [
            (any(), "sqlite_autoindex_escalations_1"),
            (Filter { created: Span { from: Some(5), until: Some(50) }, ..any() }, "sqlite_autoindex_escalations_1"),
            (by_path, "escalations_by_path"),
            (Filter { statuses: one_of(&["acked"]), ..any() }, "escalations_by_status"),
            (Filter { statuses: one_of(&["acked", "expired"]), ..any() }, "escalations_by_status"),
            (Filter { statuses: not_in("expired"), ..any() }, "escalations_by_status"),
            (both, "escalations_by_path_and_status"),
            (Filter { alerts: one_of(&["x"]), ..any() }, "escalations_by_alert"),
            (Filter { incidents: one_of(&["x"]), ..any() }, "escalations_by_incident"),
            (Filter { paths: not_in("new"), ..any() }, "sqlite_autoindex_escalations_1"),
            (Filter { updated: Span { from: Some(5), until: None }, ..any() }, "escalations_by_update"),
            (Filter { keys: vec!["key-0000001".to_string()], ..any() }, "sqlite_autoindex_escalations_2"),
            (Filter { key_prefixes: vec!["key".to_string()], ..any() }, "sqlite_autoindex_escalations_2"),
        ] {
            for after in [None, Some("00000000010000000000000001")] {
                let plan = store.explain_escalations(&filter, after, 25).await;
                assert!(plan.iter().any(|line| line.contains(index)), "{filter:?}: {plan:#?}");
                let reads_all = |line: &String| line.starts_with("SCAN escalations");
                assert!(!plan.iter().any(reads_all), "{filter:?}: {plan:#?}");
                // Sorted is at most what several indexes give, a page of each.
                let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
                let is_few = filter.updated.from.is_some() || !filter.key_prefixes.is_empty();
                assert!(!sorts || plan.len() > 2 || is_few, "{filter:?}: {plan:#?}");
            }
        }
    }

    #[tokio::test]
    async fn what_no_index_finds_is_looked_for_in_part() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), false).await.unwrap();
        fill(&store, MAX_SCAN * 2 + 50).await;
        // The 20 oldest of 20,050.
        let filter = Filter { paths: not_in("new"), ..Filter::default() };
        let (mut pages, mut ids, mut after) = (0, Vec::new(), None);
        loop {
            let found = store.find_escalations(&filter, after.as_deref(), 15).await.unwrap();
            pages += 1;
            ids.extend(found.ids);
            match found.after {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(ids.len(), 20);
        assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
        assert_eq!(pages, 4, "two with nothing, one full, one with the rest");
        // Where few were changed they are found at once, and so are those whose key begins alike.
        let mut work = store.transition().await.unwrap();
        let query = sqlx::query("update escalations set updated_at = 1000000 where path_id = 'old'");
        query.execute(work.writing.connection()).await.unwrap();
        work.commit().await.unwrap();
        for filter in [
            Filter { updated: Span { from: Some(500_000), until: None }, ..Filter::default() },
            Filter { key_prefixes: vec!["key-000000".to_string()], ..Filter::default() },
        ] {
            let found = store.find_escalations(&filter, None, 50).await.unwrap();
            assert!(found.after.is_none() && !found.ids.is_empty(), "{filter:?}: {found:?}");
        }
    }
}
