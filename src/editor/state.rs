//! The open path: signals that hold it, and what is derived from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::changes::Change;
use escalation_editor::draft::Unsure;
use escalation_editor::gone::RemovedNodes;
use escalation_editor::play::Visited;
use escalation_editor::{Axis, Command, Editor, Play, Refusal, Viewport, tree, words};
use escalation_engine::calendar::Zone;
use escalation_engine::words::time_after;
use escalation_engine::{CompiledPath, Instant, Problem, Scenario, Seconds, Severity, Trace};
use leptos::prelude::*;

use super::notes::Note;
use super::save::Saving;
use super::side::Side;
use crate::canvas;
use crate::canvas::look::Look;
use crate::canvas::scene::Scene;

use crate::clock;
use crate::later;
use crate::panel::Tab;
use crate::panel::coverage::Coverage;
use crate::panel::expected::Expected;
use crate::session::{Session, session};
use crate::simulate::playback::Playback;
use crate::simulate::scenarios::Scenarios;
use crate::simulate::share::Brought;
use crate::strings;

/// The open path. Cheap to copy: all of it is signals.
#[derive(Clone, Copy)]
pub struct Open {
    /// The id of the path; empty for one that was never saved.
    pub id: RwSignal<String>,
    /// The document with its history.
    pub editor: RwSignal<Editor>,
    /// What is shown: the document, or what would come of taking over what is chosen of two versions.
    pub path: Memo<Arc<PathPayload>>,
    /// The same as it was drawn last: what is simulated. An edit is seen first, and what comes of it a frame later.
    pub drawn: RwSignal<Arc<PathPayload>>,
    /// What would come of that, while it is chosen. Nothing is changed meanwhile.
    pub preview: RwSignal<Option<Arc<PathPayload>>>,
    /// What is drawn.
    pub scene: Memo<Arc<Scene>>,
    /// What is wrong.
    pub problems: Memo<Arc<Vec<Problem>>>,
    /// How many each node has, and whether one of them is an error, by the ids of nodes.
    problems_at: Memo<BTreeMap<String, (usize, bool)>>,
    /// The node that is looked at.
    pub selected: RwSignal<Option<String>>,

    /// How the drawing lies on the screen.
    pub view: RwSignal<Viewport>,
    /// The size of the frame.
    pub screen: RwSignal<(f64, f64)>,
    /// Whether the drawing is being dragged.
    pub panning: RwSignal<bool>,
    /// The pointers that are down.
    pub fingers: RwSignal<Vec<(i32, (f64, f64))>>,
    /// What is open beside the drawing, and what is looked for in it.
    pub look: Look,
    /// The nodes that have in them what is looked for.
    pub hits: Memo<Arc<Vec<String>>>,

    /// What is assumed.
    pub assumed: Assumed,
    /// The path as it was drawn last, ready to be walked.
    pub compiled: Memo<Arc<CompiledPath>>,
    /// What happens then.
    pub trace: Memo<Arc<Trace>>,
    /// The same, ready to be drawn.
    pub play: Memo<Arc<Play>>,
    /// How it is played.
    pub playback: Playback,
    /// The times at which something happens, along the line on which they are drawn.
    pub axis: Memo<Arc<Axis>>,
    /// Of what happens, all until then is shown: a time at which something happens, or no bound.
    pub until: Memo<Seconds>,
    /// Who is told if nobody responds: those who can be given a behaviour.
    pub silent: Memo<Arc<Play>>,
    /// The rules of the zone in which times are told: reading them takes a while.
    rules: Memo<Zone>,
    /// Whether the panel below the graph is open.
    pub panel: RwSignal<bool>,
    /// What the panel shows.
    pub tab: RwSignal<Tab>,
    /// How high the panel is, in pixels; its own height where nobody has changed it.
    pub panel_height: RwSignal<Option<i32>>,
    /// Who is paged when.
    pub coverage: Coverage,
    /// What is expected of the path, and whether it holds.
    pub expected: Expected,
    /// The scenarios that are kept with the path under names.
    pub scenarios: Scenarios,
    /// The scenario that the address brought.
    pub brought: RwSignal<Option<Brought>>,
    /// Whether what is simulated is shown on the graph.
    pub simulated: Memo<bool>,

    /// The set of working hours whose week is open in the path's form, by its id.
    pub hours: RwSignal<Option<String>>,

