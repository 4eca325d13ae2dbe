//! How often each caller may ask, as the vendor has it: a bucket of requests that fills continuously, and a smaller one of
//! new escalations. Whoever asks too often is told when to try again, and so is whoever asks too much at once.
//!
//! A caller is an API key, whoever has signed in, or whoever the user header names; without any of these it is the network
//! that the request came from. What pages people without being asked by a caller, an alert's event or the link in a mail,
//! is not counted: it has bounds of its own.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use tokio::time::Instant;

use crate::access::{self, Identity};
use crate::addresses::{is_event, is_of_the_api};
use crate::connections::Client;
use crate::error::ApiError;
use crate::rights::{START, begins_escalation};

/// In how long an empty bucket is full again.
const WINDOW: Duration = Duration::from_secs(60);
/// The most callers that are told apart. What is known of one is forgotten once its buckets are full.
const MAX_CALLERS: usize = 10_000;
/// How many requests of one caller are worked on at once, where it is known who they are. For those who are not, the
/// connections of an address are limited.
const MAX_AT_ONCE: usize = 64;
/// How often it is looked for such.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How much each caller may ask in a minute; `None`: as much as they like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    /// Requests of any kind.
    pub(crate) requests: Option<NonZeroU32>,
    /// Those that begin an escalation, which count as requests, too.
    pub(crate) escalations: Option<NonZeroU32>,
}

/// Who asks, as far as it is told apart where requests are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// By the id of an API key.
    Key(String),
    /// By the id of the account.
    Account(String),
    Named(String),
    From(Option<Client>),
    /// All those for whom there is no room.
    Others,
}

impl Caller {
    /// Who sends a request.
    pub(crate) fn of(request: &Request) -> Self {
        let asking = request.extensions().get::<access::Caller>();
        match asking.map(|asking| &asking.identity) {
            Some(Identity::Key { id, .. }) => Self::Key(id.clone()),
            Some(Identity::Session { account_id, .. }) => Self::Account(account_id.clone()),
            Some(Identity::Person(name)) => Self::Named(name.clone()),
            // Whoever tries keys is counted by where they are.
            _ => Self::From(request.extensions().get::<Client>().copied()),
        }
    }
}

/// When the buckets of a caller are full again, since the limiter began. That says how much is in them, too.
#[derive(Debug, Clone, Copy, Default)]
struct Buckets {
    requests: Duration,
    escalations: Duration,
}

/// What a caller has left of the limit that binds it first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowance {
    limit: u32,
    remaining: u32,
    /// Until the bucket is full again.
    full_in: Duration,
    /// Until one more request is allowed: nothing where this one is.
    wait: Duration,
    /// All limits that applied.
    all: Vec<u32>,
}

#[derive(Debug, Default)]
struct Callers {
    buckets: BTreeMap<Caller, Buckets>,
    swept: Duration,
}

/// Counts what is asked.
#[derive(Debug)]
pub(crate) struct Limiter {
    rates: Rates,
    most: usize,
    began: Instant,
    callers: Mutex<Callers>,
    under_way: Arc<UnderWay>,
}

/// How many requests of each caller are worked on.
#[derive(Debug, Default)]
struct UnderWay(Mutex<BTreeMap<Caller, usize>>);

impl UnderWay {
    /// Takes on one more; nothing where there are too many.
    fn begin(self: &Arc<Self>, caller: Caller) -> Option<Turn> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(caller.clone()).or_default();
        if *count >= MAX_AT_ONCE {
            return None;
        }
        *count += 1;
        Some(Turn { caller, of: Arc::clone(self) })
    }
}

/// One request that is worked on. It counts until it is dropped.
#[derive(Debug)]
struct Turn {
    caller: Caller,
    of: Arc<UnderWay>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut counts = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.caller) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}

/// The time that one request takes up in a bucket of so many, and all of it.
fn times(limit: NonZeroU32) -> (Duration, Duration) {
    let one = WINDOW / limit.get();
    (one, one * limit.get())
}

/// What is left in a bucket if one more is taken out of it, and when it would be full then.
fn taken(limit: NonZeroU32, full_at: Duration, now: Duration) -> (Allowance, Duration) {
    let (one, all) = times(limit);
    let after = full_at.max(now) + one;
    let used = after - now;
    let allowance = |used: Duration, wait| {
        let spent = u32::try_from(used.as_nanos().div_ceil(one.as_nanos().max(1))).unwrap_or(u32::MAX);
        let remaining = limit.get().saturating_sub(spent);
        Allowance { limit: limit.get(), remaining, full_in: used, wait, all: vec![limit.get()] }
    };
    if used <= all { (allowance(used, Duration::ZERO), after) } else { (allowance(used - one, used - all), full_at) }
}

