//! What is counted and measured, in the text that Prometheus reads (OpenMetrics).

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// How late timers may be, in seconds: the upper ends of the buckets.
const LATENESS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];
/// How long requests take, in seconds.
const DURATIONS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// A request that was answered. Addresses are not told apart: there are as many as there are ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: Method,
    /// Of the status of the answer.
    status: u16,
}

/// The methods that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(clippy::upper_case_acronyms, reason = "labels are as they are written")]
enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    OTHER,
}

impl From<&axum::http::Method> for Method {
    fn from(method: &axum::http::Method) -> Self {
        match method.as_str() {
            "GET" => Self::GET,
            "HEAD" => Self::HEAD,
            "POST" => Self::POST,
            "PUT" => Self::PUT,
            "DELETE" => Self::DELETE,
            _ => Self::OTHER,
        }
    }
}

/// A delivery that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tried {
    kind: String,
    /// `sent`, `again`, `dropped` or `dead`.
    result: &'static str,
}

/// How a request went that was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It was done.
    Answered,
    /// It was refused, as is said.
    Refused,
    /// The other side asks to wait.
    Busy,
    /// The other side could not do it, as it says.
    Failed,
    /// Nobody answered, or something that is no answer.
    Lost,
    /// Something else than the API answered, or more than is passed on.
    Unusable,
}

/// Requests that were passed on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PassedOn {
    result: &'static str,
}

/// Deliveries of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: String,
}

/// What the database and the engine are like at an instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings {
    /// How many escalations have a timer that is due.
    pub(crate) due: i64,
    /// For how long the first of them has been, in seconds.
    pub(crate) oldest_due: i64,
    /// How many were set aside.
    pub(crate) set_aside: i64,
    /// How many deliveries wait, by kind.
    pub(crate) waiting: Vec<(String, i64)>,
    /// How many deliveries are not tried any more.
    pub(crate) dead: i64,
}

/// All that is counted and measured in this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Histogram,
    transitions: Counter,
    stuck: Counter,
    lateness: Histogram,
    deliveries: Family<Tried, Counter>,
    upstream: Family<PassedOn, Counter>,
    is_up: Gauge,
    due: Gauge,
    oldest_due: Gauge,
    set_aside: Gauge,
    waiting: Family<OfKind, Gauge>,
    dead: Gauge,
    cycle_age: Gauge<f64, AtomicU64>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Nothing is counted yet. What belongs to an engine is there only where one runs.
    pub(crate) fn new(has_engine: bool) -> Self {
        let mut all = Self {
            registry: Registry::with_prefix("escalation"),
            requests: Family::default(),
            durations: Histogram::new(DURATIONS),
            transitions: Counter::default(),
            stuck: Counter::default(),
            lateness: Histogram::new(LATENESS),
            deliveries: Family::default(),
            upstream: Family::default(),
            is_up: Gauge::default(),
            due: Gauge::default(),
            oldest_due: Gauge::default(),
            set_aside: Gauge::default(),
            waiting: Family::default(),
            dead: Gauge::default(),
            cycle_age: Gauge::default(),
        };
        let own = &mut all.registry;
        own.register("http_requests", "Requests answered", all.requests.clone());
        own.register("http_request_duration_seconds", "Time until the head of an answer", all.durations.clone());
        if has_engine {
            own.register("transitions", "Changes of escalations", all.transitions.clone());
            own.register(
                "stuck",
                "Escalations that page nobody any more, as what follows is unknown",
                all.stuck.clone(),
            );
            own.register("timer_lateness_seconds", "How long after it was due a timer ran", all.lateness.clone());
            own.register("deliveries", "Deliveries tried", all.deliveries.clone());
            own.register("database_up", "Whether the database could be read for this scrape", all.is_up.clone());
            own.register("due", "Escalations with a timer that is due now", all.due.clone());
            own.register("oldest_due_seconds", "For how long the first timer has been due", all.oldest_due.clone());
            own.register("set_aside", "Escalations that are not run, as a step of them failed", all.set_aside.clone());
            own.register("deliveries_waiting", "Deliveries that wait to be sent", all.waiting.clone());
            own.register("deliveries_dead", "Deliveries that are not tried any more", all.dead.clone());
            own.register("engine_cycle_age_seconds", "Since the engine last looked for timers", all.cycle_age.clone());
        } else {
            own.register("upstream_requests", "Requests to the API behind this server", all.upstream.clone());
        }
        all
    }

    /// A request was passed on.
    pub(crate) fn passed_on(&self, result: Passed) {
        let result = match result {
            Passed::Answered => "answered",
            Passed::Refused => "refused",
            Passed::Busy => "busy",
            Passed::Failed => "failed",
            Passed::Lost => "lost",
            Passed::Unusable => "unusable",
        };
        self.upstream.get_or_create(&PassedOn { result }).inc();
    }

    /// A request was answered.
    pub(crate) fn answered(&self, method: &axum::http::Method, status: u16, took: Duration) {
        self.requests.get_or_create(&Answered { method: method.into(), status }).inc();
        self.durations.observe(took.as_secs_f64());
    }

    /// What follows in an escalation is not known, so it pages nobody any more.
    pub(crate) fn stuck(&self) {
        self.stuck.inc();
    }

    /// An escalation has changed; by a timer that ran so many milliseconds after it was due, if one did.
    pub(crate) fn changed(&self, late: Option<i64>) {
        self.transitions.inc();
        if let Some(late) = late {
            let late = u64::try_from(late).unwrap_or_default();
            self.lateness.observe(Duration::from_millis(late).as_secs_f64());
        }
    }

    /// A delivery was tried.
    pub(crate) fn tried(&self, kind: &str, result: &'static str) {
        self.deliveries.get_or_create(&Tried { kind: kind.to_string(), result }).inc();
    }

    /// Everything as text, with what was read for it; nothing where the database could not be read.
    pub(crate) fn text(&self, readings: Option<&Readings>, cycle_age: Duration) -> String {
        self.is_up.set(readings.is_some().into());
        self.cycle_age.set(cycle_age.as_secs_f64());
        if let Some(readings) = readings {
            self.due.set(readings.due);
            self.oldest_due.set(readings.oldest_due);
            self.set_aside.set(readings.set_aside);
            self.dead.set(readings.dead);
            self.waiting.clear();
            for (kind, count) in &readings.waiting {
                self.waiting.get_or_create(&OfKind { kind: kind.clone() }).set(*count);
            }
        }
        let mut text = String::new();
        let _infallible = encode(&mut text, &self.registry);
        text
    }
}
