//! How fast the server is and how it grows: printed, never asserted. `cargo xtask bench server` runs it beside a mock of the
//! vendor's API, on a file and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a bench")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, Row as _, SqliteConnection};
use tempfile::TempDir;
use ulid::Ulid;

/// The address of a PostgreSQL database; absent: files alone.
const DATABASE: &str = "ESCALATION_BENCH_DATABASE";
/// Where the mock of the vendor's API answers; absent: there is none.
const MOCK: &str = "ESCALATION_BENCH_MOCK";
/// The process of the mock.
const MOCK_PROCESS: &str = "ESCALATION_BENCH_MOCK_PROCESS";
/// Only the parts whose names have this in them.
const ONLY: &str = "ESCALATION_BENCH_ONLY";

/// How many ask at once, and for how long.
const CLIENTS: usize = 16;
const ASKED_FOR: Duration = Duration::from_secs(4);
/// How many escalations wait, how many of them become due one after the other, and how many of those in a second.
const WAITING: usize = 100_000;
const ONE_BY_ONE: usize = 5_000;
const A_SECOND: usize = 250;
/// How many are stored while lists are read.
const STORED: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// How often each list is read.
const READ: usize = 40;
/// How many rows are written at once.
const AT_ONCE: usize = 5_000;
/// The columns that rows have from those that they are copies of.
const COPIED: &str = "plan_id, path_revision, title, description, priority_id, priority_name, creator, status, first_state, \
     state, version, steps, event_at";