impl Limiter {
    pub(crate) fn new(rates: Rates) -> Self {
        Self { rates, most: MAX_CALLERS, began: Instant::now(), callers: Mutex::default(), under_way: Arc::default() }
    }

    /// Counts a request at an instant, if it is allowed. Nothing where nothing is counted.
    fn take(&self, caller: Caller, begins: bool, now: Instant) -> Option<Allowance> {
        let now = now.saturating_duration_since(self.began);
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let place = callers.place(caller, self.most, now);
        let requests = self.rates.requests.map(|limit| taken(limit, place.requests, now));
        let escalations = self.rates.escalations.filter(|_| begins).map(|limit| taken(limit, place.escalations, now));
        let both = || requests.iter().chain(&escalations);
        let all = both().map(|(allowance, _)| allowance.limit).collect();
        // Whichever lets one ask again last, or has the least left.
        let binding = both().max_by_key(|(one, _)| (one.wait, std::cmp::Reverse(one.remaining)))?;
        let binding = Allowance { all, ..binding.0.clone() };
        if binding.wait.is_zero() {
            place.requests = requests.map_or(place.requests, |(_, after)| after);
            place.escalations = escalations.map_or(place.escalations, |(_, after)| after);
        }
        Some(binding)
    }
}

impl Callers {
    /// The buckets of a caller; a full one where nothing is known of it.
    fn place(&mut self, caller: Caller, most: usize, now: Duration) -> &mut Buckets {
        if self.buckets.len() >= most && now.saturating_sub(self.swept) >= SWEEP_EVERY {
            self.swept = now;
            self.buckets.retain(|_, buckets| buckets.requests > now || buckets.escalations > now);
        }
        let has_room = self.buckets.len() < most || self.buckets.contains_key(&caller);
        self.buckets.entry(if has_room { caller } else { Caller::Others }).or_default()
    }
}

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const USED: HeaderName = HeaderName::from_static("x-ratelimit-used");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

impl Allowance {
    /// Says it in the headers of an answer.
    fn tell(&self, headers: &mut HeaderMap, now: DateTime<Utc>) {
        let all: String = self.all.iter().map(|limit| format!(", {limit};window={}", WINDOW.as_secs())).collect();
        if let Ok(limit) = HeaderValue::from_str(&format!("{}{all}", self.limit)) {
            headers.insert(LIMIT, limit);
        }
        headers.insert(REMAINING, self.remaining.into());
        headers.insert(USED, (self.limit - self.remaining.min(self.limit)).into());
        headers.insert(RESET, (now + self.full_in).timestamp().saturating_add(1).into());
    }

