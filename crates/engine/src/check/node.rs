//! What each kind of node holds.

use escalation_api::{
    self as api, At, ConditionForm as _, ConditionPayload, Faults, IntervalCondition, Json as _, NodeKind, Target,
    TargetType, Test,
};

use super::fix::{remove, replace};
use super::{ApiNode, Check, Code, MAX_REPEATS};
use crate::words::duration;

/// The fields of a timer, which a level, a channel node and a delay have under different names.
struct Timer<'t> {
    seconds: (&'static str, Option<i64>),
    state: (&'static str, Option<&'t IntervalCondition>),
    hours: (&'static str, Option<&'t str>),
}

impl<'a> Check<'a> {
    pub(super) fn node(&mut self, node: &'a ApiNode, at: &At<'_>) {
        let name = node.kind.type_name();
        let payload = at.field(name);
        match &node.kind {
            NodeKind::Level(level) => {
                self.misread(level, &payload);
                self.targets(&level.targets, level.misread(), &payload);
                self.timer(&Timer::of_level(level), &payload);
                self.level(level, &payload);
            }
            NodeKind::NotifyChannel(channel) => {
                self.misread(channel, &payload);
                self.targets(&channel.targets, channel.misread(), &payload);
                for (index, target) in channel.targets.iter().enumerate().filter(|(_, t)| t.is_people()) {
                    let at = payload.field("targets");
                    let at = at.index(index);
                    let message = format!("A channel step can't notify a target of type `{}`", target.target_type);
                    self.say(Code::TargetKind, &at.field("type"), message);
                }
                self.timer(&Timer::of_channel(channel), &payload);
            }
            NodeKind::Delay(delay) => {
                self.misread(delay, &payload);
                self.timer(&Timer::of_delay(delay), &payload);
            }
            NodeKind::IfElse(branch) => {
                // Without what is in it, which is said with the nodes in it.
                let shallow = api::IfElse {
                    conditions: branch.conditions.clone(),
                    then_path: Vec::new(),
                    else_path: Vec::new(),
                    extra: branch.extra.clone(),
                };
                self.misread(&shallow, &payload);
                self.branch(node, &payload);
            }
            NodeKind::Repeat(repeat) => {
                self.repeat_target(&repeat.to_node, &payload);
                if repeat.repeat_times < 1 {
                    self.say(Code::BadNumber, &payload.field("repeat_times"), "It must repeat at least once");
                } else if repeat.repeat_times > MAX_REPEATS {
                    let message = format!("It can repeat at most {MAX_REPEATS} times");
                    self.say(Code::BadNumber, &payload.field("repeat_times"), message);
                    self.fix(
                        format!("Repeat {MAX_REPEATS} times"),
                        vec![replace(&payload.field("repeat_times").to_string(), MAX_REPEATS)],
                    );
                }
            }
            NodeKind::HandOver(hand_over) => {
                self.path_exists(&hand_over.escalation_path_id, &payload.field("escalation_path_id"));
            }
            NodeKind::Sealed(_) => self.sealed(node, at),
        }
    }

    fn sealed(&mut self, node: &ApiNode, at: &At<'_>) {
        self.has_unknown = true;
        let mut faults = Faults::new();
        node.faults(at, &mut faults);
        if faults.is_empty() {
            let message = format!("Unknown step type `{}`", node.kind.type_name());
            self.say(Code::UnknownNode, &at.field("type"), message);
        }
        let at_id = at.field("id").to_string();
        self.more_errors(faults.more());
        for fault in faults {
            let code = if fault.pointer == at_id { Code::NoId } else { Code::BadField };
            let message = fault.to_string();
            self.push(code, fault.pointer, message);
            if code == Code::NoId {
                self.fix_id(&at_id);
            }
        }
    }

    /// Known fields whose values are of the wrong kind.
    pub(super) fn misread<T: api::Json>(&mut self, payload: &T, at: &At<'_>) {
        let mut faults = Faults::new();
        payload.faults(at, &mut faults);
        self.more_errors(faults.more());
        for fault in faults {
            let message = fault.to_string();
            self.push(Code::BadField, fault.pointer, message);
        }
    }

