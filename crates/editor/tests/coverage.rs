//! Who is paged first, second and third at every moment: the same as one simulation after the other says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../../engine/tests/generate/mod.rs"]
mod generate;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use escalation_api::schedule::Entries;
use escalation_api::{Json as _, PathPayload, Schedule, User};
use escalation_editor::coverage::{
    Band, CoverageQuestion, CoverageState, Drawing, Line, MIN_MARK, RANKS, Row, Search, WAITS, band_at, before, broken,
    colour, csv, days, fit, instant, label, lateness, loads, moment, next, part_of_time, people, rows, summary, words,
};
use escalation_editor::expect::{State, judge};
use escalation_editor::zoned::clock_changes;
use escalation_engine::calendar::Zone;
use escalation_engine::from_api::Answers;
use escalation_engine::index::Id;
use escalation_engine::instant::{DAY, HOUR, MINUTE, WEEK};
use escalation_engine::machine::{self, Outcome};
use escalation_engine::prove::{Cells, Expect, Expectation, Horizon};
use escalation_engine::schedule::shifts;
use escalation_engine::simulate::run;
use escalation_engine::world::WorldPart;
use escalation_engine::world::{Entry, Priority};
use escalation_engine::{CompiledPath, Index, Instant, Scenario, Seconds, World};
use serde_json::{Value, json};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)).unwrap()
}

fn index() -> Arc<Index> {
    Arc::new(Index::new(World::from_text(&file("tests/corpus/worlds/base.json")).unwrap()))
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn compiled(nodes: Value, index: &Index) -> Arc<CompiledPath> {
    let path = json!({"name": "n", "path": nodes, "working_hours": [
        {"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": [
            {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}]});
    Arc::new(CompiledPath::new("p", &PathPayload::read(path).unwrap(), index))
}

fn level(id: &str, target: Value) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [target], "time_to_ack_seconds": 300}})
}

fn person(id: &str) -> Value {
    json!({"type": "user", "id": id, "urgency": "high"})
}

fn on_call(schedule: &str) -> Value {
    json!({"type": "schedule", "id": schedule, "urgency": "high"})
}

/// Waits for working hours, then pages who is on call, then somebody.
fn waiting(index: &Index) -> Arc<CompiledPath> {
    let delay = json!({"id": "d", "type": "delay", "delay": {
        "delay_interval_condition": "active", "delay_weekday_interval_config_id": "uk"}});
    compiled(json!([delay, level("a", on_call("primary")), level("b", person("tom"))]), index)
}

const WEEKS: (&str, &str) = ("2026-03-23T00:00:00Z", "2026-04-06T00:00:00Z");

fn weeks() -> (Instant, Instant) {
    (at(WEEKS.0), at(WEEKS.1))
}

/// People who are paged for the first time, and after how long; and whether it is not known what follows.
type Simulated = (Vec<(Seconds, Vec<Id>)>, bool);

/// The same as coverage, by one simulation.
fn simulated(path: &CompiledPath, index: &Index, scenario: &Scenario) -> Simulated {
    let run = run(path, index, scenario);
    let mut waves: Vec<(Seconds, Vec<Id>)> = Vec::new();
    let mut known: Vec<Id> = Vec::new();
    for step in &run.steps {
        let machine::StepKind::Paged { user, .. } = &step.what else { continue };
        if known.contains(user) {
            continue;
        }
        known.push(user.clone());
        let after = step.at - scenario.fired_at;
        match waves.last_mut() {
            Some((then, people)) if *then == after => people.push(user.clone()),
            _ => waves.push((after, vec![user.clone()])),
        }
    }
    waves.truncate(RANKS);
    waves.iter_mut().for_each(|(_, people)| people.sort());
    let is_cut =
        waves.len() < RANKS && matches!(run.outcome, Outcome::Undecided | Outcome::BeyondEntries | Outcome::CutOff);
    (waves, is_cut)
}

