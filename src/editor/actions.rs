//! All that can be done on the screen of a path, by name and by key: one table for the keys themselves, for the list of
//! them and for the palette.

use escalation_editor::command::{Direction, Kind};
use escalation_editor::words::names;
use escalation_editor::{Editor, Side};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

use super::state::Open;
use super::{clipboard, problems, revisions, transfer};
use crate::canvas::look::Overlay;
use crate::canvas::{self, ahead, folds, menu, point, run, search, zoom};
use crate::later::{self, Export};
use crate::panel::{Tab, escalations};
use crate::parts::focus;
use crate::parts::keyboard;
use crate::parts::typed::{self, take_typed};
use crate::simulate::share;
use crate::strings;

/// Something that can be done.
pub struct Action {
    /// What it is called: the very name that the change has in the history, where it makes one.
    pub name: &'static str,
    /// The keys for it, as [`key_of`] writes them; the first is the one that is shown.
    pub keys: &'static [&'static str],
    /// Where the keys are listened to.
    pub scope: Scope,
    /// Whether there is anything to do now.
    pub can: fn(Open) -> bool,
    /// Does it.
    pub run: fn(Open),
    /// Whether it is something that is done with the chosen nodes, and offered on them.
    pub on_nodes: bool,
    /// Whether it is done with the node that has the focus, where none is chosen.
    pub chooses: bool,
    /// Whether it changes the path, or begins to.
    pub edits: bool,
    /// Other words by which it is found.
    pub found_by: &'static str,
}

impl Action {
    const fn on_nodes(mut self) -> Self {
        self.on_nodes = true;
        self.of_focused()
    }

    const fn found_by(mut self, words: &'static str) -> Self {
        self.found_by = words;
        self
    }

    const fn of_focused(mut self) -> Self {
        self.chooses = true;
        self
    }

    /// What it is called where its name stands alone.
    pub fn title(&self) -> String {
        strings::edit::alone(self.name)
    }

    /// Whether it is for those who read, too, or the path may be changed.
    pub fn may(&self, open: Open) -> bool {
        !(self.edits && open.session.only_reads())
    }

    /// Whether it may be done, and there is anything to do now.
    pub fn is_possible(&self, open: Open) -> bool {
        self.may(open) && (self.can)(open)
    }
}

/// Where the keys of an action are listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On the whole screen.
    Everywhere,
    /// On the whole screen except in fields, to which the keys mean something else.
    NotInFields,
    /// The same, but also in fields of the details in which nothing is being typed.
    NotWhileTyping,
    /// In the tree.
    Tree,
    /// By the browser, which tells of it by events of its own.
    Browser,
    /// Among the lanes and the steps of the simulation.
    Simulation,
}

use Scope::{Browser, Everywhere, NotInFields, NotWhileTyping, Simulation, Tree};

const fn action(
    name: &'static str,
    keys: &'static [&'static str],
    scope: Scope,
    can: fn(Open) -> bool,
    run: fn(Open),
) -> Action {
    Action { name, keys, scope, can, run, on_nodes: false, chooses: false, edits: false, found_by: "" }
}

/// The same for what changes the path.
const fn edit(
    name: &'static str,
    keys: &'static [&'static str],
    scope: Scope,
    can: fn(Open) -> bool,
    run: fn(Open),
) -> Action {
    let mut action = action(name, keys, scope, can, run);
    action.edits = true;
    action
}

