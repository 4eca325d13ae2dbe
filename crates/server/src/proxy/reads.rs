//! What was read of late, for all who ask for the same: one request, however many are looking. While the API behind this
//! server is down, what it said last counts for a while, with its age.
//!
//! Everybody sees the same by the one key, so an answer is nobody's own. What somebody is about to change is always read
//! anew, and after each change everything is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use super::Answer;
use crate::error::ApiError;

/// For how long an answer counts while there is no newer one to be had.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// How many are kept, and how many bytes all of them may have; the oldest give way.
const MAX_KEPT: usize = 1_000;
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How many one of them may have.
const MAX_ONE: usize = MAX_BYTES / 8;

/// The addresses of what is changed one by one. The list of each is read by all.
const CHANGED: [&str; 3] = ["/v2/escalation_paths/", "/v2/escalation_path_templates/", "/v2/schedule_overrides/"];

/// Whether what is read at a path may be some seconds old.
pub(super) fn is_shared(path: &str) -> bool {
    !CHANGED.iter().any(|changed| path.starts_with(changed))
}

/// What was read of late.
pub(super) struct Reads {
    fresh: Duration,
    /// How many changes have begun or ended.
    changes: AtomicU64,
    /// How many requests have ended.
    ended: AtomicU64,
    kept: Mutex<BTreeMap<String, Kept>>,
}

struct Kept {
    slot: Slot,
    bytes: usize,
    used: Instant,
}

impl Kept {
    fn new(now: Instant) -> Self {
        Self { slot: Slot::default(), bytes: 0, used: now }
    }
}

/// Whoever locks it asks; the others take what came of it.
type Slot = Arc<tokio::sync::Mutex<Last>>;

#[derive(Default)]
struct Last {
    /// What came of asking last.
    asked: Option<Asked>,
    /// The last that was good, and how many changes there had been.
    good: Option<(Answer, u64)>,
}

struct Asked {
    answer: Result<Answer, ApiError>,
    /// Its place among all requests, by their end.
    end: u64,
    /// How many changes there had been when it began.
    changes: u64,
}

/// When somebody came: after so many changes, and after so many requests had ended.
#[derive(Clone, Copy)]
struct Came {
    changes: u64,
    ended: u64,
}

impl Last {
    /// What may be told to somebody.
    fn told(&self, came: Came, fresh: Duration) -> Option<Result<Answer, ApiError>> {
        let asked = self.asked.as_ref()?;
        // Who came while it was asked hears what came of it, whatever that is.
        let is_fresh = |answer: &Answer| answer.status == StatusCode::OK && answer.read_at.elapsed() < fresh;
        let is_new = asked.end > came.ended || asked.answer.as_ref().is_ok_and(is_fresh);
        (is_new && asked.changes >= came.changes).then(|| asked.answer.clone())
    }

    /// What counts in place of an answer that does not come.
    fn instead(&self, changes: u64) -> Option<Answer> {
        let (answer, of) = self.good.as_ref()?;
        let counts = *of >= changes && answer.read_at.elapsed() < MAX_AGE;
        counts.then(|| Answer { is_stale: true, ..answer.clone() })
    }
}

fn is_good(answer: &Result<Answer, ApiError>) -> bool {
    answer.as_ref().is_ok_and(|answer| answer.status == StatusCode::OK)
}

/// What came of reading.
pub(super) struct Read {
    pub(super) answer: Result<Answer, ApiError>,
    /// Whether the API does not answer, whatever is asked.
    pub(super) is_down: bool,
}

impl Reads {
    pub(super) fn new(fresh: Duration) -> Self {
        Self { fresh, changes: AtomicU64::new(0), ended: AtomicU64::new(0), kept: Mutex::default() }
    }

