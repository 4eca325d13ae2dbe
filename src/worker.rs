//! A worker: this very program once more, without a page. What may take longer than a frame is asked of it, so that
//! nobody who types waits for a proof. It works in slices, and hears in between what was asked since. Where there can be
//! none the page does the same work itself, in slices between two frames.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use escalation_editor::work::{Outbox, Request, Response, WorkerState, world_text};
use escalation_engine::Index;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, WorkerOptions, WorkerType};

use crate::clock;
use crate::later;
use crate::program;

/// So many workers may fail one after the other before the page does the work itself.
const MOST_FAILURES: u32 = 3;

/// Where there is no worker: so long nothing may have been asked before the page works.
const REST: Duration = Duration::from_millis(120);

/// Where there is no worker: so long the page works before it looks whether there is something to draw, in milliseconds.
const MAX_BUSY: f64 = 8.0;

/// What a worker says that has failed, in place of a number.
const FAILED: &str = "failed";

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
    /// What is not answered yet, at most one for each purpose.
    waiting: Vec<Job>,
}

struct Job {
    number: u32,
    what: For,
    index: Arc<Index>,
    question: Request,
    /// When it was begun.
    since: f64,
    then: Then,
}

enum Backend {
    NotTried,
    Worker(Box<Connection>),
    Page(Box<WorkerState>),
}

/// A worker, and what it knows.
struct Connection {
    worker: web_sys::Worker,
    /// The world that it has.
    world: Option<Arc<Index>>,
    outbox: Outbox,
    _hears: Closure<dyn Fn(MessageEvent)>,
    _fails: Closure<dyn Fn()>,
}

impl Background {
    /// No worker yet: it is begun when it is needed.
    pub fn new() -> Self {
        let gave_up = ArcRwSignal::new(false);
        let inner = Inner { way: Backend::NotTried, failures: 0, asked: 0, gave_up, waiting: Vec::new() };
        let background = Self(StoredValue::new_local(inner));
        on_cleanup(move || background.stop());
        background
    }

    /// Ends the worker, and asks nothing any more: whoever wanted to know is gone.
    fn stop(self) {
        self.0.try_update_value(|inner| {
            inner.waiting.clear();
            if let Backend::Worker(connection) = std::mem::replace(&mut inner.way, Backend::NotTried) {
                connection.worker.set_onmessage(None);
                connection.worker.set_onerror(None);
                connection.worker.terminate();
            }
        });
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
        let on_page = self.0.try_update_value(|inner| {
            inner.asked += 1;
            inner.waiting.retain(|waiting| waiting.what != what);
            let since = clock::milliseconds();
            let job = Job { number: inner.asked, what, index, question, since, then: Box::new(then) };
            inner.begin(self);
            inner.way.send(&job);
            inner.waiting.push(job);
            inner.is_page().then_some(inner.asked)
        });
        if let Some(Some(asked)) = on_page {
            self.rest(asked);
        }
    }

    /// Has the page work once nothing else was asked for a while: what was changed is drawn first, and what is typed
    /// meanwhile goes first, too.
    fn rest(self, asked: u32) {
        request_animation_frame(move || {
            let work = move || {
                self.0.try_update_value(|inner| {
                    let since = clock::milliseconds();
                    inner.waiting.iter_mut().for_each(|job| job.since = since);
                });
                self.work_here(asked);
            };
            set_timeout(work, REST);
        });
    }

    /// Works in the page, unless something was asked since.
    fn work_here(self, asked: u32) {
        let until = clock::milliseconds() + MAX_BUSY;
        loop {
            let done = self.0.try_update_value(|inner| match &mut inner.way {
                Backend::Page(state) if inner.asked == asked && state.is_busy() => Some(state.advance()),
                _ => None,
            });
            let Some(Some(done)) = done else { return };
            if let Some((number, reply)) = done {
                self.hear(number, reply);
            }
            if clock::milliseconds() >= until {
                return set_timeout(move || self.work_here(asked), Duration::ZERO);
            }
        }
    }

    /// A reply, by the number of its question.
    fn hear(self, number: u32, reply: Response) {
        let job = self.0.try_update_value(|inner| {
            inner.failures = 0;
            let position = inner.waiting.iter().position(|job| job.number == number)?;
            Some(inner.waiting.remove(position))
        });
        // Nobody waits for any other.
        if let Some(Some(job)) = job {
            (job.then)(reply, clock::milliseconds() - job.since);
        }
    }

    /// Whether a question with this number is not answered yet.
    fn waits_for(self, number: u32) -> bool {
        self.0.try_with_value(|inner| inner.waiting.iter().any(|job| job.number == number)) == Some(true)
    }

    /// The worker has failed: the next one does what it should have done. Where several fail one after the other the
    /// page does it.
    fn fail(self) {
        let gave_up = self.0.try_update_value(|inner| {
            if let Backend::Worker(connection) = &inner.way {
                connection.worker.terminate();
            }
            inner.failures += 1;
            let gives_up = inner.failures >= MOST_FAILURES;
            inner.way = if gives_up { Backend::Page(Box::default()) } else { Backend::NotTried };
            if !inner.waiting.is_empty() {
                inner.begin(self);
                let Inner { way, waiting, .. } = inner;
                waiting.iter().for_each(|job| way.send(job));
            }
            inner.is_page().then(|| (inner.gave_up.clone(), inner.asked))
        });
        if let Some(Some((gave_up, asked))) = gave_up {
            gave_up.set(true);
            self.rest(asked);
        }
    }
}