/// All of them under headings, in the order in which they are listed.
pub const GROUPS: &[(&str, &[Action])] = &[
    (
        strings::edit::GROUP_CHANGE,
        &[
            edit(
                strings::SAVE,
                &["Ctrl+S"],
                Everywhere,
                |open| open.editor.with(Editor::is_dirty),
                |open| {
                    // What is being typed is part of what is saved.
                    take_typed();
                    later::with_rest(open, move |rest| (rest.review)(open));
                },
            )
            .found_by(strings::edit::LIKE_SAVE),
            edit(
                strings::UNDO,
                &["Ctrl+Z"],
                NotWhileTyping,
                |open| open.editor.with(|e| e.to_undo().is_some()),
                Open::undo,
            ),
            edit(
                strings::REDO,
                &["Ctrl+Shift+Z", "Ctrl+Y"],
                NotWhileTyping,
                |open| open.editor.with(|e| e.to_redo().is_some()),
                Open::redo,
            ),
            edit(strings::ADD_BELOW, &["A"], Tree, always, canvas::add_below).of_focused(),
            edit(strings::ADD_MENU, &["N"], Tree, always, menu::open_below)
                .on_nodes()
                .found_by(strings::edit::LIKE_ADD),
            edit(names::CUT, &["Ctrl+X"], Browser, is_chosen, |open| clipboard::command(open, "cut")).on_nodes(),
            action(strings::COPY, &["Ctrl+C"], Browser, is_chosen, |open| clipboard::command(open, "copy")).on_nodes(),
            edit(
                names::PASTE,
                &["Ctrl+V"],
                Browser,
                |open| open.look.copied.with(Option::is_some),
                |open| {
                    if let Some(text) = open.look.copied.get_untracked() {
                        later::with_rest(open, move |rest| (rest.paste)(open, &text));
                    }
                },
            )
            .on_nodes(),
            edit(names::DUPLICATE, &["Ctrl+D"], Tree, is_chosen, run::duplicate).on_nodes(),
            edit(
                strings::MOVE_UP,
                &["Alt+ArrowUp"],
                Tree,
                |open| run::can_go(open, Direction::Up),
                |open| run::go(open, Direction::Up),
            )
            .on_nodes(),
            edit(
                strings::MOVE_DOWN,
                &["Alt+ArrowDown"],
                Tree,
                |open| run::can_go(open, Direction::Down),
                |open| run::go(open, Direction::Down),
            )
            .on_nodes(),
            edit(
                strings::MOVE_OUT,
                &["Alt+ArrowLeft"],
                Tree,
                |open| run::can_go(open, Direction::Out),
                |open| run::go(open, Direction::Out),
            )
            .on_nodes(),
            edit(
                strings::MOVE_IN,
                &["Alt+ArrowRight"],
                Tree,
                |open| run::can_go(open, Direction::In),
                |open| run::go(open, Direction::In),
            )
            .on_nodes(),
            edit(names::WRAP_PRIORITY, &["W"], Tree, is_chosen, |open| run::wrap(open, Kind::PriorityBranch))
                .on_nodes(),
            edit(names::WRAP_HOURS, &["Shift+W"], Tree, is_chosen, |open| run::wrap(open, Kind::HoursBranch))
                .on_nodes(),
            edit(names::UNWRAP_THEN, &[], Tree, run::is_branch, |open| run::unwrap(open, Side::Then)).on_nodes(),
            edit(names::UNWRAP_ELSE, &[], Tree, run::is_branch, |open| run::unwrap(open, Side::Else)).on_nodes(),
            edit(strings::CHOOSE_TARGET, &["T"], Tree, run::is_repeat, point::begin).on_nodes(),
            edit(names::DELETE, &["Delete", "Backspace"], Tree, is_chosen, run::delete).on_nodes(),
        ],
    ),
    (
        strings::edit::GROUP_CHOOSE,
        &[
            action(strings::ACTIONS, &["Shift+F10", "ContextMenu"], Tree, is_chosen, |open| {
                menu::open_for_chosen(open, None)
            })
            .of_focused(),
            action(strings::CHOOSE_NEXT, &["Shift+ArrowDown"], Tree, is_chosen, |open| run::extend(open, 1))
                .of_focused(),
            action(strings::CHOOSE_BEFORE, &["Shift+ArrowUp"], Tree, is_chosen, |open| run::extend(open, -1))
                .of_focused(),
        ],
    ),
    (
        strings::edit::GROUP_FIND,
        &[
            action(strings::SEARCH, &["Ctrl+F", "/"], Everywhere, always, search::start),
            action(strings::PALETTE, &["Ctrl+K"], Everywhere, always, |open| open.look.toggle(Overlay::Palette)),
            action(strings::edit::AHEAD, &["'"], Tree, always, ahead::start),
            action(strings::edit::PATH_FORM, &["P"], Tree, always, |open| {
                open.select(None);
                request_animation_frame(|| focus::give_to("inspector"));
            })
            .found_by(strings::edit::LIKE_PATH_FORM),
            action(strings::NEXT_PROBLEM, &["F8"], Everywhere, has_problems, |open| problems::walk(open, true)),
            action(strings::PREVIOUS_PROBLEM, &["Shift+F8"], Everywhere, has_problems, |open| {
                problems::walk(open, false)
            }),
            action(strings::ALL_PROBLEMS, &[], Everywhere, has_problems, |open| {
                open.look.overlay.set(Some(Overlay::Problems));
            })
            .found_by(strings::edit::LIKE_PROBLEMS),
        ],
    ),
    (
        strings::edit::GROUP_PANEL,
        &[
            action(strings::SIMULATE, &[], Everywhere, always, |open| open.show_tab(Tab::Simulate))
                .found_by(strings::edit::LIKE_SIMULATE),
            action(strings::coverage::COVERAGE, &[], Everywhere, always, |open| open.show_tab(Tab::Coverage))
                .found_by(strings::edit::LIKE_COVERAGE),
            action(strings::panel::EXPECTATIONS, &[], Everywhere, always, |open| open.show_tab(Tab::Expectations))
                .found_by(strings::edit::LIKE_EXPECTATIONS),
            action(
                strings::escalations::ESCALATIONS,
                &[],
                Everywhere,
                |open| !open.session.lacks(escalations::FEATURE),
                |open| open.show_tab(Tab::Escalations),
            )
            .found_by(strings::edit::LIKE_ESCALATIONS),
            action(strings::playback::PLAY, &["K"], Simulation, always, |open| {
                later::with_run(open, move |run| (run.toggle)(open));
            }),
            action(strings::playback::BACK, &["J"], Simulation, always, |open| {
                later::with_run(open, move |run| (run.step)(open, false))
            }),
            action(strings::playback::ON, &["L"], Simulation, always, |open| {
                later::with_run(open, move |run| (run.step)(open, true))
            }),
            action(strings::SHOW_SIMULATION, &[], Everywhere, always, |open| {
                open.panel.update(|shown| *shown = !*shown)
            }),
        ],
    ),
    (
        strings::edit::GROUP_VIEW,
        &[
            action(strings::FIT_ALL, &["F", "1"], Tree, always, zoom::fit),
            action(strings::OWN_SIZE, &["0"], Tree, always, zoom::own_size),
            action(strings::ZOOM_IN, &["+", "="], Tree, always, |open| zoom::zoom(open, zoom::STEP)),
            action(strings::ZOOM_OUT, &["-"], Tree, always, |open| zoom::zoom(open, 1.0 / zoom::STEP)),
            action(strings::CLOSE_AROUND, &[], Tree, is_inside, folds::close_around),
            action(strings::CLOSE_ALL, &[], Tree, always, folds::close_all),
            action(strings::OPEN_ALL, &[], Tree, always, folds::open_all),
            action(
                strings::DRAW_ONLY,
                &["O"],
                Tree,
                |open| folds::on_branch(open) || is_inside(open),
                folds::draw_only,
            )
            .on_nodes(),
            action(strings::WHOLE, &["Shift+O"], Tree, folds::is_alone, |open| folds::only(open, None)),
        ],
    ),
    (
        strings::edit::GROUP_PATH,
        &[
            edit(strings::edit::HISTORY, &["H"], Tree, always, |open| {
                later::with_rest(open, move |rest| (rest.history)(open));
            })
            .found_by(strings::edit::LIKE_HISTORY),
            action(strings::save::REVISIONS, &[], Everywhere, revisions::can, |open| {
                later::with_rest(open, move |rest| (rest.revisions)(open));
            }),
            edit(strings::transfer::IMPORT, &[], Everywhere, always, transfer::import)
                .found_by(strings::edit::LIKE_IMPORT),
            action(strings::transfer::AS_JSON, &[], Everywhere, always, |open| export(open, Export::Json)),
            action(strings::transfer::AS_BUNDLE, &[], Everywhere, always, |open| export(open, Export::Bundle)),
            action(strings::transfer::AS_SVG, &[], Everywhere, always, |open| export(open, Export::Svg)),
            action(strings::transfer::AS_PNG, &[], Everywhere, always, |open| export(open, Export::Png)),
            action(strings::transfer::PRINT, &[], Everywhere, always, |open| export(open, Export::Print)),
            action(
                strings::COPY_LINK,
                &[],
                Tree,
                |open| open.id.with(|id| !id.is_empty()),
                |open| {
                    later::with_rest(open, move |rest| (rest.copy_link)(open, false));
                },
            )
            .on_nodes(),
            action(strings::scenarios::COPY_LINK_LONG, &[], Everywhere, share::can, |open| {
                later::with_rest(open, move |rest| (rest.copy_link)(open, true));
            }),
            action(strings::ALL_KEYS, &["?"], NotInFields, always, |open| open.look.toggle(Overlay::Keys))
                .found_by(strings::edit::LIKE_KEYS),
        ],
    ),
];

