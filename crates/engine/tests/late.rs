//! R26 and R10: what a server does that a simulation does not: timers that are late, programs that respond, and runs that
//! could not be followed any further and are still there.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use escalation_api::{Json as _, PathPayload};
use escalation_engine::machine::{Alert, Context, Event, EventKind, Outcome, State, Status, StepKind, Who, step};
use escalation_engine::world::User;
use escalation_engine::{CompiledPath, Index, Instant, Semantics, World};
use serde_json::{Value, json};

/// A run by hand, from the instant 0 on.
struct Run {
    path: CompiledPath,
    index: Index,
    semantics: Semantics,
    state: State,
}

fn at(seconds: i64) -> Instant {
    Instant::from_unix(1_800_000_000 + seconds)
}

fn user(id: &str) -> Who {
    Who::User(id.into())
}

fn level(id: &str, users: &[&str], more: Value) -> Value {
    let targets: Vec<_> = users.iter().map(|id| json!({"type": "user", "id": id, "urgency": "high"})).collect();
    let mut level = json!({ "targets": targets });
    level.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": id, "type": "level", "level": level})
}

impl Run {
    fn new(nodes: Value) -> Self {
        let users = ["ann", "ben", "cy"].map(|id| User {
            id: id.to_string(),
            name: id.to_string(),
            email: None,
            can_be_paged: true,
            not_paged_reason: None,
            unread: false,
        });
        let index = Index::new(World { users: users.to_vec(), ..World::default() });
        let path = PathPayload::from_text(&json!({"name": "Path", "path": nodes}).to_string()).unwrap();
        let path = CompiledPath::new("path", &path, &index);
        let state = State::new(at(0), None, 0, Alert::ResolvesWithAck);
        let mut run = Self { path, index, semantics: Semantics::default(), state };
        run.take(0, EventKind::Fire);
        run
    }

