//! What came of what is expected, without the run that shows it: it is small enough to be sent about.

use escalation_engine::pace::{Pace, Sliced};
use escalation_engine::prove::{Expectation, Horizon, PriorityInterval, Scope, Verdict, VerdictKind, prove_at};
use escalation_engine::{CompiledPath, Index, Scenario};
use serde::{Deserialize, Serialize};

/// What came of an expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What is expected.
    pub expectation: Expectation,
    /// The ruling, or why there can be none.
    pub ruling: Result<Ruling, String>,
}

/// A verdict, with the alert that shows it and not what becomes of that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// Whether it holds.
    pub answer: VerdictKind,
    /// For what.
    pub scope: Scope,
    /// An alert that shows that it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Scenario>,
    /// When it does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refuted_during: Vec<PriorityInterval>,
    /// Whether one and the same alert may go either way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub depends: bool,
    /// When it cannot be said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_during: Vec<PriorityInterval>,
    /// The ids of nodes that are never reached, or branches of which a side never is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<String>,
}

impl From<Verdict> for Judged {
    fn from(verdict: Verdict) -> Self {
        let Verdict { expectation, verdict, scope, counterexample, refuted_during, depends, unknown_during, never } =
            verdict;
        let example = counterexample.map(|example| example.scenario);
        let ruling = Ruling { answer: verdict, scope, example, refuted_during, depends, unknown_during, never };
        Self { expectation, ruling: Ok(ruling) }
    }
}

impl Judged {
    /// Whether it is known not to hold.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is(VerdictKind::Refuted)
    }

    /// Whether it holds for all that it was judged for.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.is(VerdictKind::Proven)
    }

    fn is(&self, answer: VerdictKind) -> bool {
        self.ruling.as_ref().is_ok_and(|ruling| ruling.answer == answer)
    }
}

/// Judges expectations, in their order. One that cannot be judged does not keep the others from it.
#[must_use]
pub fn judge(path: &CompiledPath, index: &Index, horizon: &Horizon, all: &[Expectation]) -> Vec<Judged> {
    Sliced::new(|pace| async move { judge_at(&pace, path, index, horizon, all).await }).finish()
}

/// The same in [slices](escalation_engine::pace).
pub(crate) async fn judge_at(
    pace: &Pace,
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    all: &[Expectation],
) -> Vec<Judged> {
    if let Ok(verdicts) = prove_at(pace, path, index, horizon, all).await {
        return verdicts.into_iter().map(Judged::from).collect();
    }
    let mut found = Vec::with_capacity(all.len());
    for one in all {
        let judged = |ruling| Judged { expectation: one.clone(), ruling };
        let alone = prove_at(pace, path, index, horizon, std::slice::from_ref(one)).await;
        found.push(match alone.map(|mut verdicts| verdicts.pop()) {
            Ok(Some(verdict)) => verdict.into(),
            Ok(None) => judged(Err(String::new())),
            Err(error) => judged(Err(error.message)),
        });
    }
    found
}
