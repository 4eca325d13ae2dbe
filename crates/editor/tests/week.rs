//! Working hours on a grid, held to the engine's reading of the intervals.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::{Json as _, WeekdayInterval, WorkingHours};
use escalation_editor::week::{Cell, Cursor, DAYS, QUARTERS, Span, Step, Week};
use escalation_engine::Instant;
use escalation_engine::calendar::Hours;
use proptest::prelude::*;
use serde_json::{Value, json};

const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn interval(day: &str, start: &str, end: &str) -> Value {
    json!({"weekday": day, "start_time": start, "end_time": end})
}

fn week(intervals: &[Value]) -> Week {
    let read: Vec<_> = intervals.iter().map(|value| WeekdayInterval::read(value.clone()).unwrap()).collect();
    Week::new(&read)
}

fn written(week: &Week) -> Vec<String> {
    let tell =
        |interval: &WeekdayInterval| format!("{} {}-{}", interval.weekday, interval.start_time, interval.end_time);
    week.intervals().iter().map(tell).collect()
}

/// Whether each minute of the week is active, by the engine.
fn minutes(week: &Week) -> Vec<bool> {
    let set =
        json!({"id": "x", "name": "x", "timezone": "UTC", "weekday_intervals": week.intervals().to_vec().write()});
    let hours = Hours::new(&WorkingHours::read(set).unwrap()).unwrap();
    // 5 January 1970 was a Monday.
    (0..7 * 1_440).map(|minute| hours.is_active(Instant::from_unix(4 * 86_400 + minute * 60))).collect()
}

#[test]
fn painting_makes_and_joins_intervals() {
    let week = week(&[]).paint(0, 36, 68, true);
    assert_eq!(written(&week), ["monday 09:00-17:00"]);
    assert_eq!(week.words(), "Mon 09:00-17:00");
    let week = week.paint(0, 68, 72, true).paint(4, 0, 96, true);
    assert_eq!(written(&week), ["monday 09:00-18:00", "friday 00:00-24:00"]);
    let week = week.paint(0, 48, 52, false);
    assert_eq!(written(&week), ["monday 09:00-12:00", "monday 13:00-18:00", "friday 00:00-24:00"]);
    let week = week.paint(2, 0, 4, true);
    assert_eq!(written(&week)[2], "wednesday 00:00-01:00", "in the order of the week");
    assert_eq!(week.paint(2, 0, 4, true), week);
    assert_eq!(week.paint(7, 0, 4, true), week, "there is no eighth day");
    assert_eq!(week.paint(2, 0, 4, false).words(), "Mon 09:00-12:00, 13:00-18:00; Fri 00:00-24:00");
}

#[test]
fn what_a_grid_cannot_show_is_kept_until_its_day_is_painted_on() {
    let mut noted = interval("tuesday", "09:00:00", "17:00");
    noted["note"] = json!(1);
    let all = [
        interval("sunday", "22:00", "06:00"),
        interval("monday", "09:05", "10:00"),
        noted.clone(),
        interval("someday", "09:00", "10:00"),
        interval("friday", "25:00", "10:00"),
    ];
    let before = week(&all);
    assert_eq!(before.intervals().to_vec().write(), json!(all), "nothing is painted");
    let painted = before.paint(3, 0, 4, true);
    let left: Vec<_> = painted.intervals().iter().filter(|i| i.weekday.as_str() != "thursday").cloned().collect();
    assert_eq!(left.write(), json!(all));
    let painted = before.paint(0, 95, 96, true);
    assert_eq!(
        written(&painted),
        [
            "monday 00:00-06:00",
            "monday 09:05-10:00",
            "monday 23:45-24:00",
            "tuesday 09:00:00-17:00",
            "someday 09:00-10:00",
            "friday 25:00-10:00",
            "sunday 22:00-24:00"
        ]
    );
    assert_eq!(painted.intervals()[3].write(), noted);
    assert_eq!(before.cell(0, 36), Cell::Part);
    assert_eq!(before.cell(0, 37), Cell::On);
    assert_eq!(before.cell(0, 40), Cell::Off);
    assert_eq!(before.spans(0), [Span { from: 0, until: 360 }, Span { from: 545, until: 600 }]);
    assert_eq!(before.words(), "Mon 09:05-10:00; Tue 09:00-17:00; Sun 22:00-06:00");
}

#[test]
fn steps_end_at_the_edges() {
    let at = |day, quarter| Cursor { day, quarter };
    for (from, step, to) in [
        (at(0, 0), Step::Earlier, at(0, 0)),
        (at(0, 0), Step::DayBefore, at(0, 0)),
        (at(6, 95), Step::Later, at(6, 95)),
        (at(6, 94), Step::HourLater, at(6, 95)),
        (at(6, 9), Step::DayAfter, at(6, 9)),
        (at(3, 9), Step::DayAfter, at(4, 9)),
        (at(3, 9), Step::HourEarlier, at(3, 5)),
        (at(3, 9), Step::DayStart, at(3, 0)),
        (at(3, 9), Step::DayEnd, at(3, 95)),
    ] {
        assert_eq!(from.stepped(step), to);
    }
}

fn any_interval() -> impl Strategy<Value = Value> {
    let minute = || prop_oneof![3 => (0_u32..=96).prop_map(|quarter| quarter * 15), 1 => 0_u32..1_440];
    let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    (0_usize..7, minute(), minute(), any::<bool>()).prop_map(move |(day, start, end, noted)| {
        let mut value = interval(NAMES[day], &time(start), &time(end));
        if noted {
            value["note"] = json!(day);
        }
        value
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn painting_changes_what_is_painted_and_nothing_else(
        intervals in prop::collection::vec(any_interval(), 0..8),
        strokes in prop::collection::vec((0_usize..7, 0_usize..96, 1_usize..20, any::<bool>()), 1..5)
    ) {
        let mut now = week(&intervals);
        prop_assert_eq!(now.intervals().to_vec().write(), json!(intervals));
        for (day, from, length, on) in strokes {
            let until = (from + length).min(QUARTERS);
            let mut expected = minutes(&now);
            let changes = expected[day * 1_440 + from * 15..day * 1_440 + until * 15].iter().any(|active| *active != on);
            for minute in from * 15..until * 15 {
                expected[day * 1_440 + minute] = on;
            }
            let painted = now.paint(day, from, until, on);
            prop_assert_eq!(&minutes(&painted), &expected);
            if changes {
                // The fewest of the day: one for each time that stands apart.
                // What begins at the end of the day is in the next one, if anywhere.
                let covers = |interval: &&WeekdayInterval| interval.start_time != "24:00";
                let of_day = painted.intervals().iter().filter(covers);
                let of_day = of_day.filter(|interval| interval.weekday.as_str() == NAMES[day]);
                prop_assert_eq!(of_day.count(), painted.spans(day).len());
            } else {
                prop_assert_eq!(&painted, &now);
            }
            for (at, active) in expected.chunks(15).enumerate() {
                let cell = painted.cell(at / QUARTERS, at % QUARTERS);
                let count = active.iter().filter(|active| **active).count();
                let told = match count { 0 => Cell::Off, 15 => Cell::On, _ => Cell::Part };
                prop_assert_eq!(cell, told);
            }
            prop_assert!(painted.spans(DAYS).is_empty());
            now = painted;
        }
    }
}