/// Holds rows against simulations: each stretch at its first, its last and some instants in the middle. Where it depends
/// on conditions, one way at least must be what a simulation with one of the answers says.
fn agree(rows: &[Row], path: &CompiledPath, index: &Index, time: (Instant, Instant)) -> usize {
    let mut looked_at = 0;
    for row in rows {
        assert_eq!(row.stretches.first().unwrap().from, time.0);
        assert_eq!(row.stretches.last().unwrap().until, time.1);
        assert!(row.stretches.windows(2).all(|two| two[0].until == two[1].from && two[0].ways != two[1].ways));
        assert!(row.stretches.iter().all(|stretch| stretch.from < stretch.until && !stretch.ways.is_empty()));
        let priorities: Vec<Option<String>> = match row.priorities.as_slice() {
            [] => vec![None],
            all => all.iter().cloned().map(Some).collect(),
        };
        let scenario = Scenario { priority_id: priorities[0].clone(), ..Scenario::default() };
        let cells = Cells::new(path, index);
        let is_given_up = cells.visit(&scenario, time, 50_000, |_| {}).is_err();
        // What was given up at the end is said to be not known, which a simulation may well know.
        let known = row.stretches.len() - usize::from(is_given_up);
        for stretch in &row.stretches[..known] {
            let length = stretch.until - stretch.from;
            for (position, fired_at) in [0, length / 3, length / 2, length * 3 / 4, length - 1].into_iter().enumerate()
            {
                let fired_at = stretch.from + fired_at;
                let priority_id = priorities[position % priorities.len()].clone();
                let expected = simulated(path, index, &Scenario { priority_id, fired_at, ..Scenario::default() });
                let of = |way: &escalation_editor::coverage::CoverageOutcome| -> Simulated {
                    let waves = way.waves.iter().map(|wave| (wave.after(fired_at), wave.people.clone())).collect();
                    (waves, way.is_cut)
                };
                if let [way] = stretch.ways.as_slice() {
                    // A run that stops at a condition which makes no difference later is known nevertheless.
                    let (waves, is_cut) = of(way);
                    if expected.1 && !is_cut {
                        assert!(waves.starts_with(&expected.0), "{fired_at} {:?}", row.priorities);
                    } else {
                        assert_eq!((waves, is_cut), expected, "{fired_at} {:?}", row.priorities);
                    }
                } else {
                    assert!(expected.1, "a simulation stops where it depends");
                    assert!(stretch.ways.iter().all(|way| of(way).0.starts_with(&expected.0)), "{fired_at}");
                }
                looked_at += 1;
            }
        }
    }
    looked_at
}

/// The demo organisation from a month before an instant until four after it.
fn demo(now: Instant) -> (Arc<Index>, Vec<(String, PathPayload)>) {
    let read = |name: &str| serde_json::from_str::<Value>(&file(&format!("crates/server/demo/{name}"))).unwrap();
    let list = |value: Value| value.as_array().unwrap().clone();
    let users = list(read("users.json")).into_iter().map(|user| User::read(user).unwrap()).collect();
    let schedules: Vec<Schedule> =
        list(read("schedules.json")).into_iter().map(|one| Schedule::read(one).unwrap()).collect();
    let priorities: Vec<Priority> = serde_json::from_value(read("organisation.json")["priorities"].clone()).unwrap();
    let (from, until) = (now - 31 * DAY, now + 120 * DAY);
    let mut world = World::from_api(Answers {
        users,
        schedules: schedules.iter().map(|schedule| (schedule.clone(), Some(Entries::default()))).collect(),
        priorities,
        window: Some((from, until)),
        ..Answers::default()
    });
    for (schedule, known) in schedules.iter().zip(&mut world.schedules) {
        let shifts = shifts(schedule, from, until).unwrap();
        known.entries.extend(shifts.into_iter().map(|shift| Entry {
            rota_id: shift.rotation_id,
            user_id: Some(shift.user_id),
            start_at: shift.start_at,
            end_at: shift.end_at,
            unread: false,
        }));
    }
    let names = [
        "1-urgent-support",
        "2-back-office",
        "3-payments",
        "4-warehouse",
        "5-data-platform",
        "6-mobile-apps",
        "7-major-incidents",
    ];
    let path = |name: &str| {
        let demo = read(&format!("paths/{name}.json"));
        (demo["id"].as_str().unwrap().to_string(), PathPayload::read(demo["payload"].clone()).unwrap())
    };
    (Arc::new(Index::new(world)), names.map(path).into())
}

