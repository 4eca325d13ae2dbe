//! The parts of the program that come after the first. The first shows a path; these change it, simulate it, list all
//! paths, and do what is seldom done. Each is loaded once, in the background, as soon as there is something to see.
//!
//! What the first part names, it has in it. So it names these tables of functions and nothing that is in them, and this
//! is the only file that says what is where.

#![cfg_attr(
    feature = "parts",
    allow(unsafe_code, reason = "the macro that marks where the program is divided writes foreign functions")
)]

mod gone;
mod held;

use std::cell::RefCell;
use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::changes::Change;
use escalation_editor::command::Command;
use escalation_editor::gone::RemovedNodes;
use escalation_editor::layout::{Rect, SlotMark};
use escalation_editor::play::Play;
use escalation_engine::calendar::Zone;
use escalation_engine::{CompiledPath, Index, Instant, Problem, Scenario, Trace, World};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;
use wasm_bindgen::JsValue;
use web_sys::KeyboardEvent;

use crate::clock;
use crate::editor::side::Side;
use crate::editor::state::Open;
use crate::embed::{EMBED, Embed};
use crate::list::row::Row;
use crate::panel::Tab;
use crate::route::Route;
use crate::session::{Given, Session};

pub use gone::GoneNote;
pub use held::hold_keys;