    /// How far saving has come.
    pub saving: RwSignal<Saving>,
    /// The path as it is known to be on the server.
    pub theirs: RwSignal<Option<Arc<PathPayload>>>,
    /// What was sent to make this new path, if it is not known whether that was done.
    pub unsure: RwSignal<Option<Unsure>>,
    /// The key under which changes are kept that are not saved.
    pub draft: RwSignal<String>,
    /// While what is being typed is tried: the copy that it is tried on.
    pub ahead: StoredValue<Option<Editor>>,
    /// The key of a draft from an earlier visit, for as long as it is asked about.
    pub question: RwSignal<Option<String>>,
    /// What takes the place of the details for a while.
    pub side: RwSignal<Option<Side>>,
    /// The state of the path that it is compared with there.
    pub compared: RwSignal<Option<Arc<PathPayload>>>,
    /// What is different from it.
    pub changes: Memo<Arc<Vec<Change>>>,
    /// What the compared state has and this one has not, place by place.
    pub gone: Memo<Arc<Vec<RemovedNodes>>>,
    /// Whether the dialog is open that takes a file.
    pub importing: RwSignal<bool>,
    /// What was wrong with what it was given last.
    pub import_fault: RwSignal<Option<String>>,
    /// The tabs of this browser that have the path open, too.
    pub others: RwSignal<BTreeSet<String>>,
    /// What is to be known, above the graph.
    pub notes: RwSignal<Vec<Note>>,
    /// What all screens share.
    pub session: Session,
}

/// Is told of each path that is opened.
#[derive(Clone, Copy)]
pub struct OnOpened(pub Callback<Open>);

/// What is assumed of the alert and of people.
#[derive(Clone, Copy)]
pub struct Assumed {
    /// The id of the alert's priority.
    pub priority: RwSignal<Option<String>>,
    /// When it fires.
    pub at: RwSignal<Instant>,
    /// The zone in which times are told.
    pub zone: RwSignal<String>,
    /// All else: what people do, what is decided of branches, and so on. Its priority and instant are not looked at.
    pub more: RwSignal<Scenario>,
}

/// Whether two documents are one and the same; what differs in content alone is made by different changes.
fn another<T>(before: Option<&Arc<T>>, now: Option<&Arc<T>>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => !Arc::ptr_eq(before, now),
        _ => true,
    }
}