    /// What happens at an instant, in words.
    fn take(&mut self, seconds: i64, kind: EventKind) -> Vec<String> {
        let (branches, visits, turns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let context = Context {
            path: &self.path,
            index: &self.index,
            semantics: &self.semantics,
            branches: &branches,
            branch_visits: &visits,
            round_robin: &turns,
            turn: 0,
        };
        let (state, steps) = step(&context, self.state.clone(), Event { at: at(seconds), kind });
        // All of it is in what can be stored.
        self.state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        let told = steps.iter().filter_map(|step| {
            assert_eq!(step.at, at(seconds));
            Some(match &step.what {
                StepKind::Entered => format!("enters {}", self.path.node(step.place?)?.id),
                StepKind::Paged { user, attempt, .. } => format!("pages {user} ({attempt})"),
                StepKind::Waiting(until) => format!("waits for {}", (*until)? - step.at),
                other => format!("{:?}", other.name()).to_lowercase(),
            })
        });
        told.collect()
    }

    /// The same for a timer, which is not due before.
    fn timer(&mut self, seconds: i64) -> Vec<String> {
        assert!(self.due().is_some_and(|due| due <= seconds), "{:?}", self.due());
        self.take(seconds, EventKind::Timer)
    }

    fn due(&self) -> Option<i64> {
        let (branches, visits, turns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let context = Context {
            path: &self.path,
            index: &self.index,
            semantics: &self.semantics,
            branches: &branches,
            branch_visits: &visits,
            round_robin: &turns,
            turn: 0,
        };
        self.state.due(&context).map(|due| due - at(0))
    }
}

#[test]
fn waits_count_from_when_something_really_happened() {
    let wait = |seconds: i64| json!({ "time_to_ack_seconds": seconds });
    let mut run = Run::new(json!([level("a", &["ann"], wait(300)), level("b", &["ben"], wait(300))]));
    // Noticed after a minute.
    assert_eq!(run.timer(60), ["triggered", "enters a", "pages ann (1)", "waits for 300"]);
    assert_eq!(run.due(), Some(360));
    // Noticed after two hours: one level, and not what would have followed it meanwhile.
    assert_eq!(run.timer(7_200), ["enters b", "pages ben (1)", "waits for 300"]);
    assert_eq!(run.due(), Some(7_500));
    assert_eq!(run.timer(7_500), ["expired"]);
}

#[test]
fn pages_are_not_caught_up_on() {
    let more = json!({"time_to_ack_seconds": 3_600, "retry_config": {"attempts": 4, "interval_seconds": 60}});
    let mut run = Run::new(json!([level("a", &["ann"], more), level("b", &["ben"], json!({}))]));
    run.timer(0);
    assert_eq!(run.due(), Some(60));
    // Three are due by now; one is sent, and the next a minute later.
    assert_eq!(run.timer(200), ["pages ann (2)"]);
    assert_eq!(run.due(), Some(260));
    assert_eq!(run.timer(260), ["pages ann (3)"]);
    // The level's time is up, and with it whatever was to come within it.
    assert_eq!(run.timer(4_000), ["enters b", "pages ben (1)", "waits for 1800"]);
}

#[test]
fn a_turn_that_is_late_is_whole() {
    let more = json!({"time_to_ack_seconds": 900, "round_robin_config": {"enabled": true, "rotate_after_seconds": 300},
        "retry_config": {"attempts": 10, "interval_seconds": 60}});
    let mut run = Run::new(json!([level("a", &["ann", "ben", "cy"], more), level("b", &["ben"], json!({}))]));
    run.timer(0);
    assert_eq!(run.timer(400), ["pages ben (1)"], "not ann once more");
    assert_eq!(run.due(), Some(460), "ben once more");
    assert_eq!(run.timer(460), ["pages ben (2)"]);
    assert_eq!(run.timer(700), ["pages cy (1)"]);
    assert_eq!(run.timer(901), ["enters b", "pages ben (1)", "waits for 1800"]);
}

#[test]
fn a_program_responds_for_the_escalation_as_a_whole() {
    let key = || Who::Key("deploy".into());
    let wait = json!({ "time_to_ack_seconds": 300 });
    let path = || Run::new(json!([level("a", &["ann"], wait.clone()), level("b", &["ben"], wait.clone())]));
    let mut run = path();
    assert!(
        run.state.may_ack(&key(), None) && !run.state.may_nack(&key(), None) && !run.state.may_snooze(&key(), None)
    );
    // Before anybody was paged there is nothing to put off.
    let snooze = |until| EventKind::Snooze { who: key(), entry: None, until: at(until) };
    assert!(run.take(0, snooze(60)).is_empty());
    run.timer(0);
    assert!(run.take(1, EventKind::Nack { who: key(), entry: None }).is_empty());
    assert_eq!(run.take(1, snooze(100)), ["snoozed"]);
    assert_eq!(run.timer(100), ["resumed", "enters a", "pages ann (1)", "waits for 300"]);
    assert_eq!(run.take(110, EventKind::Ack { who: key(), entry: None }), ["acked"]);
    assert_eq!((run.state.status, run.due()), (Status::Acked, None));
    assert!(!run.state.may_ack(&key(), None) && !run.state.may_ack(&user("ann"), None));
    assert!(run.take(111, EventKind::Ack { who: key(), entry: None }).is_empty());

    // Whoever was not paged may not, and each may once.
    let mut run = path();
    run.timer(0);
    assert!(run.state.may_ack(&user("ann"), None) && !run.state.may_ack(&user("ben"), None));
    run.take(5, EventKind::Nack { who: user("ann"), entry: None });
    assert!(!run.state.may_ack(&user("ann"), None) && run.state.may_ack(&user("ben"), None));
    assert_eq!(run.state.notified().cloned().collect::<Vec<_>>(), [user("ann"), user("ben")]);
}

#[test]
fn what_cannot_be_followed_any_further_is_still_there() {
    let lost = || {
        let mut run = Run::new(json!([
            level("a", &["ann"], json!({ "time_to_ack_seconds": 60 })),
            level("b", &["nobody-knows"], json!({}))
        ]));
        run.timer(0);
        assert_eq!(run.timer(60), ["enters b", "stopped"]);
        assert_eq!((run.state.outcome, run.due()), (Some(Outcome::Undecided), None));
        assert!(run.state.is_stopped() && run.state.has_ended());
        run
    };
    let mut run = lost();
    assert!(run.state.may_ack(&user("ann"), None) && !run.state.may_snooze(&user("ann"), None));
    assert_eq!(run.take(90, EventKind::Ack { who: user("ann"), entry: None }), ["acked"]);
    assert_eq!((run.state.status, run.state.outcome, run.state.is_stopped()), (Status::Acked, None, false));
    let mut run = lost();
    assert_eq!(run.take(90, EventKind::Cancel), ["cancelled"]);
    assert!(run.take(91, EventKind::Resolve).is_empty(), "it is over");
    assert_eq!(run.state.status, Status::Cancelled);
}
