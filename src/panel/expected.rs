//! What is expected of the open path, kept beside it, and proven anew after each change for as long as it is known who is
//! on call: by the worker. Where there is none, for four weeks at first and for longer if that was quick.

use std::collections::BTreeSet;

use escalation_api::Value;
use escalation_editor::expect::{ExpectationFix, Judged, State, Suggestions, told};
use escalation_editor::work::{PathQuery, Request, Response};
use escalation_engine::instant::DAY;
use escalation_engine::prove::{Expectation, MAX_DAYS};
use escalation_engine::{Instant, Scenario, Seconds};
use leptos::prelude::*;

use super::Tab;
use super::expectations::MOST_EXPECTED;
use super::kept::{Entry, Keeping, List, Words};
use crate::clock;
use crate::editor::state::Open;
use crate::parts::focus;
use crate::strings;
use crate::worker::For;

/// Its name in the API.
pub const NAME: &str = "expectations";

const WORDS: Words =
    Words { not_kept: strings::panel::NOT_KEPT, waits: strings::panel::WAITS, came: strings::panel::CAME };

/// How far is looked at first where there is no worker.
const FIRST: Seconds = 28 * DAY;

/// What takes the page longer than this is not begun by itself, in milliseconds: typing would wait for it.
const PATIENCE: f64 = 250.0;

/// Something that is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// It can be judged.
    Known(Expectation),
    /// A later version has written it; it is kept as it is.
    Unknown(Value),
}

impl Entry for Item {
    fn read(value: Value) -> Self {
        match Expectation::list_from_text(&format!("[{value}]")).map(|mut list| list.pop()) {
            Ok(Some(expectation)) => Self::Known(expectation),
            _ => Self::Unknown(value),
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Known(expectation) => serde_json::to_value(expectation).unwrap_or_default(),
            Self::Unknown(value) => value.clone(),
        }
    }

    fn join(base: &[Self], ours: &[Self], theirs: &[Self]) -> Vec<Self> {
        escalation_editor::kept::join(base, ours, theirs)
    }
}

/// What is expected, and whether it holds.
#[derive(Clone, Copy)]
pub struct Expected {
    pub items: RwSignal<Vec<Item>>,
    pub keeping: RwSignal<Keeping>,
    /// The items as they are kept.
    pub list: List<Item>,
    /// What was removed last, with its position.
    pub removed: RwSignal<Option<(usize, Item)>>,
    /// The last verdicts.
    pub judged: RwSignal<Vec<Judged>>,
    /// Whether they are of the path as it is now.
    pub is_fresh: RwSignal<bool>,
    /// Whether they could be proven for longer.
    pub can_go_on: RwSignal<bool>,
    /// How many do not hold.
    pub broken: Memo<usize>,
    /// What could be expected, too.
    pub suggested: RwSignal<Suggestions>,
    /// What would make those hold that do not, each with what it mends.
    pub mends: RwSignal<Vec<(Expectation, ExpectationFix)>>,
    /// The sentences of those that held when the path was last saved, and do not now; nothing while that is not known.
    pub lost: RwSignal<Option<Vec<String>>>,
    /// Whether to save waits for that to be known.
    pub save_waits: RwSignal<bool>,
    /// Counts what was asked for; only the last is answered.
    asked: StoredValue<u64>,
    /// The sentences of those that did not hold when last everything was proven.
    were_broken: StoredValue<Option<BTreeSet<String>>>,
}

impl Expected {
    pub fn new() -> Self {
        let judged = RwSignal::new(Vec::new());
        let list = List::new();
        Self {
            items: list.items,
            keeping: list.keeping,
            list,
            removed: RwSignal::new(None),
            judged,
            is_fresh: RwSignal::new(true),
            can_go_on: RwSignal::new(false),
            broken: Memo::new(move |_| judged.with(|all| all.iter().filter(|one| one.is_broken()).count())),
            suggested: RwSignal::default(),
            mends: RwSignal::new(Vec::new()),
            lost: RwSignal::new(Some(Vec::new())),
            save_waits: RwSignal::new(false),
            asked: StoredValue::new(0),
            were_broken: StoredValue::new(None),
        }
    }