#[test]
fn the_demo_is_what_simulations_say_over_a_change_of_the_clock() {
    for now in ["2026-03-16T00:00:00Z", "2026-10-12T00:00:00Z"] {
        let (index, paths) = demo(at(now));
        let time = (at(now), at(now) + 4 * WEEK);
        for (id, path) in paths {
            let path = Arc::new(CompiledPath::new(&id, &path, &index));
            let rows = rows(&path, &index, time);
            assert!(agree(&rows, &path, &index, time) > 10, "{id}");
        }
    }
}

#[test]
fn made_up_paths_are_what_simulations_say() {
    let mut looked_at = 0;
    for seed in 40_000..40_150 {
        let mut dice = generate::Dice::new(seed);
        let index = Arc::new(Index::new(generate::world(&mut dice)));
        let scenario = generate::scenario(&mut dice);
        let path = Arc::new(escalation_engine::simulate::compile_for(&index, &scenario).unwrap());
        let time = generate::horizon(&mut dice);
        let all = rows(&path, &index, time);
        looked_at += agree(&all, &path, &index, time);
    }
    assert!(looked_at > 5_000, "{looked_at}");
}

#[test]
fn priorities_that_go_another_way_have_a_row_of_their_own() {
    let index = index();
    let branch = json!([{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority", "operation": "one_of",
            "param_bindings": [{"array_value": [{"literal": "p1"}, {"literal": "p2"}]}]}],
        "then_path": [level("a", person("maya"))], "else_path": []}}]);
    let rows = rows(&compiled(branch, &index), &index, weeks());
    let names: Vec<String> = rows.iter().map(|row| row.name(&index)).collect();
    assert_eq!(names, ["P1, P2", "P3 to P5"]);
    let nobody = [Band { from: at(WEEKS.0), until: at(WEEKS.1), what: CoverageState::Nobody, wait: None }];
    assert_eq!(rows[1].bands(CoverageQuestion::Rank(0)), nobody);
    assert_eq!(rows[1].bands(CoverageQuestion::Wait), nobody);
    let summary = summary(&rows, &index, &Zone::utc());
    assert_eq!((summary.state, &*summary.sentence), (State::Broken, "1 gap until 5 Apr 2026: nobody is paged"));
    assert_eq!(summary.holes[0].rows, [1]);
    assert_eq!(rows[0].bands(CoverageQuestion::Rank(1))[0].what, CoverageState::Nobody, "nobody is second");
}

#[test]
fn holes_are_found_to_the_second() {
    let index = index();
    let rows = rows(&compiled(json!([level("a", on_call("gappy"))]), &index), &index, weeks());
    let found = summary(&rows, &index, &Zone::utc());
    assert_eq!(found.state, State::Broken);
    assert!(!found.holes.is_empty());
    for hole in &found.holes {
        let name = |at: Instant| moment(&rows[0], at, &index);
        assert_eq!(name(hole.from), "Nobody is paged");
        assert_eq!(name(hole.until - 1), "Nobody is paged");
        if hole.from > at(WEEKS.0) {
            assert!(name(hole.from - 1).contains("is paged at once"), "{}", name(hole.from - 1));
        }
    }
}

#[test]
fn no_hole_is_said_when_there_is_none_and_not_when_it_is_not_known() {
    let index = index();
    let path = compiled(json!([level("a", person("maya"))]), &index);
    let rows_of = |path: &Arc<CompiledPath>, time| rows(path, &index, time);
    let said = summary(&rows_of(&path, weeks()), &index, &Zone::utc());
    // Where pauses could not be read, it rests on that there are none.
    let mut world = index.world().clone();
    world.unread.push(WorldPart::Pauses);
    let unread = summary(&rows_of(&path, weeks()), &Index::new(world), &Zone::utc());
    assert_eq!(unread.sentence, format!("{}, if nobody else has paused notifications", said.sentence));
    let sentence = "Somebody is paged first at every instant to 5 Apr 2026, for P1 to P5";
    assert_eq!((said.state, &*said.sentence), (State::Holds, sentence));
    // From May on nobody knows who is on call.
    let path = compiled(json!([level("a", on_call("primary")), level("b", person("maya"))]), &index);
    let late = (at("2026-04-27T00:00:00Z"), at("2026-05-04T00:00:00Z"));
    let said = summary(&rows_of(&path, late), &index, &Zone::utc());
    assert_eq!(said.state, State::Unsure);
    assert!(said.sentence.contains("unknown from Fri 1 May 2026 00:00 on"), "{}", said.sentence);
}

