//! What may be expected of a path because it is so now: worth keeping, so that a later change that breaks it is seen.

use escalation_engine::compile::CompiledPath;
use escalation_engine::pace::{Pace, Sliced};
use escalation_engine::prove::{Expect, Expectation, Horizon, VerdictKind, prove_at};
use escalation_engine::{Index, Seconds};
use serde::{Deserialize, Serialize};

/// The times that are tried: what people say, and not what the path happens to need to the second.
pub(super) const TIMES: [Seconds; 14] =
    [0, 60, 120, 300, 600, 900, 1_200, 1_800, 2_700, 3_600, 7_200, 14_400, 43_200, 86_400];

/// What may be worth expecting of a path.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Suggestions {
    /// What holds, and may be worth keeping.
    pub hold: Vec<Expectation>,
    /// What anybody would expect of a path, and does not hold.
    pub fail: Vec<Expectation>,
}

/// Whether something is expected of every path, said or not.
fn is_expected_of_all(expectation: &Expectation) -> bool {
    expectation.expect == Expect::PagesSomeone
}

/// What holds now over a horizon and is not expected yet: the strictest of each kind, for all priorities or, where it
/// does not hold for all, for the highest. And what everybody expects and is refuted.
#[must_use]
pub fn suggestions(path: &CompiledPath, index: &Index, horizon: &Horizon, expected: &[Expectation]) -> Suggestions {
    Sliced::new(|pace| async move { suggestions_at(&pace, path, index, horizon, expected).await }).finish()
}

/// The same in [slices](escalation_engine::pace).
pub(crate) async fn suggestions_at(
    pace: &Pace,
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    expected: &[Expectation],
) -> Suggestions {
    let highest = index.world().priorities.first().filter(|_| index.world().knows_priority_order());
    let first = highest.map(|priority| vec![priority.id.clone()]);
    let timed = |expect, people: Option<usize>, seconds, priorities: &Option<Vec<String>>| Expectation {
        seconds: Some(seconds),
        people,
        priorities: priorities.clone(),
        ..Expectation::new(expect)
    };
    // Each is a list of candidates, of which the first that holds is suggested.
    let ladder = |expect, people| -> Vec<Expectation> {
        let of = |priorities: &Option<Vec<String>>| TIMES.map(|seconds| timed(expect, people, seconds, priorities));
        let highest = first.iter().flat_map(|ids| of(&Some(ids.clone())));
        of(&None).into_iter().chain(highest).collect()
    };
    let ladders: Vec<Vec<Expectation>> = vec![
        vec![Expectation::new(Expect::PagesSomeone)],
        ladder(Expect::FirstPageWithin, None),
        ladder(Expect::ReachesPeopleWithin, Some(2)),
        vec![Expectation::new(Expect::NoSinglePerson)],
        ladder(Expect::EndsWithin, None),
        vec![Expectation::new(Expect::NotLouderThan)],
        vec![Expectation::new(Expect::NoConsecutiveSamePerson)],
        vec![Expectation::new(Expect::EveryNodeReachable)],
    ];
    let new: Vec<_> = ladders
        .into_iter()
        .filter(|ladder| ladder.first().is_some_and(|one| expected.iter().all(|known| known.expect != one.expect)))
        .collect();
    // All in one walk.
    let all: Vec<Expectation> = new.iter().flatten().cloned().collect();
    let Ok(verdicts) = prove_at(pace, path, index, horizon, &all).await else { return Suggestions::default() };
    let mut verdicts = verdicts.iter();
    let mut found = Suggestions::default();
    for ladder in new {
        let of_ladder: Vec<_> = verdicts.by_ref().take(ladder.len()).collect();
        let holds = of_ladder.iter().find(|verdict| verdict.verdict == VerdictKind::Proven && verdict.scope.cells > 0);
        found.hold.extend(holds.map(|verdict| verdict.expectation.clone()));
        let fails =
            of_ladder.iter().find(|one| one.verdict == VerdictKind::Refuted && is_expected_of_all(&one.expectation));
        found.fail.extend(fails.map(|verdict| verdict.expectation.clone()));
    }
    found
}
