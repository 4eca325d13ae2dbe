//! Risky configurations that the API accepts: found by walking through the path with what is known to hold there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use escalation_api::{self as api, At, ConditionForm as _, IntervalCondition, NodeKind, ScheduleMode, Test};

use super::fix::{remove, replace, shift};
use super::{ApiNode, Check, Code};
use crate::calendar::Hours;
use crate::index::Index;
use crate::instant::Seconds;
use crate::semantics::Semantics;
use crate::template;
use crate::words::duration;

/// What holds at a node, whichever alert comes to it.
#[derive(Clone)]
struct Facts<'a> {
    /// The priorities that it can have.
    priorities: Priorities<'a>,
    /// Whether working hours are active at this very instant, where a branch has just asked.
    hours: BTreeMap<&'a str, bool>,
    /// The last level before it.
    level: Option<&'a api::Level>,
    /// Whether there was a level or a channel on the way, or what may be one.
    notifies: bool,
    /// Whether no alert comes here.
    is_dead: bool,
    /// From so many of the nodes to which a repeat may go back, the first of them, it surely takes time to come here.
    waited: usize,
}

/// Ids that were met on the way to a node, in order, some of them marked. It is kept once for all that are on the way.
#[derive(Default)]
pub(super) struct Trail<'a> {
    ids: Vec<&'a str>,
    /// Where each id stands, in order.
    positions: BTreeMap<&'a str, Vec<usize>>,
    marked: Vec<usize>,
}

impl<'a> Trail<'a> {
    fn push(&mut self, id: &'a str, is_marked: bool) {
        let position = self.ids.len();
        self.ids.push(id);
        self.positions.entry(id).or_default().push(position);
        if is_marked {
            self.marked.push(position);
        }
    }

    fn len(&self) -> usize {
        self.ids.len()
    }

    /// Goes back to when there were so many.
    fn truncate(&mut self, length: usize) {
        while self.ids.len() > length
            && let Some(id) = self.ids.pop()
        {
            self.positions.entry(id).or_default().pop();
            self.marked.pop_if(|position| *position >= self.ids.len());
        }
    }

    /// Where an id stands first.
    fn first(&self, id: &str) -> Option<usize> {
        self.positions.get(id)?.first().copied()
    }

    /// Where an id stands last.
    fn last(&self, id: &str) -> Option<usize> {
        self.positions.get(id)?.last().copied()
    }

    /// Whether one of those from a position on is marked.
    fn is_marked_from(&self, position: usize) -> bool {
        self.marked.last().is_some_and(|marked| position <= *marked)
    }
}

/// The priorities that an alert can have which comes to a node.
#[derive(Clone)]
struct Priorities<'a> {
    /// One of these; nothing: any, as it is not known which there are.
    among: Option<Rc<BTreeSet<&'a str>>>,
    /// None of these, which went another way before.
    gone: Option<Rc<Gone<'a>>>,
}

/// Priorities that went another way at the last branch, and at those before.
struct Gone<'a> {
    ids: BTreeSet<&'a str>,
    before: Option<Rc<Gone<'a>>>,
}

impl<'a> Priorities<'a> {
    fn can_be(&self, id: &str) -> bool {
        let mut gone = self.gone.as_deref();
        while let Some(Gone { ids, before }) = gone {
            if ids.contains(id) {
                return false;
            }
            gone = before.as_deref();
        }
        self.among.as_ref().is_none_or(|among| among.contains(id))
    }