#[test]
fn a_condition_that_cannot_be_decided_says_depends() {
    let index = index();
    let branch = json!([{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "incident.mode", "operation": "is_set", "param_bindings": []}],
        "then_path": [level("a", person("maya")), level("c", person("tom"))],
        "else_path": [level("d", person("tom"))]}}]);
    let rows = rows(&compiled(branch, &index), &index, weeks());
    let person = |id: &str| CoverageState::People(vec![Id::from(id)]);
    let what = |question| rows[0].bands(question).into_iter().map(|band| band.what).collect::<Vec<_>>();
    assert_eq!(what(CoverageQuestion::Rank(0)), [CoverageState::Depends(vec![person("maya"), person("tom")])]);
    assert_eq!(what(CoverageQuestion::Rank(1)), [CoverageState::Depends(vec![person("tom"), CoverageState::Nobody])]);
    assert_eq!(what(CoverageQuestion::Wait), [CoverageState::Within(0)], "whatever it is, it is at once");
    assert_eq!(summary(&rows, &index, &Zone::utc()).state, State::Holds, "somebody is paged either way");
    assert_eq!(words(&what(CoverageQuestion::Rank(1))[0], &index), "depends: Tom Okafor or nobody");
    assert_eq!(
        moment(&rows[0], at(WEEKS.0), &index),
        "It depends on a condition that can’t be decided: Maya Chen is paged at once, then Tom Okafor after 5m, then \
         nobody else; or Tom Okafor is paged at once, then nobody else"
    );
    assert!(loads(&rows, 0, &Zone::utc()).is_empty(), "what depends is nobody's");
}

#[test]
fn what_goes_beyond_the_bound_is_not_known_and_nothing_else() {
    let index = index();
    let path = waiting(&index);
    let all = rows(&path, &index, weeks());
    let mut search = Search::new(path, index.clone(), weeks()).with_most_cells(3);
    while !search.is_done() {
        search.go_on();
    }
    let bounded = &search.finish()[0];
    let bands = bounded.bands(CoverageQuestion::Rank(0));
    let last = bands.last().unwrap();
    assert_eq!((last.until, &last.what, last.wait), (at(WEEKS.1), &CoverageState::Unknown, None));
    assert!(bounded.stretches.len() < all[0].stretches.len());
    for band in &bands[..bands.len() - 1] {
        assert_eq!(bounded.at(band.from).unwrap().ways, all[0].at(band.from).unwrap().ways, "what is told is right");
    }
    assert_eq!(moment(bounded, last.from, &index), "Recipients unknown");
    assert_eq!(summary(std::slice::from_ref(bounded), &index, &Zone::utc()).state, State::Unsure);
}

#[test]
fn waiting_gets_shorter_and_each_class_ends_where_it_must() {
    let index = index();
    let path = waiting(&index);
    let time = (at("2026-03-23T00:00:00Z"), at("2026-03-23T10:00:00Z"));
    let row = &rows(&path, &index, time)[0];
    let bands = row.bands(CoverageQuestion::Wait);
    let told: Vec<_> = bands.iter().map(|band| (band.until.to_string(), band.what.clone())).collect();
    let expected = [
        ("2026-03-23T08:00:00Z", CoverageState::Within(4)),
        ("2026-03-23T08:45:00Z", CoverageState::Within(3)),
        ("2026-03-23T08:55:00Z", CoverageState::Within(2)),
        ("2026-03-23T09:00:00Z", CoverageState::Within(1)),
        ("2026-03-23T10:00:00Z", CoverageState::Within(0)),
    ];
    assert_eq!(told, expected.map(|(until, what)| (until.to_string(), what)));
    assert_eq!(bands[1].wait, Some((15 * MINUTE + 1, HOUR)), "from the first to the last alert");
    // Every second of the last hour is in the class that its wait has.
    for second in 0..=HOUR {
        let fired_at = at("2026-03-23T08:00:00Z") + second;
        let (waves, _) = simulated(&path, &index, &Scenario { fired_at, ..Scenario::default() });
        let band = bands.iter().find(|band| band.from <= fired_at && fired_at < band.until).unwrap();
        let CoverageState::Within(class) = band.what else { panic!("{band:?}") };
        let (least, most) = band.wait.unwrap();
        assert!((least..=most).contains(&waves[0].0));
        assert!(WAITS.get(class).is_none_or(|limit| waves[0].0 <= *limit), "{fired_at}");
        assert!(class == 0 || waves[0].0 > WAITS[class - 1], "{fired_at}");
    }
}

