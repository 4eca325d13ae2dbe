//! What a trace means for what is drawn.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

use escalation_api::{Json as _, PathPayload};
use escalation_editor::layout::EdgeKind;
use escalation_editor::play::{MarkKind, StayKind, TurnKind, Visited};
use escalation_editor::{Play, Side, words};
use escalation_engine::calendar::Zone;
use escalation_engine::machine::Outcome;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::{Index, Scenario, World, simulate};
use serde_json::{Value, json};

fn world() -> Index {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    Index::new(World::from_text(&fs::read_to_string(file).unwrap()).unwrap())
}

fn play(scenario: Value, id: &str) -> Play {
    let index = world();
    let trace = simulate(&index, &Scenario::from_text(&scenario.to_string()).unwrap()).unwrap();
    Play::new(&trace, id, &index)
}

/// A case of the corpus.
fn case(name: &str) -> Play {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/corpus/cases/{name}.json"));
    let case: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    play(case["scenario"].clone(), "")
}

fn walked(play: &Play) -> Vec<String> {
    let tell = |(from, to, kind): &(Option<String>, Option<String>, EdgeKind)| {
        let name = |id: &Option<String>| id.clone().unwrap_or_else(|| "*".into());
        let kind = match kind {
            EdgeKind::Next => "",
            EdgeKind::Back => " back",
            EdgeKind::Side(Side::Then) => " then",
            EdgeKind::Side(Side::Else) => " else",
        };
        format!("{}-{}{kind}", name(from), name(to))
    };
    play.walked.keys().map(tell).collect()
}

#[test]
fn the_route_through_branches_and_back() {
    let play = case("r03-tested-each-time");
    assert_eq!(walked(&play), ["*-b", "b-d else", "b-l1 then", "d-r", "l1-*", "r-b back"]);
    assert_eq!(play.visits["b"].at, [0, 3600]);
    assert_eq!(play.visits["l1"].told, [(3600, "Maya Chen".to_string())]);
    assert!(!play.visits.contains_key("l2"));
}

#[test]
fn an_empty_side_is_walked_to_its_end() {
    assert_eq!(walked(&case("r03-empty-side")), ["*-b", "b-* else"]);
}

#[test]
fn a_snooze_walks_no_line() {
    assert_eq!(walked(&case("r19-snooze")), ["*-l1", "l1-l2", "l2-*"]);
}

#[test]
fn lanes_and_pages() {
    let play = case("r11-all");
    let lanes: Vec<_> = play.lanes.iter().map(|lane| (lane.name.as_str(), lane.marks.len())).collect();
    assert_eq!(lanes, [("Maya Chen", 4), ("Tom Okafor", 2)]);
    let maya: Vec<_> = play.lanes[0].marks.iter().map(|mark| (mark.after, mark.kind)).collect();
    assert_eq!(maya, [(0, MarkKind::Page), (60, MarkKind::Retry), (120, MarkKind::Retry), (150, MarkKind::Ack)]);
    assert_eq!(play.lanes[0].marks[0].until, Some(150), "everybody must: until she answers herself");
    assert_eq!(play.lanes[1].marks[0].until, Some(30));
    let pages: Vec<_> = play.pages.iter().map(|page| (page.after, page.name.as_str(), page.attempt)).collect();
    assert_eq!(pages, [(0, "Maya Chen", 1), (0, "Tom Okafor", 1), (60, "Maya Chen", 2), (120, "Maya Chen", 3)]);
}

#[test]
fn a_page_counts_until_it_is_answered_or_the_level_is_over() {
    let until = |name: &str| {
        let all = case(name).lanes.into_iter();
        all.map(|lane| (lane.name, lane.marks[0].until)).collect::<Vec<_>>()
    };
    let of = |name: &str, until| (name.to_string(), Some(until));
    assert_eq!(until("r11-all-to-deadline"), [of("Maya Chen", 120), of("Tom Okafor", 30)], "the run ends before");
    assert_eq!(until("r11-first"), [of("Maya Chen", 90), of("Tom Okafor", 90)], "the first to acknowledge ends all");
}

