//! What each person carries.

use std::collections::BTreeMap;

use escalation_engine::calendar::Zone;
use escalation_engine::index::Id;
use escalation_engine::instant::{HOUR, merge_overlapping};
use escalation_engine::{Instant, Seconds};

use super::axis::{Day, days};
use super::{CoverageQuestion, CoverageState, Row};

/// What somebody carries: the seconds in which an alert that fires would page them, whenever that page comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The person.
    pub id: Id,
    /// In all.
    pub all: Seconds,
    /// Those between 22:00 and 07:00 where the times are told.
    pub night: Seconds,
    /// Those on Saturdays and Sundays there.
    pub weekend: Seconds,
}

/// Everybody whom some alert pages at a rank, counted from 0, with what they carry; who carries the most comes first.
/// Time is counted once, however many priorities page somebody then, and not where it depends on conditions that cannot
/// be decided.
#[must_use]
pub fn loads(rows: &[Row], rank: usize, zone: &Zone) -> Vec<Load> {
    let mut times: BTreeMap<Id, Vec<(Instant, Instant)>> = BTreeMap::new();
    for band in rows.iter().flat_map(|row| row.bands(CoverageQuestion::Rank(rank))) {
        let CoverageState::People(people) = band.what else { continue };
        for id in people {
            times.entry(id).or_default().push((band.from, band.until));
        }
    }
    let ends = times.values().flatten().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let unsocial = Unsocial::new(ends, zone);
    let load = |(id, times): (Id, _)| {
        let mut load = Load { id, all: 0, night: 0, weekend: 0 };
        for (from, until) in merge_overlapping(times) {
            load.all += until - from;
            load.night += within(&unsocial.nights, from, until);
            load.weekend += within(&unsocial.weekends, from, until);
        }
        load
    };
    let mut loads: Vec<Load> = times.into_iter().map(load).collect();
    loads.sort_by(|a, b| b.all.cmp(&a.all).then_with(|| a.id.cmp(&b.id)));
    loads
}

/// Whether there are times that are in nobody's load, as it depends on conditions or is not known who is paged.
#[must_use]
pub fn is_partly_open(rows: &[Row], rank: usize) -> bool {
    let mut all = rows.iter().flat_map(|row| &row.stretches);
    all.any(|stretch| matches!(stretch.rank(rank), CoverageState::Depends(_) | CoverageState::Unknown))
}

/// Nights and weekends, in order.
struct Unsocial {
    nights: Vec<(Instant, Instant)>,
    weekends: Vec<(Instant, Instant)>,
}

impl Unsocial {
    fn new(time: Option<(Instant, Instant)>, zone: &Zone) -> Self {
        let all = time.map_or_else(Vec::new, |time| days(time, zone, 0));
        let nights =
            all.iter().flat_map(|day| [(day.from, day.at(7 * HOUR, zone)), (day.at(22 * HOUR, zone), day.until)]);
        let weekends = all.iter().filter(|day| day.is_weekend()).map(|day: &Day| (day.from, day.until));
        Self { nights: nights.collect(), weekends: weekends.collect() }
    }
}

/// How much of some times, in order, lies between two instants.
fn within(times: &[(Instant, Instant)], from: Instant, until: Instant) -> Seconds {
    let first = times.partition_point(|time| time.1 <= from);
    let overlapping = times.iter().skip(first).take_while(|time| time.0 < until);
    overlapping.map(|time| (time.1.min(until) - time.0.max(from)).max(0)).sum()
}