impl Open {
    pub fn new(id: String, editor: Editor) -> Self {
        let session = session();
        // At once: a draft may be resumed, or the path saved, before the rest of the program is there.
        let theirs = RwSignal::new(editor.saved().cloned());
        let id = RwSignal::new(id);
        let editor = RwSignal::new(editor);
        let preview = RwSignal::new(None);
        let path = Memo::new_with_compare(move |_| preview.get().unwrap_or_else(|| editor.with(Editor::path)), another);
        let look = Look::new();
        let scene =
            Memo::new(move |_| look.folds.with(|folds| Arc::new(Scene::new(&path.get(), &session.index.get(), folds))));
        let problems = Memo::new(move |_| {
            let check = later::edit().map(|edit| edit.check);
            Arc::new(check.map_or_else(Vec::new, |check| check(&id.get(), &path.get(), &session.index.get())))
        });
        let drawn = RwSignal::new(path.get_untracked());
        let compiled = Memo::new_with_compare(
            move |_| {
                let compile = later::run().map(|run| run.compile);
                Arc::new(compile.map_or_else(CompiledPath::default, |compile| {
                    compile(&id.get(), &drawn.get(), &session.index.get())
                }))
            },
            another,
        );
        let assumed = Assumed::new(session);
        let run = move |scenario: &Scenario| {
            let index = session.index.get();
            // Until it can be simulated nothing happens, and nothing is said of it.
            Arc::new(match later::run() {
                Some(run) => (run.trace)(&compiled.get(), &index, scenario),
                None => Trace::nothing(scenario.fired_at),
            })
        };
        let trace = Memo::new(move |_| run(&assumed.scenario()));
        let played = move |trace: &Trace| {
            let play = later::run().map(|run| run.play);
            Arc::new(play.map_or_else(Play::nothing, |play| play(trace, &id.get(), &session.index.get())))
        };
        let play = Memo::new(move |_| played(&trace.get()));
        let silent = Memo::new(move |_| played(&run(&assumed.scenario().left_alone())));
        let compared = RwSignal::new(None::<Arc<PathPayload>>);
        let changes = Memo::new(move |_| {
            let (before, rest) = (compared.get(), later::rest());
            Arc::new(
                before
                    .zip(rest)
                    .map_or_else(Vec::new, |(before, rest)| (rest.changes)(&before, &path.get(), &session.index.get())),
            )
        });
        let gone = Memo::new(move |_| {
            let (before, rest) = (compared.get(), later::rest());
            Arc::new(
                before
                    .zip(rest)
                    .map_or_else(Vec::new, |(before, rest)| (rest.gone)(&before, &path.get(), &session.index.get())),
            )
        });
        let panel = RwSignal::new(true);
        let tab = RwSignal::new(Tab::Simulate);
        let playback = Playback::new();
        let axis = Memo::new(move |_| play.with(|play| Arc::new(Axis::new(&play.events, playback.room.get()))));
        let until = Memo::new(move |_| {
            // What cannot be seen does not hold back what is drawn.
            let at = playback.at.get().filter(|_| panel.get() && tab.get() == Tab::Simulate);
            at.and_then(|at| play.with(|play| play.last_event(at))).unwrap_or(Seconds::MAX)
        });
        Self {
            id,
            editor,
            path,
            drawn,
            preview,
            scene,
            problems,
            problems_at: Memo::new(move |_| {
                let mut at = BTreeMap::<String, (usize, bool)>::new();
                problems.with(|all| {
                    for problem in all.iter() {
                        let Some(id) = &problem.node_id else { continue };
                        let (count, has_error) = at.entry(id.clone()).or_default();
                        *count += 1;
                        *has_error |= problem.severity == Severity::Error;
                    }
                });
                at
            }),
            selected: RwSignal::new(None),
            view: RwSignal::new(Viewport::default()),
            screen: RwSignal::new((0.0, 0.0)),
            panning: RwSignal::new(false),
            fingers: RwSignal::new(Vec::new()),
            look,
            hits: look.hits(path, scene, session),
            assumed,
            compiled,
            trace,
            play,
            playback,
            axis,
            until,
            silent,
            rules: Memo::new_with_compare(
                move |_| later::run().and_then(|run| (run.zone)(&assumed.zone.get())).unwrap_or_else(Zone::utc),
                |_, _| true,
            ),
            panel,
            tab,
            panel_height: RwSignal::new(None),
            coverage: Coverage::new(),
            expected: Expected::new(),
            scenarios: Scenarios::new(),
            brought: RwSignal::new(None),
            simulated: Memo::new(move |_| panel.get() && later::run().is_some()),
            hours: RwSignal::new(None),
            saving: RwSignal::new(Saving::Idle),
            theirs,
            unsure: RwSignal::new(None),
            draft: RwSignal::new(String::new()),
            question: RwSignal::new(None),
            ahead: StoredValue::new(None),
            side: RwSignal::new(None),
            compared,
            changes,
            gone,
            importing: RwSignal::new(false),
            import_fault: RwSignal::new(None),
            others: RwSignal::new(BTreeSet::new()),
            notes: RwSignal::new(Vec::new()),
            session,
        }
    }

    /// Whether the path is still open: what was waited for may come when its screen was left.
    pub fn is_there(self) -> bool {
        self.id.try_get_untracked().is_some()
    }

    /// Has what is simulated follow what is shown, once that is drawn.
    pub fn follow_drawn(self) {
        let is_waiting = StoredValue::new(false);
        Effect::new(move |_| {
            let is_same = Arc::ptr_eq(&self.path.get(), &self.drawn.get_untracked());
            if is_same || is_waiting.get_value() {
                return;
            }
            is_waiting.set_value(true);
            clock::after_frame(move || {
                let _left = is_waiting.try_set_value(false);
                if let Some(path) = self.path.try_get_untracked() {
                    self.drawn.set(path);
                }
            });
        });
    }

    /// One simulation of the path as it is, from the compiled path to the words, for whoever measures it.
    pub fn simulate_once(self) -> Trace {
        let scenario = untrack(|| self.assumed.scenario());
        let index = self.session.index.get_untracked();
        match untrack(later::run) {
            Some(run) => (run.trace)(&self.compiled.get_untracked(), &index, &scenario),
            None => Trace::nothing(scenario.fired_at),
        }
    }

    /// Makes a change and says so; a change that may not be made is explained.
    pub fn dispatch(self, command: Command) {
        if let Err(refusal) = self.try_dispatch(command) {
            self.refuse(refusal);
        }
    }

