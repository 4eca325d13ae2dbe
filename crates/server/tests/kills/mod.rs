//! Servers that are killed again and again while escalations run, and what must hold of all that is stored afterwards.

#![allow(dead_code, reason = "each file uses a part")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{self, database};
use crate::replay_of;

/// How many share the work, where they can.
const SHARING: usize = 3;
const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
/// The seed of a run is random, unless this says which: to have the kills where they were.
const SEED: &str = "ESCALATION_TEST_SEED";
/// When somebody answers, after the beginning. By then the first is paged, and not all levels are over.
const ANSWERED_AFTER: Duration = Duration::from_millis(2_500);
/// How many escalations are looked through at once.
const AT_ONCE: usize = 4;

/// How much is begun, and killed.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Escalations.
    pub(crate) count: usize,
    pub(crate) kills: u64,
    /// Between two beginnings.
    pub(crate) apart: Duration,
    /// Between two kills, in milliseconds: at least, and how much more at most.
    pub(crate) between: (u64, u64),
    /// All of it, at most.
    pub(crate) patience: Duration,
}

/// What has come of it. That nothing was lost or doubled is not told: it would have failed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) seed: u64,
    pub(crate) servers: usize,
    /// How many escalations ended how.
    pub(crate) ended: BTreeMap<&'static str, usize>,
    pub(crate) steps: usize,
    pub(crate) sent: usize,
    /// How many of those were sent more than once.
    pub(crate) sent_again: usize,
    pub(crate) dropped: usize,
    /// How late the latest timer was, in seconds.
    pub(crate) latest: i64,
    /// Until nothing ran any more, and until all was looked through.
    pub(crate) ran: Duration,
    pub(crate) took: Duration,
}