    /// The refusal of the caller with this name.
    fn refusal(&self, name: &str, now: DateTime<Utc>) -> ApiError {
        // Whole seconds, after which it is allowed for certain.
        let seconds = u32::try_from(self.wait.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u32::MAX).max(1);
        let at = now + Duration::from_secs(seconds.into());
        ApiError::too_many_requests(name, self.limit, seconds, &at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

/// Refuses what is asked too often, and says with each answer what is left.
pub(crate) async fn check(State(limiter): State<Arc<Limiter>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Whoever is sent to their provider is kept, too.
    if !(is_of_the_api(path) || path == START) || is_event(path) {
        return next.run(request).await;
    }
    let asking = request.extensions().get::<access::Caller>();
    let name = asking.and_then(access::Caller::name).unwrap_or("api").to_string();
    let caller = Caller::of(&request);
    let _turn = match &caller {
        Caller::Key(_) | Caller::Account(_) | Caller::Named(_) => match limiter.under_way.begin(caller.clone()) {
            Some(turn) => Some(turn),
            None => return ApiError::too_many_at_once(MAX_AT_ONCE).into_response(),
        },
        Caller::From(_) | Caller::Others => None,
    };
    let Some(allowance) = limiter.take(caller, begins_escalation(&request), Instant::now()) else {
        return next.run(request).await;
    };
    let mut response = if allowance.wait.is_zero() {
        next.run(request).await
    } else {
        allowance.refusal(&name, Utc::now()).into_response()
    };
    allowance.tell(response.headers_mut(), Utc::now());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limiter(requests: u32, escalations: u32) -> Limiter {
        Limiter::new(Rates { requests: NonZeroU32::new(requests), escalations: NonZeroU32::new(escalations) })
    }

    fn named(name: &str) -> Caller {
        Caller::Named(name.to_string())
    }

    #[test]
    fn a_bucket_holds_a_minute_and_fills_continuously() {
        for limit in [1, 7, 60, 1_200, 999_999] {
            let limiter = limiter(limit, 0);
            let now = limiter.began + SECOND;
            for left in (0..limit).rev().take(2_000) {
                let taken = limiter.take(named("a"), false, now).unwrap();
                assert_eq!((taken.wait, taken.remaining), (Duration::ZERO, left), "{limit}");
            }
            if limit > 2_000 {
                continue;
            }
            let (one, all) = times(NonZeroU32::new(limit).unwrap());
            let refused = limiter.take(named("a"), false, now).unwrap();
            assert_eq!((refused.wait, refused.remaining, refused.full_in), (one, 0, all), "{limit}");
            // Being refused takes nothing away, and others have buckets of their own.
            assert_eq!(limiter.take(named("a"), false, now).unwrap().wait, one);
            assert_eq!(limiter.take(named("b"), false, now).unwrap().remaining, limit - 1);
            let just_before = one - Duration::from_nanos(1);
            assert!(!limiter.take(named("a"), false, now + just_before).unwrap().wait.is_zero());
            assert!(limiter.take(named("a"), false, now + one).unwrap().wait.is_zero());
            assert!(!limiter.take(named("a"), false, now + one).unwrap().wait.is_zero());
            // No more is saved up than a bucket holds.
            let later = now + 10 * WINDOW;
            let full = (0..=limit).filter(|_| limiter.take(named("a"), false, later).unwrap().wait.is_zero());
            assert_eq!(full.count(), limit as usize);
        }
    }

    #[test]
    fn what_begins_an_escalation_counts_in_both() {
        let limiter = limiter(10, 2);
        let now = limiter.began;
        let first = limiter.take(named("a"), true, now).unwrap();
        assert_eq!((first.limit, first.remaining, first.all), (2, 1, vec![10, 2]));
        assert_eq!(limiter.take(named("a"), true, now).unwrap().remaining, 0);
        let refused = limiter.take(named("a"), true, now).unwrap();
        assert_eq!((refused.limit, refused.wait), (2, 30 * SECOND));
        let other = limiter.take(named("a"), false, now).unwrap();
        assert_eq!((other.limit, other.remaining, other.all), (10, 7, vec![10]));
        for _ in 0..7 {
            assert!(limiter.take(named("a"), false, now).unwrap().wait.is_zero());
        }
        // Whichever is empty refuses, and of two that are the one that fills later.
        let both = limiter.take(named("a"), true, now).unwrap();
        assert_eq!((both.limit, both.wait), (2, 30 * SECOND));
        let both = limiter.take(named("a"), true, now + 29 * SECOND).unwrap();
        assert_eq!((both.limit, both.wait), (2, SECOND));
    }

    #[test]
    fn one_caller_has_a_bounded_number_of_requests_under_way() {
        let under_way = Arc::new(UnderWay::default());
        let mut turns: Vec<_> = (0..MAX_AT_ONCE).map(|_| under_way.begin(named("a")).unwrap()).collect();
        assert!(under_way.begin(named("a")).is_none());
        // Others are not held up, and nothing is kept of those who have none.
        drop(under_way.begin(named("b")).unwrap());
        assert_eq!(under_way.0.lock().unwrap().len(), 1);
        turns.pop();
        assert!(under_way.begin(named("a")).is_some());
        drop(turns);
        assert!(under_way.0.lock().unwrap().is_empty());
    }

    #[test]
    fn limits_can_be_switched_off() {
        let now = Instant::now();
        assert_eq!(limiter(0, 0).take(named("a"), true, now), None);
        assert_eq!(limiter(0, 60).take(named("a"), false, now), None);
        assert_eq!(limiter(0, 60).take(named("a"), true, now).unwrap().all, [60]);
    }

    #[test]
    fn callers_are_forgotten_once_their_buckets_are_full_and_never_too_many_are_kept() {
        let limiter = Limiter { most: 3, ..limiter(60, 0) };
        let began = limiter.began + 2 * SECOND;
        for name in ["a", "b", "c", "d", "e"] {
            limiter.take(named(name), false, began);
        }
        let known = |limiter: &Limiter| limiter.callers.lock().unwrap().buckets.len();
        // The last two share a bucket.
        assert_eq!(known(&limiter), 4);
        assert_eq!(limiter.take(named("f"), false, began).unwrap().remaining, 57);
        assert_eq!(limiter.take(named("a"), false, began).unwrap().remaining, 58);
        // A second fills up one request of 60 a minute.
        let later = began + SECOND;
        assert_eq!(limiter.take(named("g"), false, later).unwrap().remaining, 59);
        assert_eq!(known(&limiter), 3);
        assert_eq!(limiter.take(named("a"), false, later).unwrap().remaining, 58);
    }
}