#[test]
fn what_somebody_carries_over_the_night_in_which_an_hour_is_skipped() {
    let row = |priority: &str, who: &str| Row {
        priorities: vec![priority.into()],
        stretches: vec![escalation_editor::coverage::CoverageInterval {
            from: at("2026-03-28T12:00:00Z"),
            until: at("2026-03-29T11:00:00Z"),
            ways: vec![escalation_editor::coverage::CoverageOutcome {
                waves: vec![escalation_editor::coverage::NotificationWave {
                    time: escalation_engine::prove::Time::After(0),
                    people: vec![Id::from(who)],
                }],
                is_cut: false,
            }],
        }],
    };
    let london = Zone::get("Europe/London").unwrap();
    let hours = |rows: &[Row], zone: &Zone| {
        let load = loads(rows, 0, zone).remove(0);
        (load.all / HOUR, load.night / HOUR, load.weekend / HOUR)
    };
    assert_eq!(hours(&[row("p1", "maya")], &london), (23, 8, 23), "22:00 to 07:00 is eight hours that night");
    assert_eq!(hours(&[row("p1", "maya"), row("p2", "maya")], &london), (23, 8, 23), "not twice for two priorities");
    assert_eq!(hours(&[row("p1", "maya")], &Zone::get("America/New_York").unwrap()), (23, 9, 23));
    let kiritimati = Zone::get("Pacific/Kiritimati").unwrap();
    assert_eq!(hours(&[row("p1", "maya")], &kiritimati).2, 22, "Monday begins sooner there");
}

#[test]
fn what_is_broken_is_told_once_for_all_priorities_of_a_row() {
    let index = index();
    let path = compiled(json!([]), &index);
    let rows = rows(&path, &index, weeks());
    assert!(rows[0].priorities.len() > 1);
    let horizon = Horizon { from: at(WEEKS.0), until: at(WEEKS.1), scenario: Scenario::default() };
    let expected = Expectation::new(Expect::PagesSomeone);
    let judged = judge(&path, &index, &horizon, &[expected.clone(), expected.clone()]);
    assert!(judged[0].ruling.as_ref().unwrap().refuted_during.len() > 1, "one for each priority");
    let sentence = expected.sentence(&index);
    assert_eq!(broken(&rows[0], &judged, &index), [(at(WEEKS.0), at(WEEKS.1), sentence)]);
    let other = Row { priorities: vec!["another".into()], stretches: Vec::new() };
    assert!(broken(&other, &judged, &index).is_empty());
}

#[test]
fn a_page_that_comes_much_later_than_the_alert_is_told_as_such() {
    let late = |what, wait| lateness(&Band { from: at(WEEKS.0), until: at(WEEKS.1), what, wait });
    let maya = || CoverageState::People(vec![Id::from("maya")]);
    let told = |wait| late(maya(), Some(wait));
    assert_eq!(told((HOUR, HOUR)), None);
    assert_eq!(told((2 * HOUR, 2 * HOUR)).unwrap(), "The page comes 2h after the alert");
    assert_eq!(told((5 * MINUTE, 3 * HOUR)).unwrap(), "The page comes 5m to 3h after the alert");
    assert_eq!(told((0, 3 * HOUR)).unwrap(), "The page comes up to 3h after the alert");
    assert_eq!(late(CoverageState::Within(4), Some((2 * HOUR, 3 * HOUR))), None, "that says so itself");
}

