//! What is expected of the open path, kept beside it, and proven anew after each change: once the change is drawn, for
//! four weeks at first and, if that was quick, for as long as it is known who is on call.

use std::collections::BTreeSet;
use std::time::Duration;

use escalation_api::Value;
use escalation_editor::expect::{self, State, told};
use escalation_engine::instant::DAY;
use escalation_engine::prove::{Expectation, Horizon, MAX_DAYS, Verdict, prove};
use escalation_engine::{Instant, Scenario, Seconds};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Tab;
use super::kept;
use crate::clock;
use crate::editor::state::Open;
use crate::strings;

/// Its name in the API.
pub const NAME: &str = "expectations";

/// How far is looked at first.
const FIRST: Seconds = 28 * DAY;

/// So long nothing may have changed before it is proven, and after that before more is.
const REST: Duration = Duration::from_millis(120);
const LONG_REST: Duration = Duration::from_millis(400);

/// What takes longer than this is not begun by itself, in milliseconds: typing would wait for it.
const PATIENCE: f64 = 250.0;

/// Something that is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// It can be judged.
    Known(Expectation),
    /// A later version has written it; it is kept as it is.
    Unknown(Value),
}

impl Item {
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
}

/// What came of an expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub expectation: Expectation,
    /// The verdict, or why it cannot be judged.
    pub verdict: Result<Verdict, String>,
}

/// Whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// It is being read.
    Reading,
    /// What is shown is what is kept.
    Done,
    /// It could not be read; nothing can be added until it has been.
    NotRead,
    /// The last change is not kept.
    NotKept,
}

/// What is expected, and whether it holds.
#[derive(Clone, Copy)]
pub struct Expected {
    pub items: RwSignal<Vec<Item>>,
    pub keeping: RwSignal<Keeping>,
    /// The last verdicts.
    pub judged: RwSignal<Vec<Judged>>,
    /// Whether they are of the path as it is now.
    pub is_fresh: RwSignal<bool>,
    /// Whether they could be proven for longer.
    pub can_go_on: RwSignal<bool>,
    /// How many do not hold.
    pub broken: Memo<usize>,
    /// What could be expected, too.
    pub suggested: RwSignal<Vec<Expectation>>,
    /// Counts what was asked for; only the last is answered.
    asked: StoredValue<u64>,
    /// The sentences of those that did not hold when last everything was proven.
    were_broken: StoredValue<Option<BTreeSet<String>>>,
}

fn is_broken(judged: &Judged) -> bool {
    judged.verdict.as_ref().is_ok_and(|verdict| verdict.verdict == escalation_engine::prove::Answer::Refuted)
}

impl Expected {
    pub fn new() -> Self {
        let judged = RwSignal::new(Vec::new());
        Self {
            items: RwSignal::new(Vec::new()),
            keeping: RwSignal::new(Keeping::Reading),
            judged,
            is_fresh: RwSignal::new(true),
            can_go_on: RwSignal::new(false),
            broken: Memo::new(move |_| judged.with(|all| all.iter().filter(|one| is_broken(one)).count())),
            suggested: RwSignal::new(Vec::new()),
            asked: StoredValue::new(0),
            were_broken: StoredValue::new(None),
        }
    }

    /// What came of an expectation, if that is known.
    pub fn judged_of(self, expectation: &Expectation) -> Option<Judged> {
        self.judged.with(|all| all.iter().find(|judged| judged.expectation == *expectation).cloned())
    }
}

/// Reads what is expected, and proves it whenever it or the path changes.
pub fn follow(open: Open) {
    let expected = open.expected;
    Effect::new(move |before: Option<String>| {
        let id = open.id.get();
        // A new path that was saved for the first time takes along what is expected of it.
        if before.as_deref() == Some("") && expected.items.with_untracked(|items| !items.is_empty()) {
            keep(open);
        } else {
            read(open);
        }
        id
    });
    Effect::new(move || {
        open.compiled.track();
        open.session.index.track();
        let is_shown = open.panel.get() && open.tab.get() == Tab::Expectations;
        if expected.items.with(Vec::is_empty) && !is_shown {
            expected.judged.set(Vec::new());
            expected.suggested.set(Vec::new());
            return;
        }
        ask(open, FIRST, REST);
    });
}

/// Reads what is kept.
pub fn read(open: Open) {
    let expected = open.expected;
    expected.keeping.set(Keeping::Reading);
    let id = open.id.get_untracked();
    spawn_local(async move {
        let found = kept::read(open, NAME).await;
        if open.id.try_get_untracked().as_ref() != Some(&id) {
            return;
        }
        match found {
            Ok(list) => {
                expected.items.set(list.into_iter().map(Item::read).collect());
                expected.keeping.set(Keeping::Done);
            }
            Err(_) => expected.keeping.set(Keeping::NotRead),
        }
    });
}

/// Changes what is expected, keeps it and says so.
pub fn change(open: Open, said: String, change: impl FnOnce(&mut Vec<Item>)) {
    open.expected.items.update(change);
    open.session.say(said);
    keep(open);
}