/// A server as a process, and what it has said.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    /// Starts it, and again where it ends at once, as its database may be away.
    fn start(folder: &Path, said: &Arc<Mutex<Vec<String>>>, until: Instant) -> Self {
        loop {
            if let Some(started) = Self::started(folder, said) {
                return started;
            }
            assert!(Instant::now() < until, "the server does not start: {:#?}", said.lock().unwrap().last());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn started(folder: &Path, said: &Arc<Mutex<Vec<String>>>) -> Option<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
        command
            .args(["--requests-per-minute", "0", "--escalations-per-minute", "0"])
            .args(["--listen", "127.0.0.1:0", "--app"])
            .arg(common::app(folder))
            .arg("--data")
            .arg(folder.join("data"));
        if let Some(database) = database::address(folder) {
            command.env("ESCALATION_DATABASE", database);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let said = Arc::clone(said);
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                said.lock().unwrap().push(line);
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            child.wait().unwrap();
            return None;
        }
        let base = line.trim().rsplit(' ').next().unwrap().trim_end_matches('/').to_string();
        assert!(base.starts_with("http://"), "{line}");
        Some(Self { child, base })
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Where the servers are now, for clients that try until they are answered: each time by the next.
#[derive(Clone)]
struct Addresses {
    all: Arc<Mutex<Vec<String>>>,
    next: Arc<AtomicUsize>,
}

impl Addresses {
    fn next(&self) -> String {
        let all = self.all.lock().unwrap();
        all[self.next.fetch_add(1, Ordering::Relaxed) % all.len()].clone()
    }
}

#[derive(Clone)]
struct Caller {
    client: Client,
    addresses: Addresses,
    until: Instant,
}

impl Caller {
    /// Sends a request until it is answered, whatever was killed meanwhile.
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        loop {
            assert!(Instant::now() < self.until, "{method} {path} was never answered");
            let base = self.addresses.next();
            let mut request = self.client.request(method.clone(), format!("{base}{path}"));
            if let Some(body) = body {
                request = request.json(body);
            }
            if let Ok(response) = request.send().await {
                let status = response.status();
                if let Ok(text) = response.text().await
                    && status != StatusCode::SERVICE_UNAVAILABLE
                {
                    return (status, serde_json::from_str(&text).unwrap_or_default());
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body:#}");
        body
    }
}

/// Two levels of a second each, again and again.
fn path() -> Value {
    let level = |id: &str, user: &str| {
        json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 1, "targets": [
            {"type": "user", "id": user, "urgency": "high"}]}})
    };
    let repeat = json!({"id": "r", "type": "repeat", "repeat": {"to_node": "a", "repeat_times": 7}});
    json!({"name": "Again", "path": [level("a", MAYA), level("b", TOM), repeat]})
}

/// Numbers that look random and are the same for the same seed.
struct Numbers(u64);

impl Numbers {
    /// By the seed that the environment names, or by any.
    fn seeded() -> (u64, Self) {
        let named = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
        let any = || u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos());
        let seed = named.unwrap_or_else(any);
        (seed, Self(seed))
    }

    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Starts servers, begins escalations, kills servers, and looks at all that is left of it. `tell` is told of each kill.
pub(crate) async fn play(plan: &Plan, tell: impl Fn(&str)) -> Outcome {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let (seed, mut numbers) = Numbers::seeded();
    tell(&format!("{SEED}={seed}"));
    let (began, until) = (Instant::now(), Instant::now() + plan.patience);
    let mut folders = vec![TempDir::new().unwrap()];
    let said = Arc::new(Mutex::new(Vec::new()));
    // Before there is anything in it.
    if database::address(folders[0].path()).is_some() {
        for _ in 1..SHARING {
            folders.push(database::copied(folders[0].path()).await);
        }
    }
    // All at once, of which one makes the tables.
    let starting: Vec<_> = folders
        .iter()
        .map(|folder| {
            let (folder, said) = (folder.path().to_path_buf(), Arc::clone(&said));
            std::thread::spawn(move || Process::start(&folder, &said, until))
        })
        .collect();
    let mut processes: Vec<_> = starting.into_iter().map(|process| process.join().unwrap()).collect();
    let bases = processes.iter().map(|process| process.base.clone()).collect();
    let addresses = Addresses { all: Arc::new(Mutex::new(bases)), next: Arc::default() };
    let client = Client::builder().pool_max_idle_per_host(0).timeout(Duration::from_secs(10)).build().unwrap();
    let caller = Caller { client, addresses: addresses.clone(), until };
    let (_, made) = caller.call(Method::POST, "/v2/escalation_paths", Some(&path())).await;
    let path = made["escalation_path"]["id"].as_str().unwrap().to_string();

    // Begun, and some of them ended, while servers are killed.
    let beginners: Vec<_> =
        (0..plan.count).map(|number| tokio::spawn(begin(caller.clone(), path.clone(), number, plan.apart))).collect();
    for kill in 1..=plan.kills {
        tokio::time::sleep(Duration::from_millis(plan.between.0 + numbers.next(plan.between.1))).await;
        let which = usize::try_from(numbers.next(folders.len() as u64)).unwrap();
        processes[which].kill();
        tell(&format!("kill {kill} of {}", plan.kills));
        processes[which] = Process::start(folders[which].path(), &said, until);
        addresses.all.lock().unwrap()[which].clone_from(&processes[which].base);
    }
    let mut expected = BTreeMap::new();
    for beginner in beginners {
        let (id, status) = beginner.await.unwrap();
        assert!(expected.insert(id, status).is_none(), "two were begun as one");
    }
    // Until nothing runs any more, and all is sent.
    for waits in
        ["/v2/escalations?status[one_of]=pending&status[one_of]=triggered", "/builder/v1/deliveries?status=waiting"]
    {
        loop {
            assert!(Instant::now() < until, "{waits}");
            let left = caller.get(waits).await;
            let list = left.get("escalations").or_else(|| left.get("deliveries")).unwrap();
            if list.as_array().unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let ran = began.elapsed();
    tell("nothing runs any more");

    let found = listed(&caller).await;
    let found: BTreeMap<_, _> = found.iter().map(|(id, status)| (id.clone(), status.as_str())).collect();
    assert_eq!(found, expected, "none is lost and none is doubled");
    let mut outcome = Outcome { seed, servers: processes.len(), ran, ..Outcome::default() };
    let mut ids = BTreeSet::new();
    let mut sent = BTreeSet::new();
    let all: Vec<_> = expected.into_iter().collect();
    for some in all.chunks(AT_ONCE) {
        let looking = some.iter().map(|(id, status)| seen(&caller, id, status));
        for (seen, (id, status)) in futures_util::future::join_all(looking).await.into_iter().zip(some) {
            *outcome.ended.entry(*status).or_default() += 1;
            outcome.steps += seen.steps;
            outcome.latest = outcome.latest.max(seen.latest);
            outcome.dropped += seen.dropped;
            for (delivery, is_sent) in seen.deliveries {
                if is_sent {
                    sent.insert(delivery.clone());
                }
                assert!(ids.insert(delivery), "{id} has a delivery of another");
            }
        }
    }
    // By SIGTERM it ends by itself, and in time.
    for process in &mut processes {
        let asked = Instant::now();
        let id = process.child.id();
        assert!(Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap().success());
        assert!(process.child.wait().unwrap().success());
        assert!(asked.elapsed() < Duration::from_secs(10));
    }
    let mut lines = BTreeMap::<String, usize>::new();
    for line in said.lock().unwrap().iter() {
        if let Some(id) = line.split("delivery=\"").nth(1).and_then(|rest| rest.split('"').next())
            && line.contains(" said=")
        {
            *lines.entry(id.to_string()).or_default() += 1;
        }
    }
    let unsent: Vec<_> = sent.iter().filter(|id| !lines.contains_key(*id)).collect();
    assert!(unsent.is_empty(), "never sent: {unsent:?}");
    outcome.sent = sent.len();
    outcome.sent_again = lines.values().filter(|count| **count > 1).count();
    outcome.took = began.elapsed();
    outcome
}

/// Begins an escalation when its time has come, and answers some of them. Gives its id, and how it ends.
async fn begin(caller: Caller, path: String, number: usize, apart: Duration) -> (String, &'static str) {
    tokio::time::sleep(apart * u32::try_from(number).unwrap()).await;
    let key = format!("key-{number}");
    let body = json!({"idempotency_key": key, "title": key, "escalation_path_id": path});
    let (status, made) = caller.call(Method::POST, "/v2/escalations", Some(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made:#}");
    let id = made["escalation"]["id"].as_str().unwrap().to_string();
    let (action, body) = match number % 5 {
        0 => ("respond", json!({"response": "ack"})),
        1 => ("cancel", json!({})),
        _ => return (id, "expired"),
    };
    tokio::time::sleep(ANSWERED_AFTER).await;
    let url = format!("/v2/escalations/{id}/actions/{action}");
    let (status, body) = caller.call(Method::POST, &url, Some(&body)).await;
    // Answered twice, because the first answer was lost, it is no conflict.
    assert_eq!(status, StatusCode::OK, "{body:#}");
    (id, if action == "cancel" { "cancelled" } else { "acked" })
}

/// All escalations with their status.
async fn listed(caller: &Caller) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = caller.get(&format!("/v2/escalations?page_size=50&after={after}")).await;
        for one in page["escalations"].as_array().unwrap() {
            let text = |field: &str| one[field].as_str().unwrap().to_string();
            assert!(found.insert(text("id"), text("status")).is_none());
        }
        match page["pagination_meta"]["after"].as_str() {
            Some(next) => after = next.to_string(),
            None => return found,
        }
    }
}

/// What is stored of one escalation.
struct Seen {
    steps: usize,
    latest: i64,
    dropped: usize,
    /// Whether each was sent.
    deliveries: Vec<(String, bool)>,
}

/// Looks through one escalation, which ended with this status: each step follows from what is recorded, and each page has
/// one delivery, which was sent if nobody answered.
async fn seen(caller: &Caller, id: &str, status: &str) -> Seen {
    let (stored, replayed) = replay_of::steps(id, async |url| caller.get(&url).await).await;
    assert_eq!(stored, replayed, "{id}");
    let trace = caller.get(&format!("/builder/v1/escalations/{id}")).await;
    assert_eq!(trace["escalation"]["set_aside"], Value::Null);
    let steps = trace["steps"].as_array().unwrap();
    let pages = steps.iter().filter(|step| step["step"] == "paged").count();
    let late = steps.iter().filter_map(|step| step["late_seconds"].as_i64());
    let mut seen = Seen { steps: steps.len(), latest: late.max().unwrap_or(0), dropped: 0, deliveries: Vec::new() };
    for delivery in trace["deliveries"].as_array().unwrap() {
        let is_sent = delivery["status"] == "sent";
        if !is_sent {
            // What a killed process had taken waits for a while, until the escalation may be answered or cancelled.
            assert!(status != "expired" && delivery["status"] == "dropped", "{delivery:#}");
            assert!(delivery["error"].as_str().unwrap().contains("by then"), "{delivery:#}");
            seen.dropped += 1;
        }
        seen.deliveries.push((delivery["id"].as_str().unwrap().to_string(), is_sent));
    }
    assert_eq!(seen.deliveries.len(), pages, "one for each page");
    seen
}