    /// So many more were found, and nobody says which.
    fn more_errors(&mut self, more: usize) {
        let [errors, ..] = &mut self.more;
        *errors += more;
    }

    fn targets(&mut self, targets: &'a [Target], misread: Option<&str>, at: &At<'_>) {
        let at = at.field("targets");
        if targets.is_empty() && misread != Some("targets") {
            let is_channel = self.current.is_some_and(|node| matches!(node.kind, NodeKind::NotifyChannel(_)));
            let message = if is_channel { "No channel is chosen" } else { "No recipients are chosen" };
            self.say(Code::NoTargets, &at, message);
        }
        for (index, target) in targets.iter().enumerate() {
            self.target(target, &at.index(index));
            let at = at.index(index);
            self.target_exists(target, &at, targets.len() > 1);
        }
    }

    fn target(&mut self, target: &'a Target, at: &At<'_>) {
        self.known(
            matches!(target.target_type, TargetType::Other(_)),
            "target type",
            target.target_type.as_str(),
            &at.field("type"),
        );
        let unknown = matches!(target.urgency, api::Urgency::Other(_));
        self.known(unknown, "urgency", target.urgency.as_str(), &at.field("urgency"));
        if let Some(mode @ api::ScheduleMode::Other(_)) = &target.schedule_mode {
            self.known(true, "schedule mode", mode.as_str(), &at.field("schedule_mode"));
        }
        let for_rota = target.schedule_mode.as_ref().is_some_and(api::ScheduleMode::is_for_rota);
        let unknown_mode = matches!(target.schedule_mode, Some(api::ScheduleMode::Other(_)));
        let rota = target.selected_rota_id.as_deref().filter(|rota| !rota.is_empty());
        let at_rota = at.field("selected_rota_id");
        match rota {
            None if for_rota => {
                self.say(Code::RotaMissing, &at_rota, "Only one rota is paged, but none is chosen");
                let mode = target.schedule_mode.as_ref().and_then(|mode| mode.as_str().strip_suffix("_for_rota"));
                if let Some(mode) = mode {
                    let mode = replace(&at.field("schedule_mode").to_string(), mode);
                    // A rota that is said to be none is one too many then.
                    let none = target.selected_rota_id.is_some().then(|| remove(&at_rota.to_string()));
                    self.fix("Page the whole schedule", [mode].into_iter().chain(none).collect());
                }
            }
            Some(_) if !for_rota && !unknown_mode => {
                self.say(Code::RotaNotAllowed, &at_rota, "A rota is chosen, but the whole schedule is paged");
                self.fix("Remove the rota", vec![remove(&at_rota.to_string())]);
            }
            _ => {}
        }
    }

    fn known(&mut self, unknown: bool, field: &str, value: &str, at: &At<'_>) {
        if unknown {
            self.say(Code::UnknownValue, at, format!("Unknown {field} `{value}`"));
        }
    }

    fn level(&mut self, level: &api::Level, at: &At<'_>) {
        if let Some(mode @ api::AckMode::Other(_)) = &level.ack_mode {
            self.known(true, "acknowledgement mode", mode.as_str(), &at.field("ack_mode"));
        }
        if let Some(retry) = &level.retry_config {
            let at = at.field("retry_config");
            if !(2..=10).contains(&retry.attempts) {
                self.say(Code::RetryBounds, &at.field("attempts"), "Attempts must be between 2 and 10");
                if retry.attempts < 2 {
                    self.fix("Page once, without retries", vec![remove(&at.to_string())]);
                } else {
                    self.fix("Page 10 times", vec![replace(&at.field("attempts").to_string(), 10)]);
                }
            }
            if retry.interval_seconds <= 0 || retry.interval_seconds % 60 != 0 {
                self.say(Code::RetryBounds, &at.field("interval_seconds"), "The retry interval must be whole minutes");
                // Upwards, so that nobody is paged more often than was meant; at least a minute.
                let minutes = (retry.interval_seconds.max(1) - 1) / 60 + 1;
                if let Some(whole) = minutes.checked_mul(60) {
                    let at = at.field("interval_seconds").to_string();
                    self.fix(format!("Retry every {}", duration(whole)), vec![replace(&at, whole)]);
                }
            }
        }
        let rotation = level.round_robin_config.as_ref().and_then(|config| config.rotate_after_seconds);
        if rotation.is_some_and(|seconds| seconds <= 0) {
            let at = at.field("round_robin_config");
            let at = at.field("rotate_after_seconds");
            self.say(Code::BadNumber, &at, "The rotation time must be more than 0");
            self.fix("Don't rotate", vec![remove(&at.to_string())]);
        }
    }