#[test]
fn days_and_changes_of_the_clock() {
    let zone = Zone::get("Europe/London").unwrap();
    let of = |from: &str, until: &str, width| days((at(from), at(until)), &zone, width);
    let spring = of("2026-03-28T00:00:00Z", "2026-03-30T23:00:00Z", 300);
    let lengths: Vec<_> = spring.iter().map(|day| (day.until - day.from) / HOUR).collect();
    assert_eq!(lengths, [24, 23, 24]);
    assert_eq!(spring.iter().map(|day| day.weekday).collect::<Vec<_>>(), [5, 6, 0]);
    assert_eq!(spring[1].label, ("Sun".to_string(), "29 Mar".to_string()));
    let time = (at("2026-03-28T00:00:00Z"), at("2026-11-30T12:00:00Z"));
    assert_eq!(clock_changes(time, &zone), [(at("2026-03-29T01:00:00Z"), HOUR), (at("2026-10-25T01:00:00Z"), -HOUR)]);
    let four = of("2026-11-23T00:00:00Z", "2026-12-21T00:00:00Z", 28 * 30);
    let labels: Vec<&str> = four.iter().map(|day| &*day.label.1).collect();
    assert_eq!((labels[0], labels[1], labels[2], labels[8], labels[9]), ("23 Nov", "", "25", "1 Dec", ""));
    let february = of("2027-02-28T00:00:00Z", "2027-03-28T00:00:00Z", 28 * 30);
    let labels: Vec<&str> = february.iter().take(4).map(|day| &*day.label.1).collect();
    assert_eq!(labels, ["28", "1 Mar", "", "3"]);
    let thirteen = of("2026-11-25T00:00:00Z", "2027-02-24T00:00:00Z", 91 * 9);
    let written = thirteen.iter().filter(|day| !day.label.1.is_empty());
    assert!(written.clone().all(|day| day.weekday == 0));
    assert_eq!(written.count(), 12, "the week that has hardly begun at the end has no word");
}

/// Bands of these lengths in minutes, of one person and another in turn, nobody where it is negative.
fn bands(minutes: &[i64]) -> (Vec<Band>, (Instant, Instant)) {
    let from = at(WEEKS.0);
    let mut end = from;
    let mut all = Vec::new();
    for (position, minutes) in minutes.iter().enumerate() {
        let begin = end;
        end = end + minutes.abs() * MINUTE;
        let what = if *minutes < 0 {
            CoverageState::Nobody
        } else {
            CoverageState::People(vec![Id::from(format!("u{}", position % 2).as_str())])
        };
        all.push(Band { from: begin, until: end, what, wait: None });
    }
    (all, (from, end))
}

#[test]
fn nothing_is_dropped_however_narrow() {
    let mut dice = generate::Dice::new(7);
    for _ in 0..2_000 {
        let count = 1 + dice.below(60);
        let lengths: Vec<i64> = (0..count)
            .map(|_| {
                let most = *dice.one_of(&[2, 60, 3_000]);
                dice.minutes(1, most) / MINUTE * if dice.chance(20) { -1 } else { 1 }
            })
            .collect();
        let (all, time) = bands(&lengths);
        let width = i64::try_from(20 + dice.below(1_500)).unwrap();
        let marks = fit(&all, time, width);
        assert_eq!((marks[0].x, marks[0].bands.start), (0, 0));
        let last = marks.last().unwrap();
        assert_eq!((last.x + last.width, last.bands.end), (width, all.len()));
        for two in marks.windows(2) {
            assert_eq!((two[0].x + two[0].width, two[0].bands.end), (two[1].x, two[1].bands.start));
        }
        for mark in &marks {
            assert!(mark.width >= MIN_MARK, "{mark:?} of {lengths:?} on {width}");
            let hole = all[mark.bands.clone()].iter().any(|band| band.what == CoverageState::Nobody);
            assert_eq!(mark.has_hole, hole);
        }
    }
}

#[test]
fn one_minute_in_thirteen_weeks_is_seen() {
    let (all, time) = bands(&[60_000, -1, 71_039]);
    let marks = fit(&all, time, 900);
    assert_eq!(marks.len(), 3);
    assert_eq!((marks[1].bands.clone(), marks[1].width, marks[1].has_hole), (1..2, MIN_MARK, true));
}

#[test]
fn a_pixel_means_an_instant_of_the_band_that_is_seen_there() {
    let (all, time) = bands(&[60_000, -1, 71_039]);
    let marks = fit(&all, time, 900);
    let hole = instant(marks[1].x, &all, &marks, time, 900).unwrap();
    assert_eq!(hole, all[1].from);
    assert_eq!(instant(marks[1].x + 1, &all, &marks, time, 900), Some(hole), "to the minute, and there is one");
    assert_eq!(instant(0, &all, &marks, time, 900), Some(time.0));
    assert!(instant(899, &all, &marks, time, 900).unwrap() < time.1);
    assert_eq!(instant(900, &all, &marks, time, 900), None);
}

