//! A worker: this very program once more, without a page. What may take longer than a frame is asked of it, so that
//! nobody who types waits for a proof. Where there can be none the page does the same work itself, between two frames.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use escalation_editor::work::{Request, Response, WorkerState, world_text};
use escalation_engine::Index;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, WorkerOptions, WorkerType};

use crate::clock;
use crate::later;

/// A worker that is busy for longer with what nobody wants to know any more, or with what can wait for what was asked
/// since, is replaced by a new one, in milliseconds.
const TOO_LONG: u32 = 200;

/// So many workers may fail one after the other before the page does the work itself.
const MOST_FAILURES: u32 = 3;

/// Where there is no worker: so long nothing may have been asked before the page works.
const REST: Duration = Duration::from_millis(120);

/// What a reply is for. What is asked takes the place of what was asked for the same before. The first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum For {
    /// Whether what is expected holds, and what follows from that.
    Expectations,
    /// Whether it held when the path was last saved.
    Saved,
    /// The review before a save: what changes for people.
    Review,
    /// The review before a save: when nobody is paged.
    Gaps,
}

/// Is given the reply, and how many milliseconds it took.
type Then = Box<dyn FnOnce(Response, f64)>;

/// The way to the worker.
#[derive(Clone, Copy)]
pub struct Background(StoredValue<Inner, LocalStorage>);

struct Inner {
    way: Backend,
    /// How many workers have failed since one has replied.
    failures: u32,
    /// How many questions were asked so far: each has a number of its own, which its reply has, too.
    asked: u32,
    /// Whether workers have failed so often that the page does the work.
    gave_up: ArcRwSignal<bool>,
    /// The world that the worker has.
    sent: Option<Arc<Index>>,
    waiting: Vec<Job>,
    busy: Option<Busy>,
}

struct Job {
    what: For,
    index: Arc<Index>,
    question: Request,
    then: Then,
}

struct Busy {
    number: u32,
    what: For,
    since: f64,
    /// Nothing if nobody waits for it any more.
    job: Option<Job>,
}

enum Backend {
    NotTried,
    Worker { worker: web_sys::Worker, _hears: Closure<dyn Fn(MessageEvent)>, _fails: Closure<dyn Fn()> },
    Page,
}

impl Background {
    /// No worker yet: it is begun when it is needed.
    pub fn new() -> Self {
        let inner = Inner {
            way: Backend::NotTried,
            failures: 0,
            asked: 0,
            gave_up: ArcRwSignal::new(false),
            sent: None,
            waiting: Vec::new(),
            busy: None,
        };
        Self(StoredValue::new_local(inner))
    }

    /// Whether workers have failed so often that the page does the work.
    pub fn gave_up(self) -> bool {
        self.0.with_value(|inner| inner.gave_up.clone()).get()
    }

    /// Whether there is a worker, so that what takes long holds nobody up.
    pub fn is_there(self) -> bool {
        self.0.try_update_value(|inner| inner.begin(self)).unwrap_or(false)
    }

    /// Has a question about a world answered, and tells the reply. If something else is asked for the same before it is
    /// there, it is never told.
    pub fn ask(self, what: For, index: Arc<Index>, question: Request, then: impl FnOnce(Response, f64) + 'static) {
        let job = Job { what, index, question, then: Box::new(then) };
        self.0.update_value(|inner| {
            inner.waiting.retain(|waiting| waiting.what != what);
            inner.wait(job);
            if let Some(busy) = inner.busy.as_mut().filter(|busy| busy.what == what) {
                busy.job = None;
            }
        });
        self.pre_empt();
        self.next();
    }

    /// Replaces a worker that is busy for too long with what has become less urgent; looks again if it may become so.
    fn pre_empt(self) {
        let look_again = self.0.try_update_value(|inner| {
            let Some(busy) = &inner.busy else { return None };
            let is_urgent = busy.job.is_none() || inner.waiting.iter().any(|waiting| waiting.what < busy.what);
            let Backend::Worker { worker, .. } = &inner.way else { return None };
            if !is_urgent {
                return None;
            }
            if clock::milliseconds() - busy.since <= f64::from(TOO_LONG) {
                return Some(busy.number);
            }
            worker.terminate();
            inner.way = Backend::NotTried;
            // What is still wanted is asked again, in its turn.
            if let Some(job) = inner.busy.take().and_then(|busy| busy.job) {
                inner.wait(job);
            }
            None
        });
        if let Some(Some(number)) = look_again {
            let look = move || {
                let is_busy = |inner: &Inner| inner.busy.as_ref().is_some_and(|busy| busy.number == number);
                if self.0.try_with_value(is_busy) == Some(true) {
                    self.pre_empt();
                    self.next();
                }
            };
            set_timeout(look, Duration::from_millis(u64::from(TOO_LONG) + 1));
        }
    }

    /// Goes on with what waits.
    fn next(self) {
        let here = self.0.try_update_value(|inner| {
            if inner.busy.is_some() || inner.waiting.is_empty() {
                return false;
            }
            let has_worker = inner.begin(self);
            let job = inner.waiting.remove(0);
            inner.asked += 1;
            let number = inner.asked;
            if let Backend::Worker { worker, .. } = &inner.way {
                let tell = |name: &str, text: &str| {
                    let message = [JsValue::from_str(name), JsValue::from_str(text), JsValue::from(number)];
                    let _closed = worker.post_message(&message.iter().collect::<Array>());
                };
                if !inner.sent.as_ref().is_some_and(|sent| Arc::ptr_eq(sent, &job.index)) {
                    tell("set_world", &world_text(job.index.world()));
                    inner.sent = Some(job.index.clone());
                }
                tell("reply", &job.question.to_text());
            }
            inner.busy = Some(Busy { number, what: job.what, since: clock::milliseconds(), job: Some(job) });
            !has_worker
        });
        if here == Some(true) {
            // What was changed is drawn first, and what is typed meanwhile goes first, too.
            request_animation_frame(move || set_timeout(move || self.work_here(), REST));
        }
    }