    /// A change begins or has ended: what was read before does not count any more.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// What is at an address: as it was read a moment ago, as it is being read, or as it is read now by `ask`. It is gone
    /// on with where the client goes away, as others may wait for it.
    pub(super) async fn read(
        self: &Arc<Self>,
        address: String,
        ask: impl Future<Output = Read> + Send + 'static,
    ) -> Result<Answer, ApiError> {
        let came = Came { changes: self.changes.load(Ordering::SeqCst), ended: self.ended.load(Ordering::SeqCst) };
        let slot = self.slot(&address);
        let reads = Arc::clone(self);
        let read = tokio::spawn(async move {
            let mut last = slot.lock().await;
            if let Some(told) = last.told(came, reads.fresh) {
                return told;
            }
            let changes = reads.changes.load(Ordering::SeqCst);
            let Read { mut answer, is_down } = ask.await;
            if is_down && let Some(instead) = last.instead(changes) {
                answer = Ok(instead);
            } else if is_good(&answer) {
                last.good = answer.as_ref().ok().map(|answer| (answer.without_headers(), changes));
            }
            reads.note(&address, answer.as_ref().map_or(0, |answer| answer.content.len()));
            // Whoever waits hears the same.
            let told = answer.as_ref().map(Answer::without_headers).map_err(Clone::clone);
            let end = reads.ended.fetch_add(1, Ordering::SeqCst) + 1;
            last.asked = Some(Asked { answer: told, end, changes });
            answer
        });
        read.await.map_err(|error| ApiError::internal(&error))?
    }

    fn slot(&self, address: &str) -> Slot {
        let mut kept = self.lock();
        let place = kept.entry(address.to_string()).or_insert_with(|| Kept::new(Instant::now()));
        place.used = Instant::now();
        let slot = Arc::clone(&place.slot);
        make_room(&mut kept);
        slot
    }

    /// Notes how large an answer is. One that is too large is for those alone who wait for it.
    fn note(&self, address: &str, bytes: usize) {
        let mut kept = self.lock();
        if bytes > MAX_ONE {
            kept.remove(address);
        } else if let Some(place) = kept.get_mut(address) {
            place.bytes = bytes;
        }
        make_room(&mut kept);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what was asked for longest ago, until the rest is few and small enough.
fn make_room(kept: &mut BTreeMap<String, Kept>) {
    while kept.len() > MAX_KEPT || kept.values().map(|place| place.bytes).sum::<usize>() > MAX_BYTES {
        let oldest = kept.iter().min_by_key(|(_, place)| place.used).map(|(address, _)| address.clone());
        let Some(oldest) = oldest else { break };
        kept.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use axum::http::HeaderMap;

    use super::*;

    const FRESH: Duration = Duration::from_secs(5);

    fn said(status: u16, content: impl Into<Vec<u8>>) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer {
            status,
            headers: HeaderMap::new(),
            content: content.into().into(),
            read_at: Instant::now(),
            is_stale: false,
        }
    }

    fn reads() -> Arc<Reads> {
        Arc::new(Reads::new(FRESH))
    }

    /// Reads, and says what came and whether it was asked for.
    async fn read(reads: &Arc<Reads>, answer: Result<Answer, ApiError>) -> (Result<String, String>, bool) {
        let count = Arc::new(AtomicUsize::new(0));
        let ask = {
            let count = Arc::clone(&count);
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(1)).await;
                let is_down = answer.is_err();
                Read { answer: answer.map(|answer| Answer { read_at: Instant::now(), ..answer }), is_down }
            }
        };
        let told = reads.read("/v2/users?".to_string(), ask).await;
        let told = told.map(|told| String::from_utf8(told.content.to_vec()).unwrap());
        (told.map_err(|error| error.code().to_string()), count.load(Ordering::SeqCst) > 0)
    }

    fn asked(text: &str) -> (Result<String, String>, bool) {
        (Ok(text.to_string()), true)
    }

    fn kept(text: &str) -> (Result<String, String>, bool) {
        (Ok(text.to_string()), false)
    }