#[test]
fn a_drawing_has_everything_that_is_not_a_person_by_its_own_looks() {
    let index = index();
    let people: Vec<Id> = (0..20).map(|n| Id::from(format!("u{n}").as_str())).collect();
    assert_eq!((&*colour(&people, &people[0]), &*colour(&people, &people[9])), ("who-1", "who-2 textured"));
    let zone = Zone::get("Europe/London").unwrap();
    let (mut all, time) = bands(&[3_000, -3_000, 3_000, 3_000, 3_000, 1, 1, 1]);
    all[2].what = CoverageState::Unknown;
    all[3].what = CoverageState::Depends(vec![CoverageState::Unknown, CoverageState::Nobody]);
    all[4].what = CoverageState::People(people[..6].to_vec());
    let marks = fit(&all, time, 1_000);
    let refuted = [(time.0, time.0 + 1)];
    let drawn = |question| {
        let now = time.0 + DAY;
        let drawing = Drawing { question, time, now, zone: &zone, width: 1_000, index: &index, people: &people };
        drawing.svg(&[Line { bands: &all, marks: &marks, refuted: &refuted }])
    };
    let part = |from: i64, until: i64| part_of_time((time.0 + from, time.1 - until), time, &zone);
    assert_eq!(part(0, 0), "the whole range");
    assert_eq!(part(60, 0), "from Mon 23 Mar 00:01 on");
    assert!(part(0, 60).starts_with("until ") && part(60, 60).starts_with("Mon 23 Mar 00:01 to "));
    let first = drawn(CoverageQuestion::Rank(0));
    for class in
        ["hole", "unknown", "depends", "several", "refuted", "who-1", "who-more", "clock-change", "now", "weekend"]
    {
        assert!(first.contains(&format!("class=\"{class}\"")), "{class}: {first}");
    }
    assert!(first.contains(">+1h<"), "{first}");
    assert!(!first.contains("class=\"none\""), "nobody first is a hole");
    let second = drawn(CoverageQuestion::Rank(1));
    assert!(second.contains("class=\"none\"") && !second.contains("class=\"hole\""), "nobody second is none");
}

#[test]
fn from_band_to_band() {
    let (all, time) = bands(&[60, 30, 90]);
    let minute = |minute: i64| time.0 + minute * MINUTE;
    assert_eq!((band_at(&all, time.0), band_at(&all, minute(60)), band_at(&all, time.1)), (Some(0), Some(1), None));
    assert_eq!(
        (next(&all, time.0), next(&all, minute(70)), next(&all, minute(95))),
        (minute(60), minute(90), minute(95))
    );
    assert_eq!(
        (before(&all, minute(95)), before(&all, minute(90)), before(&all, time.0)),
        (minute(90), minute(60), time.0)
    );
}

#[test]
fn words_on_a_band_are_as_long_as_there_is_room() {
    let index = index();
    let what = CoverageState::People(vec![Id::from("maya"), Id::from("tom")]);
    let of = |width| label(&what, &index, width);
    assert_eq!((&*of(400), &*of(70), &*of(12)), ("Maya Chen, Tom Okafor", "MC TO", ""));
    assert_eq!(label(&CoverageState::Unknown, &index, 14), "");
    assert_eq!(label(&CoverageState::Unknown, &index, 30), "?");
    let rows = rows(&waiting(&index), &index, weeks());
    assert!(people(&rows, &index).contains(&Id::from("tom")));
}

#[test]
fn a_table_for_other_programs() {
    let mut world = index().world().clone();
    world.users[0].name = "=HYPERLINK(\"x\"), Ltd".to_string();
    let id = world.users[0].id.clone();
    let index = Arc::new(Index::new(world));
    let rows = rows(&compiled(json!([level("a", person(&id))]), &index), &index, weeks());
    let text = csv(&rows, &index);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "a head, a row and an end: {text}");
    assert!(
        lines[0].starts_with("priorities,from,until,first,first_after_seconds_least,first_after_seconds_most,second")
    );
    assert_eq!(
        lines[1],
        "P1; P2; P3; P4; P5,2026-03-23T00:00:00Z,2026-04-06T00:00:00Z,\"'=HYPERLINK(\"\"x\"\"), Ltd\",0,0,nobody,,,nobody,,"
    );
}