#[test]
fn a_walk_that_begins_again_ends_what_was_open_and_is_told_by_itself() {
    let all_must = |times: Value| {
        json!({"path": {"name": "n", "path": [{"id": "l", "type": "level", "level": {"targets": [
            {"type": "user", "id": "maya", "urgency": "high"}, {"type": "user", "id": "tom", "urgency": "high"}],
            "time_to_ack_seconds": 1800, "ack_mode": "all", "retry_config": {"attempts": 3, "interval_seconds": 420}}}],
            "repeat_config": {"repeat_after_seconds": 600, "delay_repeat_on_activity": false}},
            "fired_at": "2026-03-25T10:00:00Z", "alert_keeps_firing": times,
            "responses": [{"user_id": "maya", "response": "ack", "after_seconds": 300, "to_page": 1}]})
    };
    let zone = Zone::utc();
    let told = |play: &Play| words::outcome(play, "2026-03-25T10:00:00Z".parse().unwrap(), &zone);
    // Tom is paged again at 10:07 and 10:14, which does not make the acknowledgement later.
    let once = play(all_must(json!(false)), "");
    assert_eq!(told(&once), "Acknowledged Wed 10:05");
    let again = play(all_must(json!(true)), "");
    assert_eq!(told(&again), "Ends Wed 10:45: nobody acknowledged again");
    let until = |lane: usize| {
        let marks = again.lanes[lane].marks.iter().filter(|mark| mark.kind == MarkKind::Page);
        marks.map(|mark| (mark.after, mark.until)).collect::<Vec<_>>()
    };
    assert_eq!(until(0), [(0, Some(300)), (900, Some(2700))]);
    assert_eq!(until(1), [(0, Some(900)), (900, Some(2700))]);
}

#[test]
fn a_step_names_the_rota_where_the_schedule_has_others() {
    let said = |schedule: &str, rota: &str| {
        let path = json!({"name": "n", "path": [{"id": "l", "type": "level", "level": {"targets": [{"type": "schedule",
            "id": schedule, "urgency": "high", "schedule_mode": "all_users_for_rota", "selected_rota_id": rota}]}}]});
        let path = PathPayload::read(path).unwrap();
        words::node(&path.path[0], &path, &world()).title
    };
    assert_eq!(said("regions", "west"), "Page everybody on Regions (West), all at once");
    assert_eq!(said("primary", "main"), "Page everybody on Primary, all at once");
}

#[test]
fn how_loudly_somebody_is_paged_is_known() {
    let play = play(
        json!({"path": {"name": "n", "path": [{"id": "l", "type": "level", "level": {"targets": [
            {"type": "user", "id": "maya", "urgency": "low"}, {"type": "user", "id": "tom", "urgency": "high"}]}}]},
            "fired_at": "2026-03-25T10:00:00Z"}),
        "",
    );
    let low: Vec<_> = play.lanes.iter().map(|lane| (lane.name.as_str(), lane.marks[0].is_low)).collect();
    assert_eq!(low, [("Maya Chen", true), ("Tom Okafor", false)]);
}

