//! A change that makes what is expected hold again: tried and proven before anybody hears of it.

use std::collections::BTreeSet;

use escalation_api::{NodeKind, PathPayload, Value};
use escalation_engine::check::{Fix, Op, Operation, check, is_refused};
use escalation_engine::pace::{Pace, Sliced};
use escalation_engine::prove::{Expect, Expectation, Horizon};
use escalation_engine::words::duration;
use escalation_engine::{CompiledPath, Index, Seconds};
use serde::{Deserialize, Serialize};

use super::judged::{Judged, judge_at};
use super::suggest::TIMES;
use crate::command::Timer;
use crate::tree::PathNode;
use crate::words;

/// So many changes are tried in all: each is a proof.
const MOST_TRIES: usize = 80;

/// A change that makes what is expected hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectationFix {
    /// The position of the expectation among those that were given.
    pub at: usize,
    /// The change.
    pub fix: Fix,
}

/// For each expectation that does not hold, the first change with which it does, over all of the horizon; none that
/// breaks another expectation, or makes a path that would be refused. What `check` would mend is tried first, then other
/// waiting times, those that change least first.
#[must_use]
pub fn find_fixes(
    id: &str,
    path: &PathPayload,
    index: &Index,
    horizon: &Horizon,
    all: &[Expectation],
) -> Vec<ExpectationFix> {
    Sliced::new(|pace| async move { find_fixes_at(&pace, id, path, index, horizon, all).await }).finish()
}

/// The same in [slices](escalation_engine::pace).
pub(crate) async fn find_fixes_at(
    pace: &Pace,
    id: &str,
    path: &PathPayload,
    index: &Index,
    horizon: &Horizon,
    all: &[Expectation],
) -> Vec<ExpectationFix> {
    let before = judge_at(pace, &CompiledPath::new(id, path, index), index, horizon, all).await;
    let broken: BTreeSet<usize> =
        before.iter().enumerate().filter(|(_, judged)| judged.is_broken()).map(|(at, _)| at).collect();
    if broken.is_empty() {
        return Vec::new();
    }
    let problems = check(id, path, index);
    let was_refused = is_refused(&problems);
    let mut found: Vec<ExpectationFix> = Vec::new();
    let mut tries = Tries { pace, id, index, horizon, all, before: &before, was_refused, left: MOST_TRIES };
    for fix in problems.into_iter().filter_map(|problem| problem.fix) {
        let mended = tries.mended_by(&fix, path).await;
        found.extend(mended.into_iter().map(|at| ExpectationFix { at, fix: fix.clone() }));
    }
    for at in broken {
        if found.iter().any(|mend| mend.at == at) {
            continue;
        }
        let Some(expectation) = all.get(at) else { continue };
        if let Some(fix) = tries.by_waiting(at, expectation, path).await {
            found.push(ExpectationFix { at, fix });
        }
    }
    found.sort_by_key(|mend| mend.at);
    found.dedup_by_key(|mend| mend.at);
    found
}

struct Tries<'a> {
    pace: &'a Pace,
    id: &'a str,
    index: &'a Index,
    horizon: &'a Horizon,
    all: &'a [Expectation],
    before: &'a [Judged],
    was_refused: bool,
    left: usize,
}

impl Tries<'_> {
    /// The positions of what holds with a change and did not without; none if anything is worse with it.
    async fn mended_by(&mut self, fix: &Fix, path: &PathPayload) -> Vec<usize> {
        if self.left == 0 {
            return Vec::new();
        }
        self.left -= 1;
        let Ok(path) = fix.apply(path) else { return Vec::new() };
        if !self.was_refused && is_refused(&check(self.id, &path, self.index)) {
            return Vec::new();
        }
        let compiled = CompiledPath::new(self.id, &path, self.index);
        let after = judge_at(self.pace, &compiled, self.index, self.horizon, self.all).await;
        let pairs = || self.before.iter().zip(&after);
        let is_worse = |(before, after): (&Judged, &Judged)| {
            (before.holds() && !after.holds()) || (after.is_broken() && !before.is_broken())
        };
        if pairs().any(is_worse) {
            return Vec::new();
        }
        let mended = pairs().enumerate().filter(|(_, (before, after))| before.is_broken() && after.holds());
        mended.map(|(at, _)| at).collect()
    }

    /// Another waiting time of one node.
    async fn by_waiting(&mut self, at: usize, expectation: &Expectation, path: &PathPayload) -> Option<Fix> {
        let is_shorter = match expectation.expect {
            Expect::FirstPageWithin | Expect::ReachesPeopleWithin | Expect::EndsWithin | Expect::CoveredBy => true,
            Expect::AtMostPeopleBefore => false,
            _ => return None,
        };
        let mut waits = Vec::new();
        each_wait(&path.path, "/path", &mut |pointer, node, seconds| waits.push((pointer, node, seconds)));
        waits.sort_by_key(|(_, _, seconds)| if is_shorter { -*seconds } else { *seconds });
        for (pointer, node, seconds) in waits {
            // The nearest to what it is comes first.
            let mut times: Vec<Seconds> = TIMES.into_iter().filter(|time| *time > 0).collect();
            if is_shorter {
                times.retain(|time| *time < seconds);
                times.reverse();
            } else {
                times.retain(|time| *time > seconds);
            }
            let fix = |time: Seconds| Fix {
                title: title(node, path, self.index, time, seconds),
                patch: vec![Operation {
                    op: Op::Replace,
                    path: pointer.clone(),
                    from: None,
                    value: Some(Value::from(time)),
                }],
            };
            // Where the furthest does not do, no other will.
            let Some((furthest, nearer)) = times.split_last() else { continue };
            let furthest = fix(*furthest);
            if self.mended_by(&furthest, path).await.contains(&at) {
                for nearer in nearer.iter().copied().map(fix) {
                    if self.mended_by(&nearer, path).await.contains(&at) {
                        return Some(nearer);
                    }
                }
                return Some(furthest);
            }
        }
        None
    }
}

fn title(node: &PathNode, path: &PathPayload, index: &Index, time: Seconds, was: Seconds) -> String {
    let (time, was) = (duration(time), duration(was));
    match &node.kind {
        NodeKind::Delay(_) => format!("Wait {time} instead of {was}"),
        _ => format!("Wait {time} instead of {was} after “{}”", words::node(node, path, index).title),
    }
}

/// Each node that waits a number of seconds, with the place of that number as RFC 6901 has it.
fn each_wait<'a>(list: &'a [PathNode], at: &str, tell: &mut impl FnMut(String, &'a PathNode, Seconds)) {
    for (position, node) in list.iter().enumerate() {
        let at = format!("{at}/{position}");
        let field = match &node.kind {
            NodeKind::Level(_) => "level/time_to_ack_seconds",
            NodeKind::NotifyChannel(_) => "notify_channel/time_to_ack_seconds",
            NodeKind::Delay(_) => "delay/delay_seconds",
            NodeKind::IfElse(branch) => {
                each_wait(&branch.then_path, &format!("{at}/if_else/then_path"), tell);
                each_wait(&branch.else_path, &format!("{at}/if_else/else_path"), tell);
                continue;
            }
            _ => continue,
        };
        if let Some(Timer::After(seconds)) = Timer::of(node) {
            tell(format!("{at}/{field}"), node, seconds);
        }
    }
}