    fn timer(&mut self, timer: &Timer<'a>, at: &At<'_>) {
        if timer.seconds.1.is_some_and(|seconds| seconds < 0) {
            self.say(Code::BadNumber, &at.field(timer.seconds.0), "The wait can't be negative");
        }
        if let Some(state @ IntervalCondition::Other(_)) = timer.state.1 {
            self.known(true, "state of working hours", state.as_str(), &at.field(timer.state.0));
        }
        match (timer.state.1, timer.hours.1) {
            (Some(_), None) => {
                let message = "It waits for working hours, but none are chosen";
                self.say(Code::HalfInterval, &at.field(timer.hours.0), message);
                self.fix("Don't wait for working hours", vec![remove(&at.field(timer.state.0).to_string())]);
            }
            (None, Some(_)) => {
                let message = "It waits for working hours, but not for their begin or end";
                self.say(Code::HalfInterval, &at.field(timer.state.0), message);
                self.fix("Don't wait for working hours", vec![remove(&at.field(timer.hours.0).to_string())]);
            }
            _ => {}
        }
        if let Some(id) = timer.hours.1 {
            self.hours_exist(id, &at.field(timer.hours.0));
        }
    }

    pub(super) fn condition(&mut self, condition: &'a ConditionPayload, at: &At<'_>) {
        match condition.test() {
            Some(Test::PriorityOneOf(ids)) if ids.is_empty() => {
                self.say(Code::NoPriorities, &at.field("param_bindings"), "No priorities are chosen");
            }
            Some(Test::PriorityOneOf(ids)) => {
                let others = ids.len() > 1;
                for (index, id) in ids.into_iter().enumerate() {
                    let bindings = at.field("param_bindings");
                    let binding = bindings.index(0);
                    self.priority_exists(id, &binding.field("array_value").index(index), others);
                }
            }
            Some(Test::WorkingHoursActive(id)) => self.hours_exist(id, &at.field("subject")),
            None => {
                self.has_unknown = true;
                let message = format!("Unknown condition `{} {}`", condition.subject, condition.operation);
                self.say(Code::ForeignCondition, &at.field("subject"), message);
            }
        }
    }

    /// A condition or a timer names a set of working hours.
    fn hours_exist(&mut self, id: &'a str, at: &At<'_>) {
        self.used_hours.insert(id);
        if !self.known_hours.contains(id) {
            self.say(Code::UnknownHours, at, format!("The path has no working hours `{id}`"));
        }
    }
}

impl<'t> Timer<'t> {
    fn of_level(level: &'t api::Level) -> Self {
        Self {
            seconds: ("time_to_ack_seconds", level.time_to_ack_seconds),
            state: ("time_to_ack_interval_condition", level.time_to_ack_interval_condition.as_ref()),
            hours: ("time_to_ack_weekday_interval_config_id", level.time_to_ack_weekday_interval_config_id.as_deref()),
        }
    }

    fn of_channel(channel: &'t api::NotifyChannel) -> Self {
        Self {
            seconds: ("time_to_ack_seconds", channel.time_to_ack_seconds),
            state: ("time_to_ack_interval_condition", channel.time_to_ack_interval_condition.as_ref()),
            hours: (
                "time_to_ack_weekday_interval_config_id",
                channel.time_to_ack_weekday_interval_config_id.as_deref(),
            ),
        }
    }

    fn of_delay(delay: &'t api::Delay) -> Self {
        Self {
            seconds: ("delay_seconds", delay.delay_seconds),
            state: ("delay_interval_condition", delay.delay_interval_condition.as_ref()),
            hours: ("delay_weekday_interval_config_id", delay.delay_weekday_interval_config_id.as_deref()),
        }
    }
}