#[test]
fn another_paths_nodes_are_not_ours() {
    // Both paths have a node of the same id.
    let scenario = json!({"path": {"id": "mine", "name": "n", "path": [
        {"id": "o1", "type": "delay", "delay": {"delay_seconds": 60}},
        {"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}}]},
        "fired_at": "2026-03-25T10:00:00Z"});
    let play = play(scenario, "mine");
    assert_eq!(play.visits["o1"].at, [0]);
    assert_eq!(play.visits["o1"].told, []);
    assert_eq!(play.pages.len(), 1, "but who is paged there is told");
}

#[test]
fn where_a_run_stops() {
    let play = case("r22-unknown-type");
    assert!(play.visits["x"].stopped.is_some() && play.visits["l1"].stopped.is_none());
}

/// A level for Maya, a delay of an hour, the level and the delay once more, and the end; five minutes for each level.
fn there_and_back() -> Play {
    play(
        json!({"path": {"id": "mine", "name": "n", "path": [
        {"id": "l", "type": "level", "level": {"targets": [{"type": "user", "id": "maya", "urgency": "high"}], "time_to_ack_seconds": 300}},
        {"id": "d", "type": "delay", "delay": {"delay_seconds": 3600}},
        {"id": "r", "type": "repeat", "repeat": {"to_node": "l", "repeat_times": 1}}]},
        "fired_at": "2026-03-25T10:00:00Z", "grace_period_seconds": 60}),
        "mine",
    )
}

#[test]
fn what_the_walk_stays_for() {
    let play = there_and_back();
    let stays: Vec<_> = play.stays.iter().map(|stay| (stay.from, stay.until, stay.kind)).collect();
    assert_eq!(
        stays,
        [
            (0, 60, StayKind::Grace),
            (60, 360, StayKind::Wait),
            (360, 3960, StayKind::Delay),
            (3960, 4260, StayKind::Wait),
            (4260, 7860, StayKind::Delay)
        ]
    );
    let turns: Vec<_> = play.turns.iter().map(|turn| (turn.after, turn.kind)).collect();
    assert_eq!(turns, [(3960, TurnKind::Back(2)), (7860, TurnKind::End(false))]);
    assert_eq!(play.events, [0, 60, 360, 3960, 4260, 7860]);
}

#[test]
fn as_it_is_at_any_time() {
    let play = there_and_back();
    let level = &play.visits["l"];
    assert_eq!(level.by(59), None);
    let visited = |times| Visited { first: 60, times, told: vec!["Maya Chen".to_string()], stopped: false };
    assert_eq!(level.by(60), Some(visited(1)));
    assert_eq!(level.by(3960), Some(visited(2)));
    assert_eq!(play.stands_on(0), None, "the grace period is before the first node");
    assert_eq!(play.stands_on(359), Some("l"));
    assert_eq!(play.stands_on(4000), Some("l"));
    assert_eq!(play.stands_on(7860), Some("r"));
    assert_eq!(play.paged_by(0), [""; 0]);
    assert_eq!(play.paged_by(60), ["Maya Chen"]);
    let line = |from: &str, to: Option<&str>, kind| (Some(from.to_string()), to.map(str::to_string), kind);
    assert_eq!(play.walked[&line("r", Some("l"), EdgeKind::Back)], 3960);
    assert_eq!(play.walked[&line("l", Some("d"), EdgeKind::Next)], 360, "the first time");
    assert_eq!(play.walked[&line("r", None, EdgeKind::Next)], 7860);
}

#[test]
fn quiet_after_somebody_has_taken_it() {
    let play = case("r18-pages-again");
    assert!(play.stays.iter().any(|stay| stay.kind == StayKind::Quiet), "{:?}", play.stays);
    assert!(play.turns.iter().any(|turn| turn.kind == TurnKind::Again), "{:?}", play.turns);
}

/// The demo's working hours, a branch on them, and a branch on priority.
fn told<T>(at: &str, priority: &str, tell: impl Fn(words::RunContext<'_>) -> T) -> T {
    let path = json!({"name": "n", "working_hours": [{"id": "uk", "name": "UK hours", "timezone": "Europe/London",
        "weekday_intervals": [{"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}],
        "path": [{"id": "b", "type": "if_else", "if_else": {
            "conditions": [{"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []}],
            "then_path": [], "else_path": [{"id": "p", "type": "if_else", "if_else": {
                "conditions": [{"subject": "escalation.priority", "operation": "one_of",
                    "param_bindings": [{"array_value": [{"literal": "p1"}]}]}],
                "then_path": [{"id": "l", "type": "level", "level": {"targets": [
                    {"type": "user", "id": "maya", "urgency": "high"}, {"type": "user", "id": "tom", "urgency": "low"}],
                    "time_to_ack_seconds": 300}}],
                "else_path": []}}]}}]});
    let index = world();
    let scenario = json!({"path": path, "fired_at": at, "priority_id": priority});
    let scenario = Scenario::from_text(&scenario.to_string()).unwrap();
    let trace = simulate(&index, &scenario).unwrap();
    let payload = PathPayload::read(path).unwrap();
    let zone = Zone::get("Europe/London").unwrap();
    tell(words::RunContext { trace: &trace, path: &payload, path_id: "", index: &index, zone: &zone })
}

#[test]
fn why_the_other_side_was_not_taken() {
    let others = |told: words::RunContext<'_>| {
        let words = told.trace.steps.iter().filter_map(|step| {
            words::step(step, told.path, told.path_id, told.index, told.zone).and_then(|words| words.other_side)
        });
        words.collect::<Vec<_>>()
    };
    let outside = told("2026-03-28T03:10:00Z", "p1", others);
    assert_eq!(outside[0], "“yes” from Mon 30 Mar 09:00 Europe/London", "the clock changes in between");
    assert!(outside[1].starts_with("“otherwise” is for "), "{outside:?}");
    assert_eq!(told("2026-03-30T10:00:00Z", "p1", others), ["“otherwise” from Mon 30 Mar 17:00 Europe/London"]);
}

#[test]
fn a_moment_in_words() {
    let at = |time| told("2026-03-28T03:10:00Z", "p1", move |told| words::moment(told, time));
    assert_eq!(at(0), "Maya Chen and Tom Okafor are paged");
    assert_eq!(at(299), "Maya Chen and Tom Okafor are paged");
    assert_eq!(at(300), "The path ends");
    let lasts = there_and_back();
    assert_eq!(lasts.stays.len(), 5);
}

#[test]
fn who_is_told_when() {
    let who = |priority| told("2026-03-28T03:10:00Z", priority, |told| words::who_is_told(told.trace, told.index));
    assert_eq!(who("p1"), "Maya Chen and Tom Okafor at once, then nobody else.");
    assert_eq!(who("p2"), "Nobody is paged.");
    // A trace that stopped, one with many waves, and one with many people.
    let mut trace = told("2026-03-28T03:10:00Z", "p1", |told| told.trace.clone());
    let index = world();
    trace.outcome = Outcome::Undecided;
    assert_eq!(words::who_is_told(&trace, &index), "Maya Chen and Tom Okafor at once, then then unknown.");
    let page = |after: i64, user: String| TraceStep {
        after_seconds: after,
        step: StepName::Paged,
        user_id: Some(user),
        ..TraceStep::default()
    };
    trace.steps = (0..6).map(|wave| page(wave * 60, format!("u{wave}"))).collect();
    assert_eq!(
        words::who_is_told(&trace, &index),
        "u0 at once, then u1 after 1m, then u2 after 2m, then u3 after 3m, then others."
    );
    trace.steps = (0..6).map(|user| page(0, format!("u{user}"))).collect();
    assert!(words::who_is_told(&trace, &index).starts_with("u0, u1, u2, u3 and 2 more at once"));
    trace.steps.clear();
    assert_eq!(words::who_is_told(&trace, &index), "Recipients unknown.");
}

#[test]
fn a_table_as_text() {
    let text = told("2026-03-28T03:10:00Z", "p1", |told| words::table(told, &["a", "b", "c", "d", "e", "f"]));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "a\tb\tc\td\te\tf");
    assert!(lines.iter().all(|line| line.split('\t').count() == 6), "{text}");
    let paged = lines.iter().find(|line| line.contains("Tom Okafor is paged")).unwrap();
    assert_eq!(*paged, "Sat 28 Mar 03:10\tT+0\tTom Okafor is paged, low urgency\tTom Okafor\tnamed on this level\tR7");
}

#[test]
fn what_the_walk_does_in_words() {
    told("2026-03-28T03:10:00Z", "p1", |told| {
        let play = Play::new(told.trace, "", told.index);
        let (short, full) = words::stay(told, &play.stays[0]);
        assert_eq!(short, "Page Maya Chen and Tom Okafor, all at once");
        assert!(full.ends_with("Waits until Sat 03:15, for 5m"), "{full}");
        let (short, full) = words::turn(told, &play.turns[0]);
        assert_eq!((short.as_str(), full.starts_with("The path ends: ")), ("ends", true), "{full}");
    });
}