    /// Those that are one of some, and those that are not; and whether there are any of each.
    fn split(&self, ids: &[&'a str]) -> [(Self, bool); 2] {
        let then: BTreeSet<&str> = ids.iter().copied().filter(|id| self.can_be(id)).collect();
        let ids: BTreeSet<&str> = ids.iter().copied().collect();
        let others = self.among.as_ref().is_none_or(|all| all.iter().any(|id| !ids.contains(id) && self.can_be(id)));
        let any = !then.is_empty();
        let gone = Some(Rc::new(Gone { ids, before: self.gone.clone() }));
        [(Self { among: Some(Rc::new(then)), gone: None }, any), (Self { among: self.among.clone(), gone }, others)]
    }
}

/// A node, and where it is.
struct Place<'p, 'a> {
    node: &'a ApiNode,
    at: &'p At<'p>,
    /// How many nodes its list has.
    siblings: usize,
}

impl<'a> Check<'a> {
    pub(super) fn warnings(&mut self) {
        for set in self.path.working_hours.iter().flatten() {
            if let Some(hours) = Hours::new(set).ok().filter(Hours::is_constant) {
                self.constant_hours.entry(&set.id).or_insert(!hours.week().is_empty());
            }
        }
        let world = self.index.world();
        let all = || Rc::new(world.priorities.iter().map(|priority| priority.id.as_str()).collect());
        let priorities = Priorities { among: world.knows_all_priorities().then(all), gone: None };
        let facts =
            Facts { priorities, hours: BTreeMap::new(), level: None, notifies: false, is_dead: false, waited: 0 };
        let path = self.path;
        self.warn_list(&path.path, &At::Top.field("path"), facts);
    }

    fn warn_list(&mut self, nodes: &'a [ApiNode], at: &At<'_>, mut facts: Facts<'a>) {
        let (since, around) = (self.since.len(), self.around.len());
        for (index, node) in nodes.iter().enumerate() {
            let before = self.current.replace(node);
            let at = at.index(index);
            if self.path.path.first().is_some_and(|first| std::ptr::eq(first, node)) {
                self.since.push(&node.id, false);
            }
            self.warn_node(&Place { node, at: &at, siblings: nodes.len() }, &mut facts);
            self.current = before;
        }
        self.warn_silence(nodes, at, &facts);
        self.since.truncate(since);
        self.around.truncate(around);
    }

    /// A way through the path on which nobody is notified, and no channel either. That a side has no nodes is said of the
    /// branch.
    fn warn_silence(&mut self, nodes: &'a [ApiNode], at: &At<'_>, facts: &Facts<'a>) {
        let Some((index, last)) = nodes.len().checked_sub(1).and_then(|index| Some((index, nodes.get(index)?))) else {
            return;
        };
        let ends = match &last.kind {
            // Once more round, it may go another way.
            NodeKind::Repeat(repeat) => {
                let inside = self.around.first(&repeat.to_node).unwrap_or_default();
                repeat.repeat_times <= 0 || !self.around.is_marked_from(inside)
            }
            NodeKind::IfElse(_) => false,
            _ => !nodes.iter().any(|node| matches!(node.kind, NodeKind::IfElse(_))),
        };
        if ends && !facts.notifies && !facts.is_dead {
            let before = self.current.replace(last);
            self.say(Code::Silent, &at.index(index), "The path can end here without notifying anybody");
            self.current = before;
        }
    }