    /// The same for a field, which shows beside itself why a change may not be made.
    pub fn try_dispatch(self, command: Command) -> Result<(), String> {
        match untrack(later::edit) {
            Some(edit) => (edit.change)(self, command),
            // It is made as soon as it can be.
            None => {
                later::with_edit(self, move |edit| {
                    if let Err(why) = (edit.change)(self, command) {
                        self.refuse(why);
                    }
                });
                Ok(())
            }
        }
    }

    /// Makes a change, or says why it may not be made.
    pub fn change(self, command: Command) -> Result<(), String> {
        if let Some(why) = self.is_fixed() {
            return Err(why.to_string());
        }
        // What is only being typed is tried on a copy.
        let tried = self.ahead.try_update_value(|ahead| ahead.as_mut().map(|editor| editor.dispatch(command.clone())));
        if let Some(tried) = tried.flatten() {
            return tried.map(|_| ()).map_err(|refusal| refusal.to_string());
        }
        let (name, also) = (words::command(&command), words::also(&command));
        let (before, deletes) = (self.path.get_untracked(), self.deletes(&command));
        let mut done = Ok(None);
        self.editor.update(|editor| done = editor.dispatch(command));
        match done {
            Ok(selects) => {
                if let Some(id) = selects {
                    self.select(Some(id));
                }
                self.forget_missing_selection();
                if self.look.refused.with_untracked(Option::is_some) {
                    self.look.refused.set(None);
                }
                let deleted = deletes.map(|title| {
                    let left = self.path.get_untracked();
                    // Whoever takes out the last step has seen how one begins.
                    if left.path.is_empty() {
                        self.look.shapes.set(false);
                    }
                    let more = tree::count(&before.path).saturating_sub(tree::count(&left.path) + 1);
                    strings::edit::deleted(&words::and_more(title, more))
                });
                if deleted != self.look.deleted.get_untracked() {
                    self.look.deleted.set(deleted);
                }
                self.session.say(strings::edit::done(name, also));
            }
            Err(Refusal::NoChange) => {}
            Err(refusal) => {
                let index = self.session.index.get_untracked();
                return Err(words::refusal(&refusal, &self.path.get_untracked(), &index));
            }
        }
        Ok(())
    }

    /// What the first step is called that a change deletes; nothing if it deletes none.
    fn deletes(self, command: &Command) -> Option<String> {
        let deletes = matches!(command, Command::Delete(_) | Command::DeleteRun(_));
        let id = command.node().filter(|_| deletes)?;
        self.scene.with_untracked(|scene| Some(scene.card(id)?.words.title.clone()))
    }

    /// Whether nothing may be changed. Whatever is shown, it is asked wherever something would be.
    pub fn only_reads(self) -> bool {
        untrack(|| self.session.only_reads())
    }