impl Inner {
    /// Begins a worker unless there is one; whether there is one then.
    fn begin(&mut self, background: Background) -> bool {
        if matches!(self.way, Backend::NotTried) {
            self.way = worker(background).unwrap_or_else(|_| Backend::Page(Box::default()));
        }
        matches!(self.way, Backend::Worker(_))
    }

    fn is_page(&self) -> bool {
        matches!(self.way, Backend::Page(_))
    }
}

impl Backend {
    /// Asks a question. What is not known yet of its world and its path is said first.
    fn send(&mut self, job: &Job) {
        match self {
            Self::NotTried => {}
            Self::Worker(connection) => {
                let Connection { worker, world, outbox, .. } = &mut **connection;
                let tell = |message: &[JsValue]| {
                    let _closed = worker.post_message(&message.iter().collect::<Array>());
                };
                if !world.as_ref().is_some_and(|known| Arc::ptr_eq(known, &job.index)) {
                    tell(&["set_world".into(), world_text(job.index.world()).into()]);
                    *world = Some(job.index.clone());
                }
                tell(&["ask".into(), outbox.write(&job.question).into(), (job.what as u32).into(), job.number.into()]);
            }
            Self::Page(state) => {
                state.set_index(job.index.clone());
                let _has_world = state.ask(job.question.clone(), job.what as u32, job.number);
            }
        }
    }
}

/// A worker with this program in it. The compiled program is handed over, so that it is neither loaded nor compiled again.
fn worker(background: Background) -> Result<Backend, JsValue> {
    let here = program::address();
    let script = web_sys::Url::new_with_base("worker.js", &here)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = begun(&script.href(), &options)?;
    let hears = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        // What has no number is no reply.
        let Ok(message) = event.data().dyn_into::<Array>() else { return };
        let first = message.get(0);
        if first.as_string().as_deref() == Some(FAILED) {
            return background.fail();
        }
        let Some(number) = first.as_f64() else { return };
        match message.get(1).as_string().and_then(|text| Response::from_text(&text)) {
            Some(reply) => background.hear(number as u32, reply),
            // Nobody waits for any other.
            None if background.waits_for(number as u32) => background.fail(),
            None => {}
        }
    });
    let fails = Closure::<dyn Fn()>::new(move || background.fail());
    worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
    worker.set_onerror(Some(fails.as_ref().unchecked_ref()));
    worker.post_message(&Array::of2(&JsValue::from_str(&here), &wasm_bindgen::module()))?;
    let (world, outbox) = (None, Outbox::default());
    Ok(Backend::Worker(Box::new(Connection { worker, world, outbox, _hears: hears, _fails: fails })))
}

/// A worker with a script. One of another site may not begin: the page begins one that has that script run.
fn begun(script: &str, options: &WorkerOptions) -> Result<web_sys::Worker, JsValue> {
    let own = window().location().origin()?;
    if script.starts_with(&format!("{own}/")) {
        return web_sys::Worker::new_with_options(script, options);
    }
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let text = JsValue::from_str(&format!("import {};", js_sys::JSON::stringify(&JsValue::from_str(script))?));
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&Array::of1(&text), &kind)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let worker = web_sys::Worker::new_with_options(&address, options);
    web_sys::Url::revoke_object_url(&address)?;
    worker
}

thread_local! {
    /// In the worker: what it was sent and is at work on.
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

/// Takes a question in place of the one of its kind that is not answered yet; nothing where there is no world yet, or the
/// text is no question.
pub fn hear(text: &str, kind: u32, number: u32) -> Option<()> {
    DESK.with(|desk| desk.borrow_mut().hear(text, kind, number))
}

/// Does a slice of what was asked: the number of a question and its reply, once that is there.
pub fn work() -> Option<(u32, String)> {
    DESK.with(|desk| desk.borrow_mut().advance()).map(|(number, reply)| (number, reply.to_text()))
}

/// Whether something is left to do.
pub fn has_work() -> bool {
    DESK.with(|desk| desk.borrow().is_busy())
}

/// In the worker: takes a question in place of the one of its kind that is not answered yet.
///
/// # Errors
/// Where there is no world yet, or the text is no question.
#[wasm_bindgen]
pub fn ask(text: &str, kind: u32, number: u32) -> Result<(), JsValue> {
    untrack(later::rest).and_then(|rest| (rest.hear)(text, kind, number)).ok_or(JsValue::UNDEFINED)
}

/// In the worker: does a slice of what was asked. The number of a question and its reply, once that is there.
#[wasm_bindgen]
pub fn advance() -> JsValue {
    match untrack(later::rest).and_then(|rest| (rest.work)()) {
        Some((number, reply)) => Array::of2(&number.into(), &reply.into()).into(),
        None => JsValue::UNDEFINED,
    }
}

/// In the worker: whether something is left to do.
#[wasm_bindgen]
pub fn is_busy() -> bool {
    untrack(later::rest).is_some_and(|rest| (rest.has_work)())
}