    fn warn_node(&mut self, place: &Place<'_, 'a>, facts: &mut Facts<'a>) {
        let node = place.node;
        let at = place.at.field(node.kind.type_name());
        facts.notifies |= match &node.kind {
            NodeKind::Level(level) => self.may_notify(&level.targets, level.misread()),
            NodeKind::NotifyChannel(channel) => self.may_notify(&channel.targets, channel.misread()),
            NodeKind::Sealed(_) => true,
            NodeKind::HandOver(hand_over) => !self.is_silent(&hand_over.escalation_path_id),
            NodeKind::Delay(_) | NodeKind::Repeat(_) | NodeKind::IfElse(_) => false,
        };
        match &node.kind {
            NodeKind::Level(level) => {
                self.warn_level(level, facts.level, &at);
                let timer = (&level.time_to_ack_interval_condition, &level.time_to_ack_weekday_interval_config_id);
                self.warn_timer(timer, &at.field("time_to_ack_interval_condition"), facts);
                facts.level = Some(level);
                // R5: a level that pages nobody does not wait.
                let somebody = level.targets.iter().any(|target| !self.names_nobody(target));
                let waits = level.time_to_ack_seconds.is_none_or(|seconds| seconds > 0);
                if somebody {
                    facts.time_goes_by(timer, waits, self.since.len());
                }
            }
            NodeKind::NotifyChannel(channel) => {
                let timer = (&channel.time_to_ack_interval_condition, &channel.time_to_ack_weekday_interval_config_id);
                self.warn_timer(timer, &at.field("time_to_ack_interval_condition"), facts);
                let waits = channel.time_to_ack_seconds.is_some_and(|seconds| seconds > 0);
                facts.time_goes_by(timer, waits, self.since.len());
            }
            NodeKind::Delay(delay) => {
                let timer = (&delay.delay_interval_condition, &delay.delay_weekday_interval_config_id);
                let said = self.problems.len();
                self.warn_timer(timer, &at.field("delay_interval_condition"), facts);
                let never_waits = self.problems.get(said).is_some_and(|problem| problem.code == Code::AlreadySo);
                if never_waits && place.siblings > 1 && !self.is_repeated(&node.id) {
                    self.fix("Delete the delay", vec![remove(&place.at.to_string())]);
                }
                let waits = delay.delay_seconds.is_some_and(|seconds| seconds > 0);
                facts.time_goes_by(timer, waits, self.since.len());
            }
            NodeKind::IfElse(branch) => self.warn_branch(branch, place, facts),
            NodeKind::HandOver(hand_over) => self.warn_hand_over(&hand_over.escalation_path_id, &at),
            NodeKind::Repeat(repeat) => {
                let in_no_time = self.since.last(&repeat.to_node).is_some_and(|position| facts.waited <= position);
                if in_no_time && repeat.repeat_times > 0 {
                    self.say(Code::RepeatInNoTime, &at, "All repeats may run at the same instant");
                }
            }
            // Nobody knows how long it takes.
            NodeKind::Sealed(_) => facts.waited = self.since.len(),
        }
    }

    /// Whether a node with these targets tells somebody. Of a path that is not saved yet it is said that targets are
    /// missing; a template that has values for none is saved as it is.
    fn may_notify(&self, targets: &[api::Target], misread: Option<&str>) -> bool {
        !self.is_resolved || !targets.is_empty() || misread.is_some()
    }

    /// Whether a repeat goes back to this node.
    pub(super) fn is_repeated(&self, id: &str) -> bool {
        self.repeated.contains(id)
    }

    fn warn_level(&mut self, level: &'a api::Level, before: Option<&'a api::Level>, at: &At<'_>) {
        let in_turn = level.round_robin_config.as_ref().is_some_and(|config| config.enabled);
        let everybody =
            |mode: &Option<ScheduleMode>| matches!(mode, Some(ScheduleMode::AllUsers | ScheduleMode::AllUsersForRota));
        for (index, target) in level.targets.iter().enumerate() {
            if before.is_none() && !in_turn && everybody(&target.schedule_mode) {
                let at = at.field("targets");
                let at = at.index(index);
                let message = "The first level pages a whole schedule, not just who is on call";
                self.say(Code::EverybodyFirst, &at.field("schedule_mode"), message);
                let mode = match &target.schedule_mode {
                    Some(ScheduleMode::AllUsersForRota) => ScheduleMode::CurrentlyOnCallForRota,
                    _ => ScheduleMode::CurrentlyOnCall,
                };
                let at = at.field("schedule_mode").to_string();
                self.fix("Page who is on call", vec![replace(&at, mode.as_str())]);
            }
            if !everybody(&target.schedule_mode) {
                self.warn_short_days(target, &at.field("targets").index(index));
            }
        }
        let by_hours = level.time_to_ack_weekday_interval_config_id.is_some();
        let waits = Some(level.time_to_ack_seconds.unwrap_or(default_wait())).filter(|_| !by_hours);
        if let (Some(waits), Some(retry)) = (waits, &level.retry_config)
            && retry.interval_seconds >= waits
            && retry.interval_seconds > 0
        {
            let at = at.field("retry_config");
            let message = format!(
                "Never retries: it escalates after {}, but the first retry is due after {}",
                duration(waits),
                duration(retry.interval_seconds)
            );
            self.say(Code::RetryTooLate, &at.field("interval_seconds"), message);
            self.fix("Remove the retries", vec![remove(&at.to_string())]);
        }
        if let (Some(one), Some(other)) = (before.and_then(only_user), only_user(level))
            && one == other
        {
            let name = self.index.user_name(one);
            let message = format!("{name} is the only recipient here and on the previous level");
            self.say(Code::SamePersonAgain, &at.field("targets"), message);
        }
    }

