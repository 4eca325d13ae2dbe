//! A run in a few words a step, as the cases of the corpus have it.

use crate::trace::{StepName, Trace, TraceStep};
use crate::words::duration;

impl Trace {
    /// Every step but `entered` and `waiting` in a few words, such as `+5m paged l1 maya high`, and how it ended. Ids
    /// stand for names; times count from when the alert fired.
    #[must_use]
    pub fn story(&self) -> Vec<String> {
        let quiet = |step: &&TraceStep| !matches!(step.step, StepName::Entered | StepName::Waiting);
        let mut lines: Vec<String> = self.steps.iter().filter(quiet).map(line).collect();
        lines.push(format!("= {}", self.outcome.as_str()));
        lines
    }
}

fn line(step: &TraceStep) -> String {
    let fired_at = step.at - step.after_seconds;
    let mut words = vec![format!("+{}", duration(step.after_seconds)), word(&step.step)];
    words.push(step.node_id.clone().unwrap_or_else(|| "-".to_string()));
    words.extend(step.user_id.clone());
    words.extend(step.channel_id.clone());
    words.extend(step.branch.map(|branch| word(&branch)));
    words.extend(step.urgency.clone());
    words.extend(step.attempt.filter(|attempt| *attempt > 1).map(|attempt| format!("#{attempt}")));
    words.extend(step.to_node.iter().chain(&step.to_path).map(|to| format!("to {to}")));
    words.extend(step.until.map(|until| format!("until +{}", duration(until - fired_at))));
    if step.step == StepName::Stopped {
        words.extend(step.outcome.map(|outcome| outcome.as_str().to_string()));
    }
    words.join(" ")
}

/// A value's name in JSON.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