fn main() {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let only = std::env::var(ONLY).unwrap_or_default();
    let is_wanted = |part: &str| part.contains(&only);
    let databases = [None, std::env::var(DATABASE).ok()];
    let databases = databases.iter().enumerate().filter(|(index, address)| *index == 0 || address.is_some());
    println!("{} processors; load before it {}", processors(), load());
    for (index, database) in databases {
        let name = if index == 0 { "SQLite" } else { "PostgreSQL" };
        if is_wanted("requests") {
            println!("\n{name}: requests, {CLIENTS} clients");
            runtime.block_on(requests(database.as_deref(), index == 0));
        }
        if is_wanted("waiting") {
            println!("\n{name}: {WAITING} escalations wait");
            runtime.block_on(waiting(database.as_deref()));
        }
        if is_wanted("growth") {
            println!("\n{name}: a page of 25 in ms (median, slowest twentieth), by how many escalations are stored");
            runtime.block_on(growth(database.as_deref()));
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_string()
}

/// A server as a process, with a database of its own.
struct Bed {
    base: String,
    child: Child,
    client: Client,
    database: Database,
    /// The process of PostgreSQL that the others are children of.
    postmaster: Option<u32>,
    _folder: TempDir,
}

enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Bed {
    async fn start(server: Option<&str>) -> Self {
        let folder = TempDir::new().unwrap();
        let app = folder.path().join("app");
        std::fs::create_dir(&app).unwrap();
        std::fs::write(app.join("index.html"), "<!doctype html>").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
        command.args(["--requests-per-minute", "0", "--escalations-per-minute", "0"]);
        command.args(["--listen", "127.0.0.1:0", "--app"]).arg(app);
        command.arg("--data").arg(folder.path().join("data"));
        let mut address = None;
        if let Some(server) = server {
            let schema = format!("bench_{}", Ulid::generate().to_string().to_lowercase());
            let mut connection = server.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
            let query = format!("create schema {schema}");
            sqlx::query(AssertSqlSafe(query)).execute(&mut connection).await.unwrap();
            let joined = if server.contains('?') { '&' } else { '?' };
            let own = format!("{server}{joined}options=-csearch_path%3D{schema}");
            command.env("ESCALATION_DATABASE", &own);
            address = Some(own);
        }
        // What it says is written, and read by nobody, as where a log goes to a file.
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().rsplit(' ').next().unwrap().trim_end_matches('/').to_string();
        let database = match address {
            Some(address) => Database::Postgres(address.parse::<PgConnectOptions>().unwrap().connect().await.unwrap()),
            None => {
                let file = folder.path().join("data/escalation.db");
                let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(60));
                Database::Sqlite(options.connect().await.unwrap())
            }
        };
        // The folder of its socket is the one that its own is in, where `cargo xtask` has started it.
        let postmaster = server.and_then(|server| {
            let folder = server.split("host=").nth(1)?.split('&').next()?;
            std::fs::read_to_string(format!("{folder}/data/postmaster.pid")).ok()?.lines().next()?.parse().ok()
        });
        Self { base, child, client: Client::new(), database, postmaster, _folder: folder }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer = self.client.request(method, format!("{}{path}", self.base)).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A path of two levels, the first of so many seconds, the second of ten hours.
    async fn path(&self, seconds: i64) -> String {
        let level = |id: &str, user: &str, seconds: i64| {
            json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": seconds, "targets": [
                {"type": "user", "id": user, "urgency": "high"}]}})
        };
        let levels =
            [level("a", "01J0USERMAYA00000000000000", seconds), level("b", "01J0USERTOM000000000000000", 36_000)];
        let made = self.call(Method::POST, "/v2/escalation_paths", &json!({"name": "Bench", "path": levels})).await;
        made["escalation_path"]["id"].as_str().unwrap().to_string()
    }

    /// An escalation on which the first level has been paged.
    async fn begun(&self, path: &str, key: &str) -> String {
        let body = json!({"idempotency_key": key, "title": "Checkout is failing", "escalation_path_id": path});
        let made = self.call(Method::POST, "/v2/escalations", &body).await;
        let id = made["escalation"]["id"].as_str().unwrap().to_string();
        let url = format!("/builder/v1/escalations/{id}");
        while self.call(Method::GET, &url, &json!({})).await["deliveries"][0]["status"] != "sent" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        id
    }

    /// What the process has in memory, in MB: now, and at most so far.
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        (of("VmRSS:").unwrap_or(0) / 1_024, of("VmHWM:").unwrap_or(0) / 1_024)
    }

    /// For how long the server and its database have kept a processor busy, in ms. Unlike the time that goes by it hardly
    /// depends on what else the machine does.
    fn busy(&self) -> (f64, f64) {
        (busy(self.child.id()), self.postmaster.map_or(0.0, |postmaster| busy(postmaster) + busy_children(postmaster)))
    }

    async fn numbers(&mut self, query: &str) -> Vec<i64> {
        match &mut self.database {
            Database::Sqlite(connection) => {
                let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Database::Postgres(connection) => {
                let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    async fn execute(&mut self, query: &str, list: Option<&str>) {
        match &mut self.database {
            Database::Sqlite(connection) => {
                let query = sqlx::query(AssertSqlSafe(query));
                let query = if let Some(list) = list { query.bind(list) } else { query };
                query.execute(connection).await.map(|_| ()).unwrap();
            }
            Database::Postgres(connection) => {
                let query = sqlx::query(AssertSqlSafe(query));
                let query = if let Some(list) = list { query.bind(list) } else { query };
                query.execute(connection).await.map(|_| ()).unwrap();
            }
        }
    }

    /// Adds copies of escalations, each with the events of the one that it is a copy of: `id`, `at`, `like`, and perhaps
    /// `due`, `path`, `alert`, `incident`, `key`.
    async fn copy(&mut self, copies: &[Value]) {
        let list = match self.database {
            Database::Sqlite(_) => {
                "(select value ->> 'id' as id, value ->> 'at' as at, value ->> 'like' as source, value ->> 'due' as due,
                     value ->> 'path' as path, value ->> 'alert' as alert, value ->> 'incident' as incident,
                     value ->> 'key' as \"key\" from json_each($1))"
            }
            Database::Postgres(_) => {
                "(select id, at, \"like\" as source, due, path, alert, incident, \"key\" from
                     jsonb_to_recordset(cast($1 as jsonb)) as r (id text, at bigint, \"like\" text, due bigint, path text,
                     alert text, incident text, \"key\" text))"
            }
        };
        let escalations = format!(
            "insert into escalations (id, path_id, alert_id, incident_id, idempotency_key, due_at, created_at, updated_at,
                 {COPIED}) select copies.id, copies.path, copies.alert, copies.incident, copies.\"key\", copies.due,
                 copies.at, copies.at, {} from {list} as copies join escalations source on source.id = copies.source",
            COPIED.split(", ").map(|column| format!("source.{}", column.trim())).collect::<Vec<_>>().join(", ")
        );
        let steps = format!(
            "insert into escalation_steps (escalation_id, number, input, event, document)
                 select copies.id, s.number, s.input, s.event, s.document from {list} as copies
                 join escalation_steps s on s.escalation_id = copies.source where s.event is not null"
        );
        for some in copies.chunks(AT_ONCE) {
            let some = Value::from(some.to_vec()).to_string();
            self.execute(&escalations, Some(&some)).await;
            self.execute(&steps, Some(&some)).await;
        }
    }

    async fn analyze(&mut self) {
        // As autovacuum does after a while.
        if matches!(self.database, Database::Postgres(_)) {
            self.execute("analyze", None).await;
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// The numbers in what the system says of a process, after its name: its parent's is the second.
fn stat(process: &str) -> Vec<i64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect()
}

/// For how long a process has kept a processor busy, in ms.
fn busy(process: u32) -> f64 {
    // Ticks of 10 ms, in its own name and in that of the system.
    let ticks: i64 = stat(&process.to_string()).iter().skip(11).take(2).sum();
    f64::from(i32::try_from(ticks).unwrap_or(i32::MAX)) * 10.0
}

fn busy_children(parent: u32) -> f64 {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| stat(&id.to_string()).get(1) == Some(&i64::from(parent))).map(busy).sum()
}

/// Of sorted numbers the one below which this part of them is.
fn part(sorted: &[f64], part: f64) -> f64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "few")]
    let index = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// Asks the same way again and again, by several at once, and prints how often and how fast. Says how often a second.
async fn asked(
    name: &str,
    base: &str,
    busy: impl Fn() -> f64,
    request: impl Fn(&Client, &str, u64) -> reqwest::RequestBuilder,
) -> f64 {
    let client = Client::new();
    let number = AtomicU64::new(0);
    let until = Instant::now() + ASKED_FOR;
    let clients = (0..CLIENTS).map(|_| async {
        let (mut took, mut failed) = (Vec::new(), 0);
        while Instant::now() < until {
            let began = Instant::now();
            let answer = request(&client, base, number.fetch_add(1, Ordering::Relaxed)).send().await;
            match answer {
                Ok(answer) if answer.status().is_success() => {
                    let _read = answer.bytes().await.unwrap();
                    took.push(began.elapsed().as_secs_f64() * 1_000.0);
                }
                _ => failed += 1,
            }
        }
        (took, failed)
    });
    let (began, before) = (Instant::now(), busy());
    let all = futures_util::future::join_all(clients).await;
    let seconds = began.elapsed().as_secs_f64();
    let failed: u64 = all.iter().map(|(_, failed)| failed).sum();
    let mut took: Vec<f64> = all.into_iter().flat_map(|(took, _)| took).collect();
    took.sort_by(f64::total_cmp);
    #[allow(clippy::cast_precision_loss, reason = "few")]
    let rate = took.len() as f64 / seconds;
    #[allow(clippy::cast_precision_loss, reason = "few")]
    let each = (busy() - before) / took.len().max(1) as f64;
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    println!(
        "  {name:<22} {rate:>6.0} a second, p50 {:>6.1} ms, p99 {:>6.1} ms, processor busy {each:.2} ms each{failed}",
        part(&took, 0.5),
        part(&took, 0.99)
    );
    rate
}

async fn requests(database: Option<&str>, beside: bool) {
    let bed = Bed::start(database).await;
    let path = bed.path(3_600).await;
    for number in 0..50 {
        bed.begun(&path, &format!("before-{number}")).await;
    }
    let id = bed.begun(&path, "shown").await;
    let all = || bed.busy().0 + bed.busy().1;
    let ours = [
        asked("list of 1", &bed.base, all, |client, base, _| client.get(format!("{base}/v2/escalations?page_size=1")))
            .await,
        asked("show", &bed.base, all, |client, base, _| client.get(format!("{base}/v2/escalations/{id}"))).await,
        asked("create", &bed.base, all, |client, base, number| {
            let body = json!({"idempotency_key": format!("key-{number}"), "title": "Checkout is failing",
                "escalation_path_id": path});
            client.post(format!("{base}/v2/escalations")).json(&body)
        })
        .await,
    ];
    asked("list of 25", &bed.base, all, |client, base, _| client.get(format!("{base}/v2/escalations"))).await;
    let Some(mock) = std::env::var(MOCK).ok().filter(|_| beside) else { return };
    let process = std::env::var(MOCK_PROCESS).ok().and_then(|process| process.parse().ok()).unwrap_or(0);
    let mocks = || busy(process) + busy_children(process);
    let theirs = [
        asked("list of 1, by Prism", &mock, mocks, |client, base, _| client.get(format!("{base}/v2/escalations")))
            .await,
        asked("show, by Prism", &mock, mocks, |client, base, _| client.get(format!("{base}/v2/escalations/{id}")))
            .await,
        asked("create, by Prism", &mock, mocks, |client, base, number| {
            let body = json!({"idempotency_key": format!("key-{number}"), "title": "Checkout is failing",
                "escalation_path_id": "01J0PATHPAYMENTS0000000000"});
            client.post(format!("{base}/v2/escalations")).json(&body)
        })
        .await,
    ];
    let times: Vec<_> = ours.iter().zip(theirs).map(|(ours, theirs)| format!("{:.1}", ours / theirs)).collect();
    println!("  list, show and create: {} times what Prism does (goal: 5)", times.join(", "));
}

/// Ids in the order of time, a millisecond apart, the last of which is now.
fn ids(count: usize, apart: u64) -> Vec<(String, u64)> {
    let now = u64::try_from(chrono::Utc::now().timestamp_millis()).unwrap();
    let count = u64::try_from(count).unwrap();
    (0..count)
        .map(|number| {
            let at = now - (count - number) * apart;
            (Ulid::from_parts(at, Ulid::generate().random()).to_string(), at)
        })
        .collect()
}

async fn waiting(database: Option<&str>) {
    let mut bed = Bed::start(database).await;
    // The time of the first level is up when its copies become due, so that each pages the second.
    let path = bed.path(5).await;
    let source = bed.begun(&path, "source").await;
    bed.execute(&format!("update escalations set due_at = null where id = '{source}'"), None).await;
    let empty = bed.memory().0;
    let far = chrono::Utc::now().timestamp() + 36_000;
    let began = Instant::now();
    let copies: Vec<_> = ids(WAITING, 1)
        .into_iter()
        .map(|(id, at)| json!({"id": id, "at": at, "like": source, "due": far, "path": path}))
        .collect();
    bed.copy(&copies).await;
    bed.analyze().await;
    println!("  filled in {:.0} s", began.elapsed().as_secs_f64());
    // Those that become due one after the other. What is due in the list of ids is due from here on.
    let from = chrono::Utc::now().timestamp() + 6;
    for (second, some) in (from..).zip(copies[..ONE_BY_ONE].chunks(A_SECOND)) {
        let (first, last) = (some[0]["id"].as_str().unwrap(), some[some.len() - 1]["id"].as_str().unwrap());
        let query = format!("update escalations set due_at = {second} where id between '{first}' and '{last}'");
        bed.execute(&query, None).await;
    }
    let taken = "select count(*) from escalation_inputs";
    let before = bed.numbers(taken).await[0];
    let wanted = before + i64::try_from(ONE_BY_ONE).unwrap();
    wait(&mut bed, taken, wanted).await;
    let mut late: Vec<f64> = bed
        .numbers(&format!("select recorded_at - due_at * 1000 from escalation_inputs where due_at >= {from}"))
        .await
        .into_iter()
        .map(|late| f64::from(i32::try_from(late).unwrap_or(i32::MAX)))
        .collect();
    late.sort_by(f64::total_cmp);
    println!(
        "  {A_SECOND} a second become due: woken up p50 {:.0} ms, p99 {:.0} ms after it (goal: p99 under 1000)",
        part(&late, 0.5),
        part(&late, 0.99)
    );
    println!("  memory {} MB; {empty} MB with none", bed.memory().0);

    let due = chrono::Utc::now().timestamp() + 8;
    bed.execute(&format!("update escalations set due_at = {due} where due_at = {far}"), None).await;
    let left = WAITING - ONE_BY_ONE;
    let before = bed.numbers(taken).await[0];
    while chrono::Utc::now().timestamp() < due {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (began, busy) = (Instant::now(), bed.busy());
    wait(&mut bed, taken, before + i64::try_from(left).unwrap()).await;
    let seconds = began.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "few")]
    let rate = left as f64 / seconds;
    println!(
        "  {left} due in the same second: {seconds:.1} s, {rate:.0} transitions a second (goal on PostgreSQL: 2000)"
    );
    wait(&mut bed, "select -count(*) from deliveries where status = 'waiting'", 0).await;
    println!("  all of their pages sent after {:.1} s", began.elapsed().as_secs_f64());
    #[allow(clippy::cast_precision_loss, reason = "few")]
    let each = |now: f64, before: f64| (now - before) / left as f64;
    let now = bed.busy();
    let (ours, theirs) = (each(now.0, busy.0), each(now.1, busy.1));
    println!(
        "  each, with its page, keeps a processor busy for {ours:.2} ms in the server and {theirs:.2} ms in the database: \
         {processors} processors that do nothing else manage {most:.0} a second",
        processors = processors(),
        most = f64::from(u32::try_from(processors()).unwrap()) * 1_000.0 / (ours + theirs)
    );
    println!("  memory at most {} MB", bed.memory().1);
}

/// Until a query gives at least this.
async fn wait(bed: &mut Bed, query: &str, least: i64) {
    let until = Instant::now() + Duration::from_secs(600);
    while bed.numbers(query).await[0] < least {
        assert!(Instant::now() < until, "{query} never gives {least}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn growth(database: Option<&str>) {
    let mut bed = Bed::start(database).await;
    let path = bed.path(3_600).await;
    let triggered = bed.begun(&path, "source-triggered").await;
    let (cancelled, acked) = (bed.begun(&path, "source-cancelled").await, bed.begun(&path, "source-acked").await);
    let act = async |id: &str, action: &str, body: Value| {
        let url = format!("{}/v2/escalations/{id}/actions/{action}", bed.base);
        assert!(bed.client.post(url).json(&body).send().await.unwrap().status().is_success());
    };
    act(&cancelled, "cancel", json!({})).await;
    act(&acked, "respond", json!({"response": "ack"})).await;
    let far = chrono::Utc::now().timestamp() + 360_000;
    // The newest first in time is the last in the list, so what is added later is older.
    let most = *STORED.last().unwrap();
    let mut all: Vec<_> = ids(most, 30_000);
    all.reverse();
    let copies: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(number, (id, at))| {
            let like = [&triggered, &acked, &cancelled, &cancelled, &cancelled][number % 5];
            let due = (number % 5 == 0).then_some(far);
            let alert = (number % 3 == 0).then(|| format!("alert-{}", number / 3));
            json!({"id": id, "at": at, "like": like, "due": due, "path": format!("path-{}", number % 50), "alert": alert,
                "incident": format!("incident-{}", number % 1_000), "key": format!("key-{number:07}")})
        })
        .collect();
    let (middle, since) = (&all[400].0, chrono::DateTime::from_timestamp_millis(all[200].1.cast_signed()).unwrap());
    let since = since.format("%Y-%m-%dT%H:%M:%SZ");
    let lists: [(&str, String); 14] = [
        ("all", String::new()),
        ("further on", format!("after={middle}")),
        ("status, many", "status[one_of]=cancelled".to_string()),
        ("status, none", "status[one_of]=snoozed".to_string()),
        ("not of a status", "status[not_in]=cancelled".to_string()),
        ("path", "escalation_path[one_of]=path-7".to_string()),
        ("not of a path", "escalation_path[not_in]=path-7".to_string()),
        ("path and status", "escalation_path[one_of]=path-7&status[one_of]=cancelled".to_string()),
        ("alert", "alert[one_of]=alert-100".to_string()),
        ("incident", "incident[one_of]=incident-7".to_string()),
        ("created since", format!("created_at[gte]={since}")),
        ("updated since", format!("updated_at[gte]={since}")),
        ("key", "idempotency_key[is]=key-0000100".to_string()),
        ("key begins with", "idempotency_key[starts_with]=key-00001".to_string()),
    ];
    let mut told = vec![Vec::new(); lists.len() + 1];
    let mut there = 0;
    for count in STORED {
        let began = Instant::now();
        bed.copy(&copies[there..count]).await;
        bed.analyze().await;
        there = count;
        eprintln!("    {count} are stored, the last of them in {:.0} s", began.elapsed().as_secs_f64());
        for (index, (_, query)) in lists.iter().enumerate() {
            told[index].push(read(&bed, &format!("/v2/escalations?{query}")).await);
        }
        told[lists.len()].push(read(&bed, &format!("/v2/escalations/{middle}")).await);
    }
    println!("  {:<18} {}", "", STORED.map(|count| format!("{count:>16}")).join(""));
    for (name, told) in lists.iter().map(|(name, _)| *name).chain(["one"]).zip(told) {
        let told = told.into_iter().map(|(median, slow)| format!("{:>16}", format!("{median:.1} ({slow:.1})")));
        println!("  {name:<18} {}", told.collect::<String>());
    }
    println!("  memory {} MB", bed.memory().0);
}

/// How long one client waits for an answer: the median, and below which 95 of 100 are, in ms.
async fn read(bed: &Bed, url: &str) -> (f64, f64) {
    let mut took = Vec::new();
    let url: Arc<str> = format!("{}{url}", bed.base).into();
    for _ in 0..READ {
        let began = Instant::now();
        let answer = bed.client.get(&*url).send().await.unwrap();
        let status = answer.status();
        let _read = answer.bytes().await.unwrap();
        assert!(status.is_success(), "{url}: {status}");
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    (part(&took, 0.5), part(&took, 0.95))
}