    /// What came of an expectation, if that is known.
    pub fn judged_of(self, expectation: &Expectation) -> Option<Judged> {
        self.judged.with(|all| all.iter().find(|judged| judged.expectation == *expectation).cloned())
    }

    /// What would make an expectation hold, if it does not and that is known.
    pub fn mend_of(self, expectation: &Expectation) -> Option<ExpectationFix> {
        let found = self.mends.with(|all| all.iter().find(|(of, _)| of == expectation).map(|(_, mend)| mend.clone()));
        found.filter(|_| self.is_fresh.get())
    }

    /// All that can be judged.
    fn known(self) -> Vec<Expectation> {
        self.items.with_untracked(|items| known(items))
    }
}

/// Reads what is expected, and proves it whenever it or the path changes.
pub fn follow(open: Open) {
    let expected = open.expected;
    expected.list.follow(open, NAME, WORDS, read);
    // Not at each click on a tab: nothing is proven anew where this stays as it is.
    let is_shown = Memo::new(move |_| open.panel.get() && open.tab.get() == Tab::Expectations);
    Effect::new(move || {
        open.path.track();
        open.session.index.track();
        let is_shown = is_shown.get();
        if expected.items.with(Vec::is_empty) && !is_shown {
            expected.judged.set(Vec::new());
            expected.suggested.set(Suggestions::default());
            expected.mends.set(Vec::new());
            expected.is_fresh.set(true);
            expected.lost.set(Some(Vec::new()));
            return;
        }
        expected.is_fresh.set(false);
        expected.lost.set(None);
        ask(open, reach(open));
    });
}

/// Reads what is kept.
pub fn read(open: Open) {
    open.expected.removed.set(None);
    open.expected.list.read(open, NAME, WORDS);
}

/// Changes what is expected, keeps it and says so.
pub fn change(open: Open, said: String, change: impl FnOnce(&mut Vec<Item>)) {
    if open.only_reads() {
        return open.refuse(strings::rights::NOT_CHANGED);
    }
    open.expected.items.update(change);
    open.session.say(said);
    keep(open);
}

/// Removes what stands at a position; it can be had back.
pub fn remove(open: Open, position: usize, sentence: &str) {
    let gone = open.expected.items.with_untracked(|items| items.get(position).cloned());
    let Some(gone) = gone.filter(|_| !open.only_reads()) else {
        return open.refuse(strings::rights::NOT_CHANGED);
    };
    change(open, strings::panel::removed(sentence), |items| drop(items.remove(position)));
    open.expected.removed.set(Some((position, gone)));
}

/// Has back what was removed last; where it stands now.
pub fn put_back(open: Open) -> Option<usize> {
    let (position, item) = open.expected.removed.get_untracked()?;
    let position = position.min(open.expected.items.with_untracked(Vec::len));
    let said = strings::panel::added(&untrack(|| sentence(open, &item)));
    open.expected.removed.set(None);
    change(open, said, |items| {
        if !items.contains(&item) {
            items.insert(position, item);
        }
    });
    Some(position)
}

/// Where something stands, if it is expected already.
pub fn position(open: Open, item: &Item) -> Option<usize> {
    open.expected.items.with_untracked(|items| items.iter().position(|one| one == item))
}

/// What is expected, as a sentence.
pub fn sentence(open: Open, item: &Item) -> String {
    match item {
        Item::Known(one) => escalation_api::capitalised(&one.sentence(&open.session.index.get())),
        Item::Unknown(value) => strings::panel::not_understood(&value.to_string()),
    }
}

/// Those that can be judged, for a file.
pub fn known(items: &[Item]) -> Vec<Expectation> {
    items.iter().filter_map(|item| if let Item::Known(one) = item { Some(one.clone()) } else { None }).collect()
}

/// As they are kept.
pub fn written(all: Vec<Expectation>) -> impl Iterator<Item = Value> {
    all.into_iter().map(|one| Item::Known(one).write())
}

