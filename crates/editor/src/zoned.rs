//! Instants as a date and time on a wall, for forms.

use escalation_engine::Instant;
use escalation_engine::calendar::{WallTime, Zone};
use escalation_engine::instant::DAY;
use escalation_engine::words::{civil, clock};

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
}