/// What changes a path.
pub struct Edit {
    /// The details.
    pub inspector: fn() -> AnyView,
    /// What a node says, for those who read.
    pub node_details: fn(String) -> AnyView,
    /// What the path says, for those who read.
    pub path_facts: fn() -> AnyView,
    /// What is looked for or pointed at in the drawing.
    pub finding: fn() -> AnyView,
    /// The places between nodes, and the marks on what is closed or gone.
    pub marks: fn(Memo<Rect>) -> AnyView,
    /// What lies above the drawing: all of it in a corner, shapes to begin with, and menus.
    pub menus: fn() -> AnyView,
    /// What lies above everything: the palette and the list of keys.
    pub palette: fn() -> AnyView,
    /// What is asked about a draft from an earlier visit.
    pub question: fn() -> AnyView,
    /// The list of what is wrong, which hangs on its button.
    pub problems: fn(NodeRef<html::Button>, Callback<()>) -> AnyView,
    /// The lines of the menu, which hangs on its button.
    pub menu: fn(NodeRef<html::Button>, Callback<()>) -> AnyView,
    /// What listens while a path is open.
    pub begin: fn(Open),
    /// Does what a key stands for.
    pub press: fn(Open, &KeyboardEvent, bool) -> bool,
    /// The same among the lanes and the steps of the simulation.
    pub press_in_simulation: fn(Open, &KeyboardEvent),
    /// Words with the key of an action.
    pub with_key: fn(&str, &str) -> String,
    /// What an action is called, with its key.
    pub hint: fn(&'static str) -> String,
    /// What is wrong with a path.
    pub check: fn(&str, &PathPayload, &Index) -> Vec<Problem>,
    /// Takes up a node, at a place of the frame.
    pub drag: fn(Open, &str, (f64, f64)),
    /// Lets go of it.
    pub drop: fn(Open),
    /// Makes a change.
    pub change: fn(Open, Command) -> Result<(), String>,
    /// Opens what can be done with the chosen nodes.
    pub open_for_chosen: fn(Open, Option<(i32, i32)>),
    /// Opens what can be put into a place.
    pub open_for_slot: fn(Open, &SlotMark),
}

static EDIT: Edit = Edit {
    inspector: || crate::inspector::Inspector().into_any(),
    node_details: |id| view! { <crate::inspector::NodeDetails id/> }.into_any(),
    path_facts: || crate::inspector::PathFacts().into_any(),
    finding: crate::canvas::finding,
    marks: crate::canvas::marks,
    menus: crate::canvas::menus,
    palette: crate::editor::palette_and_help,
    question: crate::editor::question,
    problems: |pill, close| view! { <crate::editor::problems::ProblemsList pill close/> }.into_any(),
    menu: |button, close| view! { <crate::editor::menu::Items button close/> }.into_any(),
    begin: crate::editor::begin_edit,
    press: crate::editor::actions::press,
    press_in_simulation: crate::editor::actions::press_in_simulation,
    with_key: crate::editor::actions::with_key,
    hint: crate::editor::actions::hint,
    check: escalation_engine::check,
    drag: crate::canvas::drag,
    drop: crate::canvas::drop,
    change: Open::change,
    open_for_chosen: crate::canvas::menu::open_for_chosen,
    open_for_slot: crate::canvas::menu::open_for_slot,
};

/// What simulates it.
pub struct Run {
    /// The panel below the graph.
    pub panel: fn() -> AnyView,
    /// What listens while a path is open.
    pub begin: fn(Open),
    /// Assumes what the address says.
    pub take_address: fn(Open),
    /// A path, ready to be walked.
    pub compile: fn(&str, &PathPayload, &Index) -> CompiledPath,
    /// What happens then.
    pub trace: fn(&CompiledPath, &Index, &Scenario) -> Trace,
    /// The same, ready to be drawn.
    pub play: fn(&Trace, &str, &Index) -> Play,
    /// The zone of a name.
    pub zone: fn(&str) -> Option<Zone>,
    /// Plays, or pauses.
    pub toggle: fn(Open),
    /// Goes to the next event or the one before, and says what happens there.
    pub step: fn(Open, bool),
}

static RUN: Run = Run {
    panel: || crate::panel::Panel().into_any(),
    begin: crate::simulate::begin,
    take_address: crate::simulate::share::take,
    compile: CompiledPath::new,
    trace: escalation_engine::simulate::trace,
    play: Play::new,
    zone: Zone::get,
    toggle: crate::simulate::playback::show_and_toggle,
    step: crate::simulate::playback::step_and_say,
};

/// What is seldom done, or takes long.
pub struct Rest {
    /// What a tab of the panel shows, other than the simulation.
    pub tab: fn(Tab) -> AnyView,
    /// What takes the place of the details.
    pub side: fn(Side) -> AnyView,
    /// What lies above everything: the import, and the page about a problem.
    pub dialogs: fn() -> AnyView,
    /// What is printed.
    pub printed: fn() -> AnyView,
    /// What listens while a path is open.
    pub begin: fn(Open),
    /// Reviews the path before it is saved.
    pub review: fn(Open),
    /// What is different between two states of a path.
    pub changes: fn(&PathPayload, &PathPayload, &Index) -> Vec<Change>,
    /// What the first of them has and the second has not.
    pub gone: fn(&PathPayload, &PathPayload, &Index) -> Vec<RemovedNodes>,
    /// Shows what was done since the path was opened.
    pub history: fn(Open),
    /// Shows what the path was before.
    pub revisions: fn(Open),
    /// Puts nodes or a whole path that are given as text where they belong.
    pub paste: fn(Open, &str),
    /// Takes a file that came in any way.
    pub take_file: fn(Open, Result<String, String>),
    /// What the path becomes outside.
    pub export: fn(Open, Export),
    /// Copies the address of what is chosen, or of what is assumed.
    pub copy_link: fn(Open, bool),
    /// Tells the page around an element what happens with the path.
    pub follow_for_host: fn(Open),
    /// Does something for it.
    pub act_for_host: fn(Open, &str, &JsValue) -> JsValue,
    /// What it has given in place of a server.
    pub given: fn(&Given) -> Result<World, String>,
    /// In a worker: takes the world that questions are about.
    pub set_world: fn(&str) -> Result<(), String>,
    /// In a worker: takes a question.
    pub hear: fn(&str, u32, u32) -> Option<()>,
    /// In a worker: does a slice of what was asked; the number of a question and its reply, once that is there.
    pub work: fn() -> Option<(u32, String)>,
    /// In a worker: whether something is left to do.
    pub has_work: fn() -> bool,
}

/// What a path can become outside.
#[derive(Debug, Clone, Copy)]
pub enum Export {
    /// As it is sent.
    Json,
    /// With what it stands in.
    Bundle,
    /// A picture.
    Svg,
    /// A picture of pixels.
    Png,
    /// On paper.
    Print,
}

static REST: Rest = Rest {
    tab: crate::panel::tab,
    side: crate::editor::side::content,
    dialogs: crate::editor::dialogs,
    printed: || crate::editor::transfer::Printed().into_any(),
    begin: crate::editor::begin_rest,
    review: crate::editor::review::ask,
    changes: escalation_editor::changes::changes,
    gone: escalation_editor::gone::gone,
    history: crate::editor::history::show,
    revisions: crate::editor::revisions::show,
    paste: crate::editor::clipboard::paste,
    take_file: crate::editor::transfer::take,
    export: crate::editor::transfer::export,
    copy_link: |open, assumed| {
        if assumed { crate::simulate::share::copy(open) } else { crate::editor::link::copy(open) }
    },
    follow_for_host: crate::embed::host::follow,
    act_for_host: crate::embed::host::act,
    given: crate::embed::host::given,
    set_world: crate::worker::take_world,
    hear: crate::worker::hear,
    work: crate::worker::work,
    has_work: crate::worker::has_work,
};

/// All paths.
pub struct Paths {
    /// The screen that lists them.
    pub screen: fn() -> AnyView,
    /// The screen that lists who changed what.
    pub audit: fn() -> AnyView,
    /// The screen that lists API keys and sessions.
    pub access: fn() -> AnyView,
    /// What their rows say.
    pub rows: fn(&Index, Instant) -> Vec<Arc<Row>>,
}

static PATHS: Paths = Paths {
    screen: || crate::list::PathsScreen().into_any(),
    audit: || crate::audit::AuditScreen().into_any(),
    access: || crate::access::AccessScreen().into_any(),
    rows: crate::list::row::of_organisation,
};

/// A part: there or not, and what waits for it.
pub struct Part<T: 'static> {
    there: ArcRwSignal<Option<&'static T>>,
    waiting: RefCell<Vec<(Open, Waiting<T>)>>,
}