/// Takes in what a file expects beside what is expected; gives what was not expected before.
pub fn take_in(open: Open, from: Vec<Expectation>) -> Vec<Expectation> {
    let mut came = Vec::new();
    // What is not known yet is not overwritten.
    let unread = matches!(open.expected.keeping.get_untracked(), Keeping::Reading | Keeping::NotRead);
    if unread || open.only_reads() {
        return came;
    }
    let before = open.expected.items.with_untracked(|items| known(items));
    let room = MOST_EXPECTED.saturating_sub(open.expected.items.with_untracked(Vec::len));
    came.extend(from.into_iter().filter(|one| !before.contains(one)).take(room));
    if !came.is_empty() {
        open.expected.items.update(|items| items.extend(came.iter().cloned().map(Item::Known)));
        keep(open);
    }
    came
}

/// Takes that out again.
pub fn take_out(open: Open, came: &[Expectation]) {
    if !came.is_empty() {
        let came = |item: &Item| matches!(item, Item::Known(one) if came.contains(one));
        open.expected.items.update(|items| items.retain(|item| !came(item)));
        keep(open);
    }
}

/// Keeps what is expected.
pub fn keep(open: Open) {
    open.expected.list.keep(open, NAME, WORDS);
}

/// The path, from now to where it is known who is on call, up to a year.
pub fn about(open: Open, longest: Seconds) -> PathQuery {
    let now = clock::now().unix();
    let now = Instant::from_unix(now - now.rem_euclid(60));
    let (from, until) = open
        .session
        .index
        .with_untracked(|index| (index.world().entries_from, index.world().entries_until.unwrap_or(Instant::MAX)));
    let from = from.map_or(now, |known| known.max(now));
    let until = until.min(from + longest.min(MAX_DAYS * DAY));
    PathQuery { id: open.id.get_untracked(), path: open.path.get_untracked(), from, until }
}

/// How far ahead is looked without being asked to.
fn reach(open: Open) -> Seconds {
    if open.session.background.is_there() { Seconds::MAX } else { FIRST }
}

/// Proves to the end of what is known, however long it takes.
pub fn go_on(open: Open) {
    ask(open, Seconds::MAX);
}

/// Has it proven once what was changed is drawn.
fn ask(open: Open, longest: Seconds) {
    let expected = open.expected;
    let number = expected.asked.with_value(|asked| asked + 1);
    expected.asked.set_value(number);
    expected.can_go_on.set(false);
    let is_asked = move || expected.asked.try_get_value() == Some(number);
    let begin = move || {
        if !is_asked() {
            return;
        }
        let (about, all) = (about(open, longest), expected.known());
        let reach = about.until - about.from;
        let is_all = longest > FIRST || reach < FIRST;
        let whole = self::about(open, Seconds::MAX);
        let times = (whole.until - whole.from) as f64 / reach.max(1) as f64;
        let index = open.session.index.get_untracked();
        open.session.background.ask(For::Expectations, index, Request::Judge(about, all), move |reply, took| {
            let Response::Judged(judged) = reply else { return };
            if !is_asked() {
                return;
            }
            take(open, judged, is_all);
            look_back(open);
            if is_all {
                suggest(open, number);
            } else if took * times > PATIENCE {
                expected.can_go_on.set(true);
                suggest(open, number);
            } else {
                ask(open, Seconds::MAX);
            }
        });
    };
    clock::after_frame(begin);
}

/// Has it looked what could be expected, too, where that is shown; then what would mend what does not hold.
fn suggest(open: Open, number: u64) {
    let expected = open.expected;
    if open.tab.get_untracked() != Tab::Expectations {
        return mend(open);
    }
    let question = Request::Suggest(about(open, reach(open)), expected.known());
    let index = open.session.index.get_untracked();
    open.session.background.ask(For::Expectations, index, question, move |reply, _| {
        if expected.asked.try_get_value() != Some(number) {
            return;
        }
        if let Response::Suggested(found) = reply {
            expected.suggested.set(found);
        }
        mend(open);
    });
}

/// Has it looked what would mend what does not hold: many proofs, and so nothing for the page.
fn mend(open: Open) {
    let expected = open.expected;
    let number = expected.asked.get_value();
    if expected.broken.get_untracked() == 0 || !open.session.trials.is_there() {
        return;
    }
    let all = expected.known();
    let question = Request::SuggestFixes(about(open, Seconds::MAX), all.clone());
    let index = open.session.index.get_untracked();
    open.session.trials.ask(For::Expectations, index, question, move |reply, _| {
        let Response::Mended(found) = reply else { return };
        if expected.asked.try_get_value() == Some(number) {
            let with = |mend: ExpectationFix| Some((all.get(mend.at)?.clone(), mend));
            expected.mends.set(found.into_iter().filter_map(with).collect());
        }
    });
}

