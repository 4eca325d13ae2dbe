//! The screen of one path: the bar, the graph, the details and the simulation.

pub mod about;
pub mod actions;
mod bar;
pub mod clipboard;
mod compare;
mod differences;
mod drafts;
mod gaps;
mod help;
pub mod history;
pub mod keys;
pub mod link;
mod look_at;
pub mod menu;
pub mod notes;
mod palette;
mod people;
pub mod problems;
pub mod review;
pub mod revisions;
pub mod save;
pub mod side;
pub mod state;
pub mod tabs;
pub mod transfer;

use escalation_api::PathPayload;
use escalation_editor::Editor;
use escalation_editor::draft::Unsure;
use leptos::prelude::*;

use crate::canvas::Canvas;
use crate::clock;
use crate::later;
use crate::outline::SmallScreen;
use crate::parts::texts;
use crate::parts::typed::{KeepTyped, TellDropped};
use crate::session::Session;
use crate::strings;
use crate::transfer::listen_drop;
use about::About;
use bar::Bar;
use drafts::DraftQuestion;
use help::Help;
use notes::Notes;
use palette::Palette;
use side::SideScreen;
use state::{OnOpened, Open};
use transfer::Import;

/// A path to be opened.
pub struct Opened {
    id: String,
    editor: Editor,
    /// The key of its draft.
    draft: String,
    /// The key of a draft from an earlier visit, which is asked about.
    question: Option<String>,
    /// What may have been made of it already.
    unsure: Option<Unsure>,
}

impl Opened {
    /// A path, with what was done to it when it was left; none if there is no such path.
    pub fn path(session: Session, id: &str) -> Option<Self> {
        // What is saved later is the editor's own doing, so the screen does not follow it.
        let saved = session.index.with_untracked(|index| index.path(id).map(PathPayload::from));
        let of = |editor, draft, question| Self { id: id.to_string(), editor, draft, question, unsure: None };
        if let Some(saved) = &saved {
            session.drop_written(id, saved);
        }
        match (session.draft_of(id), saved) {
            (Some((key, draft)), Some(saved)) if draft.is_from_before => {
                Some(of(Editor::open(saved), clock::token(), Some(key)))
            }
            (Some((key, draft)), _) => Some(of(draft.editor, key, None)),
            (None, saved) => Some(of(Editor::open(saved?), clock::token(), None)),
        }
    }

    /// Whether there is nothing to show of a path that is not saved yet, and none can be begun.
    pub fn is_barred(session: Session, key: &str) -> bool {
        let has_draft = session.drafts.with_untracked(|drafts| drafts.contains_key(key));
        !has_draft && untrack(|| session.only_reads())
    }

    /// A path that is not saved yet, by the key of its draft; where there is no draft, one with nothing in it.
    pub fn fresh(session: Session, key: &str) -> Self {
        let draft = session.drafts.with_untracked(|drafts| drafts.get(key).cloned());
        let draft = draft.filter(|draft| draft.path_id.is_empty());
        let has_draft = draft.is_some();
        let (editor, unsure) = draft.map(|draft| (draft.editor, draft.unsure)).unzip();
        let editor = editor.unwrap_or_else(|| Editor::new_document(new_path(session)));
        // A draft that is not known yet is not overwritten by one that begins with nothing.
        let is_its_own = has_draft || (!key.is_empty() && session.is_free(key));
        let key = if is_its_own { key.to_string() } else { clock::token() };
        Self { id: String::new(), editor, draft: key, question: None, unsure: unsure.flatten() }
    }
}

/// A path with nothing in it. Whoever changes the paths of one team alone makes them for it.
fn new_path(session: Session) -> PathPayload {
    let own = session.readers.edits_teams.get_untracked().filter(|teams| teams.len() == 1);
    PathPayload { team_ids: own, ..PathPayload::named(strings::NEW_PATH_NAME) }
}

/// Keeps the path's name in the title of the page, and has its names set apart.
fn title(open: Open) {
    Effect::new(move || open.path.with(|path| texts::of_path(open.session.place, Some(path))));
    on_cleanup(move || texts::of_path(open.session.place, None));
    let name = Memo::new(move |_| open.path.with(|path| path.name.clone()));
    Effect::new(move || name.with(|name| open.session.place.set_title(&strings::title(name))));
    on_cleanup(move || open.session.place.set_title(strings::PRODUCT));
}