    /// A schedule whose days end at 23:59 has nobody for a minute. Once may be an override.
    fn warn_short_days(&mut self, target: &'a api::Target, at: &At<'_>) {
        let index = self.index;
        let Some(schedule) = index.schedule(&target.id).filter(|_| target.target_type == api::TargetType::Schedule)
        else {
            return;
        };
        if !self.seen_schedules.insert(&target.id) {
            return;
        }
        let days = schedule.short_days();
        if days > 1 {
            let message = format!("Nobody is on call in {} from 23:59 to midnight on {days} days", schedule.name);
            self.say(Code::MinuteShort, at, message);
        }
    }

    fn warn_timer(
        &mut self,
        (state, hours): (&'a Option<IntervalCondition>, &'a Option<String>),
        at: &At<'_>,
        facts: &Facts<'a>,
    ) {
        let wanted = match state {
            Some(IntervalCondition::Active) => true,
            Some(IntervalCondition::Inactive) => false,
            _ => return,
        };
        let Some(id) = hours.as_deref() else { return };
        let state = if wanted { "active" } else { "inactive" };
        let name = self.hours_name(id);
        match self.constant_hours.get(id).copied() {
            Some(always) if always != wanted => {
                self.say(Code::NeverComes, at, format!("Working hours {name} are never {state}: the wait never ends"));
            }
            Some(_) => {
                self.say(Code::AlreadySo, at, format!("Working hours {name} are always {state}: it never waits"));
            }
            None if facts.hours.get(id) == Some(&wanted) => {
                let message = format!("Working hours {name} are already {state} here: it never waits");
                self.say(Code::AlreadySo, at, message);
            }
            None => {}
        }
    }

    fn warn_branch(
        &mut self,
        branch: &'a api::IfElse<api::ConditionPayload>,
        place: &Place<'_, 'a>,
        facts: &mut Facts<'a>,
    ) {
        let at = &place.at.field(place.node.kind.type_name());
        self.since.push(&place.node.id, false);
        let changes = match branch.conditions.as_slice() {
            [] => false,
            [condition] => condition.subject != api::condition::PRIORITY,
            _ => true,
        };
        self.around.push(&place.node.id, changes);
        let mut sides = [facts.clone(), facts.clone()];
        let [then, otherwise] = &mut sides;
        if let [condition] = branch.conditions.as_slice() {
            let at = at.field("conditions");
            let at = at.index(0);
            match condition.test() {
                Some(Test::PriorityOneOf(ids)) if !ids.is_empty() => {
                    let [(ones, any), (others, any_other)] = facts.priorities.split(&ids);
                    (then.priorities, otherwise.priorities) = (ones, others);
                    (then.is_dead, otherwise.is_dead) = (!any, !any_other);
                    let always = match (any, any_other) {
                        (false, true) => Some(false),
                        (true, false) => Some(true),
                        // No alert comes here, which is said of the branch before.
                        (false, false) | (true, true) => None,
                    };
                    if let Some(always) = always {
                        let message = format!("{} true for the priorities that get here", always_or_never(always));
                        self.say(Code::Constant, &at, message);
                        self.fix_constant(branch, place, always);
                    }
                }
                Some(Test::WorkingHoursActive(id)) => {
                    let known = self.constant_hours.get(id).or_else(|| facts.hours.get(id)).copied();
                    if let Some(state) = known {
                        let message = format!(
                            "{} true: working hours {} are already decided here",
                            always_or_never(state),
                            self.hours_name(id)
                        );
                        self.say(Code::Constant, &at, message);
                        self.fix_constant(branch, place, state);
                    }
                    then.is_dead |= known == Some(false);
                    otherwise.is_dead |= known == Some(true);
                    then.hours.insert(id, true);
                    otherwise.hours.insert(id, false);
                }
                _ => {}
            }
        }
        let lists = [("then_path", &branch.then_path), ("else_path", &branch.else_path)];
        for ((field, list), facts) in lists.into_iter().zip(sides) {
            self.warn_list(list, &at.field(field), facts);
        }
    }