/// All of them, in the same order.
pub fn all() -> impl Iterator<Item = &'static Action> {
    GROUPS.iter().flat_map(|(_, actions)| *actions)
}

/// What a button for an action says where the pointer rests on it: its name, and its key.
pub fn hint(name: &'static str) -> String {
    with_key(&strings::edit::alone(name), name)
}

/// Some words with the key of the action of this name.
pub fn with_key(words: &str, name: &str) -> String {
    match all().find(|action| action.name == name).and_then(|action| action.keys.first()) {
        Some(key) => strings::edit::with_key(words, &shown(key)),
        None => words.to_string(),
    }
}

fn export(open: Open, what: Export) {
    later::with_rest(open, move |rest| (rest.export)(open, what));
}

fn always(_: Open) -> bool {
    true
}

fn is_chosen(open: Open) -> bool {
    open.selected.with(Option::is_some)
}

fn is_inside(open: Open) -> bool {
    let selected = open.selected.get();
    selected.is_some_and(|id| open.scene.with(|s| s.layout.node(&id).is_some_and(|node| node.around.is_some())))
}

fn has_problems(open: Open) -> bool {
    open.problems.with(|problems| !problems.is_empty())
}

/// A key as the table has it: `Ctrl+Shift+Z`, `F8`, `A`, `?`; a letter of another keyboard by its place. The command key is
/// `Ctrl`, as it is used in its place.
pub fn key_of(event: &KeyboardEvent) -> String {
    let mut key = keyboard::pressed(event);
    let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    let is_letter = key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_letter {
        key.make_ascii_uppercase();
    }
    let mut name = String::new();
    if event.ctrl_key() || event.meta_key() {
        name.push_str("Ctrl+");
    }
    if event.alt_key() {
        name.push_str("Alt+");
    }
    // Other signs are what they are, however they are typed.
    if event.shift_key() && (key.len() > 1 || is_letter || modified) {
        name.push_str("Shift+");
    }
    name + &key
}