type Waiting<T> = Box<dyn FnOnce(&'static T)>;

impl<T: Send + Sync> Part<T> {
    fn new() -> Self {
        Self { there: ArcRwSignal::new(None), waiting: RefCell::default() }
    }

    fn wait(&self, open: Open, then: Waiting<T>) {
        self.waiting.borrow_mut().push((open, then));
    }

    fn arrive(&self, part: &'static T) {
        self.there.set(Some(part));
        for (open, then) in self.waiting.take() {
            if open.is_there() {
                then(part);
            }
        }
    }
}

thread_local! {
    static IS_EDIT: Part<Edit> = Part::new();
    static IS_RUN: Part<Run> = Part::new();
    static IS_REST: Part<Rest> = Part::new();
    static IS_PATHS: Part<Paths> = Part::new();
    static IS_EMBED: Part<Embed> = Part::new();
}

/// Marks where the program is divided: what this function names, and nothing before it does, is in the part.
macro_rules! loads {
    ($load:ident, $part:ident, $table:ident: $of:ty, $is:ident, $get:ident $(, $with:ident)?) => {
        #[cfg(feature = "parts")]
        #[leptos::wasm_split::wasm_split($part, fallible, wasm_split_path = ::leptos::wasm_split)]
        fn $load() -> Result<&'static $of, SplitLoaderError> {
            Ok(&$table)
        }

        #[cfg(not(feature = "parts"))]
        async fn $load() -> Result<&'static $of, SplitLoaderError> {
            Ok(&$table)
        }

        /// The part, once it is there.
        pub fn $get() -> Option<&'static $of> {
            $is.with(|part| part.there.clone()).get()
        }

        $(
            /// Does something with the part for an open path: now if it is there, else as soon as it is, unless the path
            /// was left by then.
            pub fn $with(open: Open, then: impl FnOnce(&'static $of) + 'static) {
                match untrack($get) {
                    Some(part) => then(part),
                    None => $is.with(|part| part.wait(open, Box::new(then))),
                }
            }
        )?
    };
}