/// Keeps what is expected.
pub fn keep(open: Open) {
    let expected = open.expected;
    let list: Vec<Value> = expected.items.with_untracked(|items| items.iter().map(Item::write).collect());
    spawn_local(async move {
        let kept = kept::write(open, NAME, list).await;
        let now = if kept.is_ok() { Keeping::Done } else { Keeping::NotKept };
        if now == Keeping::NotKept {
            open.session.say(strings::panel::NOT_KEPT);
        }
        let _left = expected.keeping.try_set(now);
    });
}

/// From now to where it is known who is on call, up to a year.
fn horizon(open: Open, longest: Seconds) -> Horizon {
    let now = clock::now().unix();
    let now = Instant::from_unix(now - now.rem_euclid(60));
    let (from, until) = open
        .session
        .index
        .with_untracked(|index| (index.world().entries_from, index.world().entries_until.unwrap_or(Instant::MAX)));
    let from = from.map_or(now, |known| known.max(now));
    Horizon { from, until: until.min(from + longest.min(MAX_DAYS * DAY)), scenario: Scenario::default() }
}

/// Proves to the end of what is known, however long it takes.
pub fn go_on(open: Open) {
    ask(open, Seconds::MAX, Duration::ZERO);
}

/// Has it proven once nothing has changed for a while.
fn ask(open: Open, longest: Seconds, rest: Duration) {
    let expected = open.expected;
    let number = expected.asked.with_value(|asked| asked + 1);
    expected.asked.set_value(number);
    expected.can_go_on.set(false);
    if longest == FIRST {
        expected.is_fresh.set(false);
    }
    let begin = move || {
        if expected.asked.try_get_value() != Some(number) {
            return;
        }
        let began = clock::milliseconds();
        let horizon = horizon(open, longest);
        let is_all = horizon.until < horizon.from + longest.min(MAX_DAYS * DAY) || longest > FIRST;
        judge(open, &horizon, is_all);
        let took = clock::milliseconds() - began;
        if is_all {
            return;
        }
        let all = self::horizon(open, Seconds::MAX);
        let times = (all.until - all.from) as f64 / (horizon.until - horizon.from).max(1) as f64;
        if took * times > PATIENCE {
            expected.can_go_on.set(true);
        } else {
            ask(open, Seconds::MAX, LONG_REST);
        }
    };
    // What was changed is drawn first.
    request_animation_frame(move || set_timeout(begin, rest));
}

fn judge(open: Open, horizon: &Horizon, is_all: bool) {
    let expected = open.expected;
    let (compiled, index) = (open.compiled.get_untracked(), open.session.index.get_untracked());
    let all: Vec<Expectation> = expected.items.with_untracked(|items| {
        items.iter().filter_map(|item| if let Item::Known(one) = item { Some(one.clone()) } else { None }).collect()
    });
    let of = |verdict: Verdict| Judged { expectation: verdict.expectation.clone(), verdict: Ok(verdict) };
    let judged: Vec<Judged> = match prove(&compiled, &index, horizon, &all) {
        Ok(verdicts) => verdicts.into_iter().map(of).collect(),
        // One that cannot be judged does not keep the others from it.
        Err(_) => all
            .iter()
            .map(|one| match prove(&compiled, &index, horizon, std::slice::from_ref(one)).map(|mut all| all.pop()) {
                Ok(Some(verdict)) => of(verdict),
                Ok(None) => Judged { expectation: one.clone(), verdict: Err(String::new()) },
                Err(error) => Judged { expectation: one.clone(), verdict: Err(error.message) },
            })
            .collect(),
    };
    let broken: BTreeSet<String> =
        judged.iter().filter(|one| is_broken(one)).map(|one| one.expectation.sentence(&index)).collect();
    expected.were_broken.update_value(|before| {
        if let Some(before) = before {
            let new: Vec<&str> = broken.difference(before).map(String::as_str).collect();
            let gone: Vec<&str> = before.difference(&broken).map(String::as_str).collect();
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
    expected.judged.set(judged);
    expected.is_fresh.set(true);
    if open.tab.get_untracked() == Tab::Expectations {
        expected.suggested.set(expect::suggestions(&compiled, &index, horizon, &all));
    }
}

/// Plays the alert that shows that an expectation does not hold: all of it.
pub fn play(open: Open, verdict: &Verdict) {
    if let Some(example) = &verdict.counterexample {
        open.assumed.load(&example.scenario);
        open.panel.set(true);
        open.tab.set(Tab::Simulate);
        open.session.say(strings::panel::PLAYED);
        super::focus("tab-simulate");
    }
}

/// The sentences of what does not hold, for the review.
pub fn broken(open: Open) -> Vec<(String, String, Verdict)> {
    let (index, zone) = (open.session.index.get(), open.zone());
    let tell = |judged: &Judged| {
        let verdict = judged.verdict.as_ref().ok()?;
        let told = told(verdict, &zone);
        let sentence = escalation_api::capitalised(&verdict.expectation.sentence(&index));
        (told.state == State::Broken).then(|| (sentence, told.sentence, verdict.clone()))
    };
    open.expected.judged.with(|all| all.iter().filter_map(tell).collect())
}