    #[tokio::test(start_paused = true)]
    async fn what_many_ask_for_is_asked_for_once() {
        let reads = reads();
        let (one, other) = tokio::join!(read(&reads, Ok(said(200, "a"))), read(&reads, Ok(said(200, "b"))));
        assert_eq!((one, other), (asked("a"), kept("a")));
        assert_eq!(read(&reads, Ok(said(200, "c"))).await, kept("a"));
        tokio::time::advance(FRESH).await;
        assert_eq!(read(&reads, Ok(said(200, "d"))).await, asked("d"));
        // What went wrong is for those who waited for it.
        tokio::time::advance(FRESH).await;
        let (one, other) = tokio::join!(read(&reads, Ok(said(404, "no"))), read(&reads, Ok(said(200, "e"))));
        assert_eq!((one, other), (asked("no"), kept("no")));
        assert_eq!(read(&reads, Ok(said(200, "f"))).await, asked("f"));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_change_all_is_read_anew() {
        let reads = reads();
        assert_eq!(read(&reads, Ok(said(200, "before"))).await, asked("before"));
        // One that began before is not told to whoever comes after.
        tokio::time::advance(FRESH).await;
        let late = {
            let reads = Arc::clone(&reads);
            tokio::spawn(async move { read(&reads, Ok(said(200, "early"))).await })
        };
        tokio::task::yield_now().await;
        reads.changed();
        assert_eq!(read(&reads, Ok(said(200, "after"))).await, asked("after"));
        assert_eq!(late.await.unwrap(), asked("early"));
        reads.changed();
        let down = || Err(ApiError::unavailable("down", ""));
        assert_eq!(read(&reads, down()).await, (Err("down".to_string()), true), "what was before a change is gone");
    }

    #[tokio::test(start_paused = true)]
    async fn while_nothing_comes_the_last_counts_for_a_while() {
        let reads = reads();
        let down = || Err(ApiError::unavailable("down", ""));
        assert_eq!(read(&reads, down()).await, (Err("down".to_string()), true), "there was nothing before");
        assert_eq!(read(&reads, Ok(said(200, "a"))).await, asked("a"));
        tokio::time::advance(FRESH).await;
        let (one, other) = tokio::join!(read(&reads, down()), read(&reads, Ok(said(200, "b"))));
        assert_eq!((one, other), (asked("a"), kept("a")), "who waited hears the same");
        assert_eq!(read(&reads, Ok(said(200, "c"))).await, asked("c"), "and nobody else once it is back");
        // What is said about what was asked for is said, and what is old does not count for ever.
        for status in [403, 429, 500, 502] {
            tokio::time::advance(FRESH).await;
            assert_eq!(read(&reads, Ok(said(status, "no"))).await, asked("no"), "{status}");
        }
        tokio::time::advance(MAX_AGE).await;
        assert_eq!(read(&reads, down()).await, (Err("down".to_string()), true));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_is_kept_than_there_is_room_for() {
        let reads = reads();
        let read = async |address: String, size: usize| {
            tokio::time::advance(Duration::from_millis(1)).await;
            let answer = said(200, vec![b' '; size]);
            let told = reads.read(address, async move { Read { answer: Ok(answer), is_down: false } }).await;
            assert_eq!(told.unwrap().content.len(), size);
            let kept = reads.lock();
            (kept.len(), kept.values().map(|place| place.bytes).sum::<usize>())
        };
        assert_eq!(read("large".to_string(), MAX_ONE + 1).await, (0, 0));
        for count in 0..20 {
            let (_, bytes) = read(format!("{count}"), MAX_ONE).await;
            assert!(bytes <= MAX_BYTES);
        }
        assert!(reads.lock().contains_key("19") && !reads.lock().contains_key("0"));
        for count in 0..MAX_KEPT + 10 {
            assert!(read(format!("small {count}"), 1).await.0 <= MAX_KEPT);
        }
    }
}