loads!(load_edit, edit, EDIT: Edit, IS_EDIT, edit, with_edit);
loads!(load_run, run, RUN: Run, IS_RUN, run, with_run);
loads!(load_rest, rest, REST: Rest, IS_REST, rest, with_rest);
loads!(load_paths, paths, PATHS: Paths, IS_PATHS, paths);
loads!(load_embed, embed, EMBED: Embed, IS_EMBED, embed);

/// Words with the key of an action, once it is known.
pub fn with_key(words: &str, name: &str) -> String {
    edit().map_or_else(|| words.to_string(), |edit| (edit.with_key)(words, name))
}

/// What an action is called, with its key once that is known.
pub fn hint(name: &'static str) -> String {
    edit().map_or_else(|| crate::strings::edit::alone(name), |edit| (edit.hint)(name))
}

/// Does what a key stands for among the lanes and the steps of the simulation.
pub fn press_in_simulation(open: Open, event: &KeyboardEvent) {
    if let Some(edit) = untrack(edit) {
        (edit.press_in_simulation)(open, event);
    }
}

/// In which order parts are loaded.
const FOR_A_PATH: [Name; 4] = [Name::Edit, Name::Run, Name::Rest, Name::Paths];
const FOR_THE_LIST: [Name; 4] = [Name::Paths, Name::Edit, Name::Run, Name::Rest];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Edit,
    Run,
    Rest,
    Paths,
    Embed,
}

/// Loads all parts, one after the other, what is needed first before all others. Where one does not come, that is told,
/// and it is tried again when that is asked for.
pub fn load(session: Session, route: &Route) {
    load_in(session, if matches!(route, Route::List | Route::Audit) { FOR_THE_LIST } else { FOR_A_PATH });
}

fn load_in(session: Session, order: [Name; 4]) {
    spawn_local(async move {
        for name in order {
            if load_one(name).await.is_err() {
                return gone::tell(session, move || load_in(session, order)).await;
            }
            // What was drawn by it is seen before the next is compiled.
            clock::pause(0).await;
        }
        // For those who wait for everything, such as tests.
        if let Some(page) = session.place.base() {
            let _noted = page.set_attribute("data-whole", "");
        }
    });
}

async fn load_one(name: Name) -> Result<(), SplitLoaderError> {
    // Each is there at most once, whoever asks for it how often.
    match name {
        Name::Edit if untrack(edit).is_none() => {
            let part = load_edit().await?;
            IS_EDIT.with(|is| is.arrive(part));
        }
        Name::Run if untrack(run).is_none() => {
            let part = load_run().await?;
            IS_RUN.with(|is| is.arrive(part));
        }
        Name::Rest if untrack(rest).is_none() => {
            let part = load_rest().await?;
            IS_REST.with(|is| is.arrive(part));
        }
        Name::Paths if untrack(paths).is_none() => {
            let part = load_paths().await?;
            IS_PATHS.with(|is| is.arrive(part));
        }
        Name::Embed if untrack(embed).is_none() => {
            let part = load_embed().await?;
            IS_EMBED.with(|is| is.arrive(part));
        }
        Name::Edit | Name::Run | Name::Rest | Name::Paths | Name::Embed => {}
    }
    Ok(())
}

/// In a worker: loads what it takes to answer questions.
pub async fn load_for_worker() -> bool {
    load_one(Name::Rest).await.is_ok()
}

/// Loads what elements in pages of others need.
pub async fn load_for_elements() -> bool {
    load_one(Name::Embed).await.is_ok()
}

/// The part that has what is seldom done, once it is there; nothing where it does not come.
pub async fn have_rest() -> Option<&'static Rest> {
    if load_one(Name::Rest).await.is_ok() { untrack(rest) } else { None }
}

/// Has something listen while a screen is there, from when its part is there.
pub fn begin<T: 'static>(part: fn() -> Option<&'static T>, listen: impl Fn(&'static T) + 'static) {
    if let Some(part) = untrack(part) {
        return listen(part);
    }
    Effect::new(move |_| {
        if let Some(part) = part() {
            untrack(|| listen(part));
        }
    });
}