/// A key as it is shown: arrows as arrows.
pub fn shown(key: &str) -> String {
    key.replace("ArrowUp", "↑").replace("ArrowDown", "↓").replace("ArrowLeft", "←").replace("ArrowRight", "→")
}

/// Does what a key stands for in the tree or on the whole screen; whether there is such a thing.
pub fn press(open: Open, event: &KeyboardEvent, in_tree: bool) -> bool {
    let key = key_of(event);
    let (typing, undoing) = (in_field(event), is_being_typed(event));
    let fits = |action: &&Action| {
        let listens = match action.scope {
            Tree => in_tree,
            Browser | Simulation => false,
            // One sign is typed into a field.
            Everywhere => !(in_tree || typing && key.len() == 1),
            NotInFields => !in_tree && !typing,
            NotWhileTyping => !in_tree && !undoing,
        };
        listens && action.keys.contains(&key.as_str())
    };
    let Some(action) = all().find(fits) else { return false };
    event.prevent_default();
    if untrack(|| action.may(open)) {
        if in_tree && action.chooses {
            canvas::choose_focused(open);
        }
        (action.run)(open);
    } else {
        open.refuse(strings::rights::NOT_CHANGED);
    }
    true
}

/// Does what a key stands for among the lanes and the steps of the simulation.
pub fn press_in_simulation(open: Open, event: &KeyboardEvent) {
    let key = key_of(event);
    let fits = |action: &&Action| action.scope == Simulation && action.keys.contains(&key.as_str());
    if let Some(action) = all().find(fits).filter(|_| !in_field(event)) {
        event.prevent_default();
        (action.run)(open);
    }
}

/// Whether there is something in a field that the browser takes back. What is in the path is taken back with it.
fn is_being_typed(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let in_details = element.filter(|element| element.closest("#inspector").ok().flatten().is_some());
    in_details.map_or_else(
        || in_field(event),
        // A list that is open goes with what is typed above it.
        |element| {
            let says = |name: &str| element.get_attribute(name).as_deref() == Some("true");
            element.has_attribute(typed::TYPING) || says("aria-invalid") || says("aria-expanded")
        },
    )
}

fn in_field(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}