    /// Why the document cannot be changed now, if it cannot.
    fn is_fixed(self) -> Option<&'static str> {
        if self.only_reads() {
            return Some(strings::rights::NOT_CHANGED);
        }
        self.preview.with_untracked(Option::is_some).then_some(strings::save::TAKE_OVER_FIRST)
    }

    /// Says why something cannot be done, so that it is seen, too.
    pub fn refuse(self, why: impl Into<String>) {
        let why = why.into();
        self.look.refused.set(Some(why.clone()));
        self.session.say(why);
    }

    /// Takes the last change back.
    pub fn undo(self) {
        self.walk(Editor::undo, strings::undone);
    }

    /// Makes the change again that was taken back last.
    pub fn redo(self) {
        self.walk(Editor::redo, strings::redone);
    }

    /// A step through the history, which is told.
    fn walk(self, step: fn(&mut Editor) -> Option<Command>, told: fn(&str) -> String) {
        if let Some(why) = self.is_fixed() {
            return self.refuse(why);
        }
        let (before, in_drawing) = (self.path.get_untracked(), canvas::is_in_drawing());
        let mut done = None;
        self.editor.update(|editor| done = step(editor));
        if let Some(command) = done {
            if self.look.deleted.with_untracked(Option::is_some) {
                self.look.deleted.set(None);
            }
            self.look_at_what_came(&before, in_drawing);
            self.session.say(told(words::command(&command)));
        }
    }

    /// Goes to a state of the history, and shows the node that was changed there.
    pub fn jump(self, state: usize) {
        if let Some(why) = self.is_fixed() {
            return self.refuse(why);
        }
        let mut went = false;
        self.editor.update(|editor| went = editor.jump(state));
        if went {
            self.forget_missing_selection();
            if let Some(id) = self.editor.with_untracked(|editor| editor.node_of(state)) {
                self.select(Some(id));
            }
        }
    }

    /// Shows one tab of the panel.
    pub fn show_tab(self, tab: Tab) {
        self.tab.set(tab);
        self.panel.set(true);
    }

    /// Simulates another alert, where it is seen.
    pub fn simulate(self, alert: &Scenario) {
        self.assumed.load(alert);
        self.show_tab(Tab::Simulate);
    }

    /// How the run ends, in a sentence.
    pub fn outcome(self) -> String {
        words::outcome(&self.play.get(), self.assumed.at.get(), &self.zone())
    }

    /// What has happened at a node by the time that is looked at.
    pub fn visit(self, id: String) -> Memo<Option<Visited>> {
        Memo::new(move |_| self.play.with(|play| play.visits.get(&id).and_then(|visit| visit.by(self.until.get()))))
    }

    /// How many problems a node has.
    pub fn problems_of(self, id: String) -> Memo<usize> {
        Memo::new(move |_| self.problems_at.with(|at| at.get(&id).map_or(0, |(count, _)| *count)))
    }

    /// Whether one of the problems of a node is an error, which forbids saving.
    pub fn has_error(self, id: String) -> Memo<bool> {
        Memo::new(move |_| self.problems_at.with(|at| at.get(&id).is_some_and(|(_, has_error)| *has_error)))
    }

    /// The zone in which times are told.
    pub fn zone(self) -> Zone {
        self.rules.get()
    }

    /// Tells of the run, with what it takes to tell of it.
    pub fn tell<T>(self, tell: impl FnOnce(words::RunContext<'_>) -> T) -> T {
        let (trace, path, id) = (self.trace.get(), self.drawn.get(), self.id.get());
        let (index, zone) = (self.session.index.get(), self.zone());
        tell(words::RunContext { trace: &trace, path: &path, path_id: &id, index: &index, zone: &zone })
    }

    /// When the walk comes to a node: `T+5m · 03:15`, and how often if more than once.
    pub fn when(self, visit: &Visited) -> String {
        let more = if visit.times > 1 { format!(" {}", strings::visits(visit.times)) } else { String::new() };
        format!("{} · {}{more}", strings::after(visit.first), self.time_of(visit.first))
    }

    /// The time of day so long after the alert fired.
    pub fn time_of(self, after: Seconds) -> String {
        let zone = self.zone();
        let at = self.assumed.at.get() + after;
        let text = time_after(&zone, self.assumed.at.get(), at);
        let same_day = zone.wall(at).day() == zone.wall(self.assumed.at.get()).day();
        // Without the weekday where it is the alert's own.
        match text.split_once(' ') {
            Some((_, time)) if same_day => time.to_string(),
            _ => text,
        }
    }
}

impl Assumed {
    fn new(session: Session) -> Self {
        let index = session.index.get_untracked();
        let priority = index.world().priorities.first().map(|priority| priority.id.clone());
        // To the minute: nobody reads seconds.
        let now = clock::now();
        Self {
            priority: RwSignal::new(priority),
            at: RwSignal::new(Instant::from_unix(now.unix() - now.unix().rem_euclid(60))),
            zone: RwSignal::new(clock::viewer_zone()),
            more: RwSignal::new(Scenario::default()),
        }
    }

    /// Has times told in the zone of the path, if it names one that is known.
    pub fn take_zone_of(self, path: &PathPayload) {
        let mut named = path.working_hours.iter().flatten().map(|set| set.timezone.clone());
        if let Some(zone) = named.find(|zone| Zone::get(zone).is_some()) {
            self.zone.set(zone);
        }
    }

    /// All that is assumed, without the path.
    pub fn scenario(self) -> Scenario {
        let more = self.more.get();
        Scenario { priority_id: self.priority.get(), fired_at: self.at.get(), ..more }
    }

    /// Assumes what a scenario does; its path is not looked at.
    pub fn load(self, scenario: &Scenario) {
        self.priority.set(scenario.priority_id.clone());
        self.at.set(scenario.fired_at);
        self.more.set(Scenario { path_id: None, path: None, user_ids: Vec::new(), ..scenario.clone() });
    }
}
