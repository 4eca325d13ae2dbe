//! A worker: this very program once more, without a page. What may take longer than a frame is asked of it, so that
//! nobody who types waits for a proof. Where there can be none the page does the same work itself, between two frames.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use escalation_editor::work::{Desk, Question, Reply, world_text};
use escalation_engine::Index;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, WorkerOptions, WorkerType};

use crate::clock;

/// A worker that is busy for longer with what nobody wants to know any more is replaced by a new one, in milliseconds.
const TOO_LONG: f64 = 200.0;

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
type Then = Box<dyn FnOnce(Reply, f64)>;

/// The way to the worker.
#[derive(Clone, Copy)]
pub struct Background(StoredValue<Inner, LocalStorage>);

struct Inner {
    way: Way,
    /// The world that the worker has.
    sent: Option<Arc<Index>>,
    waiting: Vec<Job>,
    busy: Option<Busy>,
}

struct Job {
    what: For,
    index: Arc<Index>,
    question: Question,
    then: Then,
}

struct Busy {
    what: For,
    since: f64,
    /// Nothing if nobody waits for it any more.
    job: Option<Job>,
}

enum Way {
    NotTried,
    Worker { worker: web_sys::Worker, _hears: Closure<dyn Fn(MessageEvent)>, _fails: Closure<dyn Fn()> },
    Page,
}

impl Background {
    /// No worker yet: it is begun when it is needed.
    pub fn new() -> Self {
        let inner = Inner { way: Way::NotTried, sent: None, waiting: Vec::new(), busy: None };
        Self(StoredValue::new_local(inner))
    }

    /// Whether there is a worker, so that what takes long holds nobody up.
    pub fn is_there(self) -> bool {
        self.0.try_update_value(|inner| inner.begin(self)).unwrap_or(false)
    }

    /// Has a question about a world answered, and tells the reply. If something else is asked for the same before it is
    /// there, it is never told.
    pub fn ask(self, what: For, index: Arc<Index>, question: Question, then: impl FnOnce(Reply, f64) + 'static) {
        let job = Job { what, index, question, then: Box::new(then) };
        self.0.update_value(|inner| {
            inner.waiting.retain(|waiting| waiting.what != what);
            let at = inner.waiting.iter().position(|waiting| waiting.what > what).unwrap_or(inner.waiting.len());
            inner.waiting.insert(at, job);
            let Some(busy) = inner.busy.as_mut().filter(|busy| busy.what == what) else { return };
            busy.job = None;
            if let Way::Worker { worker, .. } = &inner.way
                && clock::milliseconds() - busy.since > TOO_LONG
            {
                worker.terminate();
                inner.busy = None;
                inner.way = Way::NotTried;
            }
        });
        self.next();
    }

    /// Goes on with what waits.
    fn next(self) {
        let here = self.0.try_update_value(|inner| {
            if inner.busy.is_some() || inner.waiting.is_empty() {
                return false;
            }
            let has_worker = inner.begin(self);
            let job = inner.waiting.remove(0);
            if let Way::Worker { worker, .. } = &inner.way {
                let tell = |name: &str, text: &str| {
                    let _closed = worker.post_message(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(text)));
                };
                if !inner.sent.as_ref().is_some_and(|sent| Arc::ptr_eq(sent, &job.index)) {
                    tell("set_world", &world_text(job.index.world()));
                    inner.sent = Some(job.index.clone());
                }
                tell("reply", &job.question.to_text());
            }
            inner.busy = Some(Busy { what: job.what, since: clock::milliseconds(), job: Some(job) });
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

    fn hear(self, reply: Reply) {
        let busy = self.0.try_update_value(|inner| inner.busy.take()).flatten();
        if let Some(Busy { since, job: Some(job), .. }) = busy {
            (job.then)(reply, clock::milliseconds() - since);
        }
        self.next();
    }

    /// The worker cannot be had, or has failed: the page does what it would have done.
    fn give_up(self) {
        self.0.update_value(|inner| {
            if let Way::Worker { worker, .. } = &inner.way {
                worker.terminate();
            }
            inner.way = Way::Page;
            if let Some(job) = inner.busy.take().and_then(|busy| busy.job) {
                inner.waiting.insert(0, job);
            }
        });
        self.next();
    }
}

impl Inner {
    /// Begins a worker unless there is one; whether there is one then.
    fn begin(&mut self, background: Background) -> bool {
        if matches!(self.way, Way::NotTried) {
            self.sent = None;
            self.way = worker(background).unwrap_or(Way::Page);
        }
        matches!(self.way, Way::Worker { .. })
    }
}

/// A worker with this program in it. The compiled program is handed over, so that it is neither loaded nor compiled again.
fn worker(background: Background) -> Result<Way, JsValue> {
    let here = ADDRESS.with(String::clone);
    let script = web_sys::Url::new_with_base("worker.js", &here)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = web_sys::Worker::new_with_options(&script.href(), &options)?;
    let hears = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match event.data().as_string().and_then(|text| Reply::from_text(&text)) {
            Some(reply) => background.hear(reply),
            None => background.give_up(),
        }
    });
    let fails = Closure::<dyn Fn()>::new(move || background.give_up());
    worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
    worker.set_onerror(Some(fails.as_ref().unchecked_ref()));
    worker.post_message(&Array::of2(&JsValue::from_str(&here), &wasm_bindgen::module()))?;
    Ok(Way::Worker { worker, _hears: hears, _fails: fails })
}

#[wasm_bindgen]
extern "C" {
    /// Where the JavaScript of this program is.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static ADDRESS: String;
}

thread_local! {
    /// In the worker: what it was sent.
    static DESK: RefCell<Desk> = RefCell::default();
}

/// In the worker: takes the world that questions are about from now on.
///
/// # Errors
/// Where the text is no world.
#[wasm_bindgen]
pub fn set_world(text: &str) -> Result<(), JsValue> {
    let taken = DESK.with(|desk| desk.borrow_mut().set_world(text));
    taken.map_err(|error| JsValue::from_str(&error.to_string()))
}

/// In the worker: the reply to a question.
///
/// # Errors
/// Where there is no world yet, or the text is no question.
#[wasm_bindgen]
pub fn reply(text: &str) -> Result<String, JsValue> {
    DESK.with(|desk| desk.borrow().reply(text)).ok_or(JsValue::UNDEFINED)
}