    /// Offers to put the side that is always taken in the place of its branch.
    fn fix_constant(&mut self, branch: &api::IfElse<api::ConditionPayload>, place: &Place<'_, 'a>, then: bool) {
        let side = if then { &branch.then_path } else { &branch.else_path };
        let At::Index(list, index) = *place.at else { return };
        // A repeat may go back to it, and without nodes there may be nothing left.
        if side.is_empty() || self.is_repeated(&place.node.id) || place.siblings != index + 1 {
            return;
        }
        // One after the other is put before the branch, which is then taken out with its other side.
        let field = if then { "then_path" } else { "else_path" };
        let out = |before: usize| {
            let at = list.index(index + before);
            shift(&format!("{at}.if_else.{field}.0"), &at.to_string())
        };
        let branch = remove(&list.index(index + side.len()).to_string());
        let patch = (0..side.len()).map(out).chain([branch]).collect();
        self.fix("Keep only the side that is taken", patch);
    }

    /// Whether a path surely notifies nobody: neither it nor a path that it hands over to has a level or a channel, or what
    /// may be one. What is found of one path is not looked for again.
    fn is_silent(&mut self, id: &'a str) -> bool {
        // Those that are looked at, each with the paths that it hands over to and how many of them were tried.
        let mut way: Vec<(&str, Vec<&str>, usize)> = Vec::new();
        // Of a circle it is said that the escalation stops there.
        let mut on_way = BTreeSet::from([self.id]);
        let mut next = Some(id);
        loop {
            if let Some(id) = next {
                let known = self.silent.get(id).copied();
                let is_new = known.is_none() && !on_way.contains(id);
                let quiet = if is_new { self.hand_overs_if_quiet(id) } else { None };
                match (known, quiet) {
                    (Some(true), _) => {}
                    (None, Some(open)) => {
                        on_way.insert(id);
                        way.push((id, open, 0));
                    }
                    (Some(false), _) | (None, None) => {
                        // Whoever hands over to it is not silent either.
                        self.silent.extend(way.iter().map(|(id, ..)| (*id, false)).chain([(id, false)]));
                        return false;
                    }
                }
            }
            let Some((id, open, tried)) = way.last_mut() else { return true };
            next = open.get(*tried).copied();
            *tried += 1;
            if next.is_none() {
                self.silent.insert(id, true);
                on_way.remove(id);
                way.pop();
            }
        }
    }

    /// The paths to which a path hands over, if it notifies nobody itself. Nothing where that is not certain.
    fn hand_overs_if_quiet(&mut self, id: &str) -> Option<Vec<&'a str>> {
        fn is_quiet<C: api::ConditionForm>(nodes: &[api::Node<C>], is_resolved: bool) -> bool {
            nodes.iter().all(|node| match &node.kind {
                // What a template has no values for names nobody.
                NodeKind::Level(level) if is_resolved => level.targets.is_empty() && level.misread().is_none(),
                NodeKind::NotifyChannel(channel) if is_resolved => {
                    channel.targets.is_empty() && channel.misread().is_none()
                }
                NodeKind::Level(_) | NodeKind::NotifyChannel(_) | NodeKind::Sealed(_) => false,
                // Where a list could not be read, anything may be in it.
                NodeKind::IfElse(branch) if branch.misread().is_some() => false,
                _ => node.children().all(|(_, list)| is_quiet(list, is_resolved)),
            })
        }
        let path = self.index.path(id)?;
        let mut open = Vec::new();
        if let Some(template) = template::of(path, self.index.world()) {
            let payload = api::PathPayload::from(path);
            let resolved = template::resolve_within(&payload, self.index.world(), &mut self.resolvable).ok()?;
            is_quiet(&resolved.path, true).then(|| hand_overs(&template.path, &mut open))?;
            return Some(open);
        }
        let is_known =
            path.kind != Some(api::PathKind::Templated) && path.misread().is_none() && template::has_list(&path.extra);
        (is_known && is_quiet(&path.path, false)).then(|| hand_overs(&path.path, &mut open))?;
        Some(open)
    }