/// Keeps who owns the path as it is saved, on which it depends whether it is for reading alone.
fn know_owners(open: Open) {
    let session = open.session;
    Effect::new(move || {
        let id = open.id.get();
        let owners = session.index.with(|index| index.path(&id).map(|path| path.team_ids.clone().unwrap_or_default()));
        session.readers.owners.set(owners);
    });
    on_cleanup(move || session.readers.owners.set(None));
}

#[component]
pub fn EditorScreen(opened: Opened) -> impl IntoView {
    let open = Open::new(opened.id, opened.editor);
    open.draft.set(opened.draft);
    open.question.set(opened.question);
    open.unsure.set(opened.unsure);
    provide_context(open);
    if let Some(OnOpened(told)) = use_context() {
        told.run(open);
    }
    know_owners(open);
    provide_context(TellDropped(Callback::new(move |what: String| {
        let _left = open.look.refused.try_set(Some(what.clone()));
        open.session.say(what);
    })));
    provide_context(KeepTyped {
        begin: Callback::new(move |()| drafts::begin_ahead(open)),
        end: Callback::new(move |()| drafts::end_ahead(open)),
    });
    later::hold_keys(open);
    clipboard::listen_for_paste(open);
    keys::listen(open);
    title(open);
    open.follow_drawn();
    drafts::name_address(open);
    drafts::keep(open);
    later::begin(later::edit, move |edit| (edit.begin)(open));
    later::begin(later::run, move |run| (run.begin)(open));
    link::follow(open);
    notes::follow_unread(open);
    notes::follow_worker(open);
    // At once: the browser would leave the page for the file.
    listen_drop(open.session.place, move |text| later::with_rest(open, move |rest| (rest.take_file)(open, text)));
    later::begin(later::rest, move |rest| (rest.begin)(open));
    let compact = open.session.readers.compact;
    view! {
        <div class="editor" style=("--panel", move || open.panel_height.get().map(|height| format!("{height}px"))) class:compact=move || compact.get() class:panel-closed=move || !open.panel.get() class:beside=move || open.side.with(Option::is_some)>
            <Bar/>
            {move || later::rest().map(|rest| (rest.printed)())}
            {move || if compact.get() {
                view! { <SmallScreen/> }.into_any()
            } else {
                view! {
                    <Canvas/>
                    {move || details()}
                }
                .into_any()
            }}
            {move || match later::run() {
                Some(run) => (run.panel)(),
                None => view! { <section class="panel" aria-busy="true"></section> }.into_any(),
            }}
            <Notes/>
            {move || later::edit().map(|edit| (edit.palette)())}
            <SideScreen/>
        </div>
        {move || later::edit().map(|edit| (edit.question)())}
        {move || later::rest().map(|rest| (rest.dialogs)())}
    }
}

/// The details, or their place while they are not there.
pub fn details() -> AnyView {
    match later::edit() {
        Some(edit) => (edit.inspector)(),
        None => view! { <aside class="inspector" id="inspector" tabindex="-1" aria-busy="true" aria-label=strings::INSPECTOR></aside> }.into_any(),
    }
}

/// What is opened by a key, and lies above everything.
pub fn palette_and_help() -> AnyView {
    view! {
        <Palette/>
        <Help/>
    }
    .into_any()
}

/// What is asked about a draft: before anything can be changed.
pub fn question() -> AnyView {
    view! { <DraftQuestion/> }.into_any()
}

/// What takes a file, or shows a page, above everything.
pub fn dialogs() -> AnyView {
    view! {
        <Import/>
        <About/>
    }
    .into_any()
}

/// Has what changes the path follow it while it is open.
pub fn begin_edit(open: Open) {
    open.assumed.take_zone_of(&open.path.get_untracked());
    clipboard::listen(open);
}

/// Has what is seldom done follow the path while it is open.
pub fn begin_rest(open: Open) {
    tabs::listen(open);
    save::refresh(open);
    crate::panel::expected::follow(open);
    crate::bench::offer(open);
}