    fn work_here(self) {
        let job = self.0.try_update_value(|inner| inner.busy.as_mut().and_then(|busy| busy.job.take())).flatten();
        let reply = job.map(|job| {
            let since = clock::milliseconds();
            (job.question.reply(&job.index), clock::milliseconds() - since, job.then)
        });
        self.0.update_value(|inner| inner.busy = None);
        if let Some((reply, took, then)) = reply {
            then(reply, took);
        }
        self.next();
    }

    /// A reply, by the number of its question; nothing where the worker could not give one.
    fn hear(self, number: u32, reply: Option<Response>) {
        let heard = self.0.try_update_value(|inner| {
            let busy = inner.busy.take_if(|busy| busy.number == number)?;
            if reply.is_some() {
                inner.failures = 0;
            }
            Some(busy)
        });
        // Nobody waits for any other.
        let Some(Some(busy)) = heard else { return };
        match (reply, busy) {
            (Some(reply), Busy { since, job: Some(job), .. }) => {
                (job.then)(reply, clock::milliseconds() - since);
                self.next();
            }
            (Some(_), _) => self.next(),
            (None, busy) => self.fail(busy.job),
        }
    }

    /// The worker has failed: the next one does what it should have done. Where several fail one after the other the
    /// page does it.
    fn fail(self, job: Option<Job>) {
        let gave_up = self.0.try_update_value(|inner| {
            if let Backend::Worker { worker, .. } = &inner.way {
                worker.terminate();
            }
            inner.failures += 1;
            let gives_up = inner.failures >= MOST_FAILURES;
            inner.way = if gives_up { Backend::Page } else { Backend::NotTried };
            let job = job.or_else(|| inner.busy.take().and_then(|busy| busy.job));
            inner.busy = None;
            if let Some(job) = job {
                inner.wait(job);
            }
            gives_up.then(|| inner.gave_up.clone())
        });
        if let Some(Some(gave_up)) = gave_up {
            gave_up.set(true);
        }
        self.next();
    }
}

impl Inner {
    /// Has a job wait in its turn, unless a newer one for the same waits.
    fn wait(&mut self, job: Job) {
        if self.waiting.iter().all(|waiting| waiting.what != job.what) {
            let at = self.waiting.iter().position(|waiting| waiting.what > job.what).unwrap_or(self.waiting.len());
            self.waiting.insert(at, job);
        }
    }

    /// Begins a worker unless there is one; whether there is one then.
    fn begin(&mut self, background: Background) -> bool {
        if matches!(self.way, Backend::NotTried) {
            self.sent = None;
            self.way = worker(background).unwrap_or(Backend::Page);
        }
        matches!(self.way, Backend::Worker { .. })
    }
}

/// A worker with this program in it. The compiled program is handed over, so that it is neither loaded nor compiled again.
fn worker(background: Background) -> Result<Backend, JsValue> {
    let here = ADDRESS.with(String::clone);
    let script = web_sys::Url::new_with_base("worker.js", &here)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = web_sys::Worker::new_with_options(&script.href(), &options)?;
    let hears = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        // What has no number is no reply.
        let Ok(message) = event.data().dyn_into::<Array>() else { return };
        let Some(number) = message.get(0).as_f64() else { return };
        let reply = message.get(1).as_string().and_then(|text| Response::from_text(&text));
        background.hear(number as u32, reply);
    });
    let fails = Closure::<dyn Fn()>::new(move || background.fail(None));
    worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
    worker.set_onerror(Some(fails.as_ref().unchecked_ref()));
    worker.post_message(&Array::of2(&JsValue::from_str(&here), &wasm_bindgen::module()))?;
    Ok(Backend::Worker { worker, _hears: hears, _fails: fails })
}

#[wasm_bindgen]
extern "C" {
    /// Where the JavaScript of this program is.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static ADDRESS: String;
}

thread_local! {
    /// In the worker: what it was sent.
    static DESK: RefCell<WorkerState> = RefCell::default();
}

/// In the worker: takes the world that questions are about from now on.
///
/// # Errors
/// Where the text is no world.
#[wasm_bindgen]
pub fn set_world(text: &str) -> Result<(), JsValue> {
    let rest = untrack(later::rest).ok_or(JsValue::UNDEFINED)?;
    (rest.set_world)(text).map_err(|error| JsValue::from_str(&error))
}

/// In the worker: loads what it takes to answer.
///
/// # Errors
/// Where that does not come.
#[wasm_bindgen]
pub async fn prepare() -> Result<(), JsValue> {
    if later::load_for_worker().await { Ok(()) } else { Err(JsValue::UNDEFINED) }
}

/// Takes the world that questions are about.
pub fn take_world(text: &str) -> Result<(), String> {
    DESK.with(|desk| desk.borrow_mut().set_world(text)).map_err(|error| error.to_string())
}

/// The reply to a question; nothing where there is no world, or the text is no question.
pub fn answer(text: &str) -> Option<String> {
    DESK.with(|desk| desk.borrow().reply(text))
}

/// The name of this program's script, which no other version has.
pub fn program() -> String {
    ADDRESS.with(String::clone).rsplit('/').next().unwrap_or_default().to_string()
}

/// In the worker: the reply to a question.
///
/// # Errors
/// Where there is no world yet, or the text is no question.
#[wasm_bindgen]
pub fn reply(text: &str) -> Result<String, JsValue> {
    untrack(later::rest).and_then(|rest| (rest.reply)(text)).ok_or(JsValue::UNDEFINED)
}