    /// Whether the paths to which this one hands over come back to one that they have been in.
    fn warn_hand_over(&mut self, to: &'a str, at: &At<'_>) {
        let back = self.ways.back(self.id, to, self.index);
        let Some(back) = back else { return };
        let message = if back == self.id {
            "The hand-overs lead back to this path, where the escalation stops".to_string()
        } else {
            let name = self.index.path(back).map_or("", |path| &path.name);
            format!("The hand-overs form a cycle: the escalation stops back at {name}")
        };
        self.say(Code::Circle, &at.field("escalation_path_id"), message);
    }
}

/// Where hand-overs between paths lead. What is found of one path is not looked for again.
#[derive(Default)]
pub(super) struct Ways<'a> {
    /// To which paths each of those hands over that were looked at.
    next: BTreeMap<&'a str, Vec<&'a str>>,
    /// From here no way comes back.
    ends: BTreeSet<&'a str>,
    /// At which path the way from a path comes back first, if it does.
    back: BTreeMap<&'a str, Option<&'a str>>,
}

impl<'a> Ways<'a> {
    /// At which path the way of an alert comes back that leaves the path `own`, which may have no id yet, for another.
    fn back(&mut self, own: &'a str, to: &'a str, index: &'a Index) -> Option<&'a str> {
        if let Some(known) = self.back.get(to) {
            return *known;
        }
        let found = self.search(own, to, index);
        self.back.insert(to, found);
        found
    }

    fn search(&mut self, own: &'a str, to: &'a str, index: &'a Index) -> Option<&'a str> {
        if to.is_empty() || to == own {
            return Some(to).filter(|to| !to.is_empty());
        }
        // The way so far, each path with how many of those that it hands over to were tried.
        let mut way = vec![(to, 0)];
        let mut on_way = BTreeSet::from([own, to]);
        while let Some((at, tried)) = way.last_mut() {
            let at = *at;
            let next = self.next.entry(at).or_insert_with(|| {
                let mut open = Vec::new();
                if let Some(path) = index.path(at) {
                    let template = template::of(path, index.world());
                    hand_overs(template.map_or(&path.path, |template| &template.path), &mut open);
                }
                open
            });
            let Some(next) = next.get(*tried).copied() else {
                self.ends.insert(at);
                on_way.remove(at);
                way.pop();
                continue;
            };
            *tried += 1;
            if on_way.contains(next) && !next.is_empty() {
                return Some(next);
            }
            if !next.is_empty() && !self.ends.contains(next) && index.path(next).is_some() {
                on_way.insert(next);
                way.push((next, 0));
            }
        }
        None
    }
}

impl<'a> Facts<'a> {
    /// What the clock said before a wait is over after it. `seconds`: whether it waits for a number of seconds, if not
    /// for working hours. `since`: how many nodes there are to which a repeat may go back.
    fn time_goes_by(&mut self, timer: (&Option<IntervalCondition>, &Option<String>), seconds: bool, since: usize) {
        let surely = match timer {
            (Some(state), Some(hours)) => {
                // Working hours may be in that state already, unless a branch has just said otherwise.
                let active = self.hours.get(hours.as_str()).copied();
                match (state, active) {
                    (IntervalCondition::Active, Some(active)) => !active,
                    (IntervalCondition::Inactive, Some(active)) => active,
                    _ => false,
                }
            }
            _ if seconds => true,
            // No time goes by.
            _ => return,
        };
        self.hours.clear();
        if surely {
            self.waited = since;
        }
    }
}

/// R6: for how long a level waits that does not say it.
fn default_wait() -> Seconds {
    Semantics::default().default_time_to_ack_seconds
}

fn always_or_never(always: bool) -> &'static str {
    if always { "Always" } else { "Never" }
}

/// The user whom a level pages, if it pages nobody else and tells nobody.
fn only_user(level: &api::Level) -> Option<&str> {
    match level.targets.as_slice() {
        [target] if target.target_type == api::TargetType::User => Some(&target.id),
        _ => None,
    }
}

fn hand_overs<'a, C: api::ConditionForm>(nodes: &'a [api::Node<C>], found: &mut Vec<&'a str>) {
    for node in nodes {
        if let NodeKind::HandOver(hand_over) = &node.kind {
            found.push(&hand_over.escalation_path_id);
        }
        for (_, list) in node.children() {
            hand_overs(list, found);
        }
    }
}
