//! Instants as a date and time on a wall, for forms.

use escalation_engine::calendar::{WallTime, Zone};
use escalation_engine::instant::DAY;
use escalation_engine::words::{civil, clock};
use escalation_engine::{Instant, Seconds};

/// The date and time in a zone, as a form field of type `datetime-local` has it: `2026-03-28T03:10`.
#[must_use]
pub fn to_field(zone: &Zone, at: Instant) -> String {
    let wall = zone.wall(at);
    let (year, month, day) = civil(wall);
    format!("{year:04}-{month:02}-{day:02}T{}", clock(wall.second_of_day()))
}

/// The instant of such a date and time: the first where the clock shows it twice, the change of the clock where it
/// never does.
#[must_use]
pub fn from_field(zone: &Zone, text: &str) -> Option<Instant> {
    // What the clock on the wall shows, read as if it were one in Greenwich; seconds may be left out.
    let as_if = |ending: &str| format!("{text}{ending}").parse::<Instant>().ok();
    let wall = as_if(":00Z").or_else(|| as_if("Z"))?.unix();
    Some(zone.first_at_wall(WallTime::new(wall.div_euclid(DAY), wall.rem_euclid(DAY))))
}

/// The two instants at which the clock on the wall shows what it shows at `at`, if it does so twice.
#[must_use]
pub fn twice(zone: &Zone, at: Instant) -> Option<[Instant; 2]> {
    zone.twice(at)
}

/// Whether the clock on the wall of a zone never shows what a form field says: a change of the clock skips it.
#[must_use]
pub fn is_skipped(zone: &Zone, text: &str) -> bool {
    from_field(zone, text).is_some_and(|at| !text.starts_with(&to_field(zone, at)))
}

/// When the clock of a zone changes within a time, and by how much.
#[must_use]
pub fn clock_changes((from, until): (Instant, Instant), zone: &Zone) -> Vec<(Instant, Seconds)> {
    let mut changes = Vec::new();
    let mut at = zone.next_change(from);
    while at < until {
        let by = zone.offset(at) - zone.offset(at - 1);
        if by != 0 {
            changes.push((at, by));
        }
        at = zone.next_change(at);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let zone = Zone::get("Europe/London").unwrap();
        for text in ["2026-03-28T03:10", "2026-07-01T23:59", "2026-10-25T01:30"] {
            assert_eq!(to_field(&zone, from_field(&zone, text).unwrap()), text);
        }
        assert_eq!(from_field(&zone, "2026-03-29T01:30").unwrap().to_string(), "2026-03-29T01:00:00Z", "skipped");
        assert_eq!(
            from_field(&zone, "2026-10-25T01:30").unwrap().to_string(),
            "2026-10-25T00:30:00Z",
            "the first of two"
        );
        assert_eq!(from_field(&zone, "2026-07-01T12:00:30").unwrap().to_string(), "2026-07-01T11:00:30Z");
        assert_eq!(from_field(&zone, "soon"), None);
    }

    #[test]
    fn an_hour_that_is_shown_twice() {
        let zone = Zone::get("Europe/London").unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let both = [at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")];
        assert_eq!(both.map(|at| to_field(&zone, at)), ["2026-10-25T01:30", "2026-10-25T01:30"]);
        for one in both {
            assert_eq!(twice(&zone, one), Some(both));
        }
        // The first instant that is shown again, and the last; what is beside them is shown once.
        assert_eq!(
            twice(&zone, at("2026-10-25T00:00:00Z")),
            Some([at("2026-10-25T00:00:00Z"), at("2026-10-25T01:00:00Z")])
        );
        assert_eq!(
            twice(&zone, at("2026-10-25T01:59:59Z")),
            Some([at("2026-10-25T00:59:59Z"), at("2026-10-25T01:59:59Z")])
        );
        for once in ["2026-10-24T23:59:59Z", "2026-10-25T02:00:00Z", "2026-03-29T01:00:00Z", "2026-06-01T12:00:00Z"] {
            assert_eq!(twice(&zone, at(once)), None, "{once}");
        }
        assert_eq!(twice(&Zone::utc(), both[0]), None);
    }

    #[test]
    fn a_time_that_is_never_shown() {
        let zone = Zone::get("Europe/London").unwrap();
        for (text, skipped) in [
            ("2026-03-29T00:59", false),
            ("2026-03-29T01:00", true),
            ("2026-03-29T01:59", true),
            ("2026-03-29T02:00", false),
            ("2026-10-25T01:30", false),
            ("2026-07-01T12:00:30", false),
            ("soon", false),
        ] {
            assert_eq!(is_skipped(&zone, text), skipped, "{text}");
        }
    }
}