/// Takes what came of it, and says what is another than before.
fn take(open: Open, judged: Vec<Judged>, is_all: bool) {
    let expected = open.expected;
    let index = open.session.index.get_untracked();
    let sentence = |one: &Judged| one.expectation.sentence(&index);
    let broken: BTreeSet<String> = judged.iter().filter(|one| one.is_broken()).map(sentence).collect();
    let still_expected: BTreeSet<String> = judged.iter().map(sentence).collect();
    expected.were_broken.update_value(|before| {
        if let Some(before) = before {
            let new: Vec<&str> = broken.difference(before).map(String::as_str).collect();
            let gone = before.difference(&broken).filter(|one| still_expected.contains(*one));
            let gone: Vec<&str> = gone.map(String::as_str).collect();
            if !new.is_empty() {
                open.session.say(strings::panel::now_broken(&new));
            } else if is_all && !gone.is_empty() {
                open.session.say(strings::panel::now_holds(&gone));
            }
        }
        // In four weeks what is broken later is not seen: it counts as broken until all is proven.
        let mut now = broken;
        if !is_all {
            now.extend(before.take().unwrap_or_default());
        }
        *before = Some(now);
    });
    expected.mends.update(|mends| mends.clear());
    expected.judged.set(judged);
    expected.is_fresh.set(true);
}

/// Has it looked which of those that do not hold did so when the path was last saved.
fn look_back(open: Open) {
    let expected = open.expected;
    let number = expected.asked.get_value();
    let broken: Vec<Expectation> = expected
        .judged
        .with_untracked(|all| all.iter().filter(|one| one.is_broken()).map(|one| one.expectation.clone()).collect());
    let saved = open.editor.with_untracked(|editor| editor.saved().filter(|_| editor.is_dirty()).cloned());
    let Some(path) = saved.filter(|_| !broken.is_empty()) else { return expected.lost.set(Some(Vec::new())) };
    let question = Request::Judge(PathQuery { path, ..about(open, reach(open)) }, broken);
    let index = open.session.index.get_untracked();
    open.session.background.ask(For::Saved, index.clone(), question, move |reply, _| {
        let Response::Judged(before) = reply else { return };
        if expected.asked.try_get_value() == Some(number) {
            let held = before.iter().filter(|judged| judged.holds());
            expected.lost.set(Some(held.map(|judged| judged.expectation.sentence(&index)).collect()));
        }
    });
}

/// Plays the alert that shows that an expectation does not hold: all of it.
pub fn play(open: Open, judged: &Judged) {
    if let Some(example) = judged.ruling.as_ref().ok().and_then(|ruling| ruling.example.as_ref()) {
        play_alert(open, example);
    }
}

/// Plays an alert in the simulator.
pub fn play_alert(open: Open, alert: &Scenario) {
    open.simulate(alert);
    open.session.say(strings::panel::PLAYED);
    focus::give_to("tab-simulate");
}

/// Something that does not hold.
pub struct Broken {
    /// What is expected, in a sentence.
    pub sentence: String,
    /// The verdict, in words.
    pub told: String,
    pub judged: Judged,
}

impl Broken {
    /// Whether its sentence is one of these.
    pub fn is_among(&self, sentences: &[String]) -> bool {
        sentences.iter().any(|one| escalation_api::capitalised(one) == self.sentence)
    }
}

/// What does not hold.
pub fn broken(open: Open) -> Vec<Broken> {
    let (index, zone) = (open.session.index.get(), open.zone());
    let tell = |judged: &Judged| {
        let told = told(judged, &index, &zone);
        let sentence = escalation_api::capitalised(&judged.expectation.sentence(&index));
        (told.state == State::Broken).then(|| Broken { sentence, told: told.sentence, judged: judged.clone() })
    };
    open.expected.judged.with(|all| all.iter().filter_map(tell).collect())
}
