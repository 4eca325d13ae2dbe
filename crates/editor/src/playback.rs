//! Playing a run: from event to event, or along the axis at a speed.

use escalation_engine::Seconds;

use crate::axis::Axis;

/// How long the whole of a run takes to play, in milliseconds, where its axis is [`USUAL_WIDTH`] wide.
const WHOLE: i64 = 10_000;
/// An axis that is wider takes longer, by as much as it is wider, up to [`LONGEST`].
const USUAL_WIDTH: i64 = 1_000;
/// No run takes longer, at the usual speed.
const LONGEST: i64 = 60_000;
/// How long each event is shown where nothing may move: no longer and no shorter, in milliseconds.
const EVENT: (i64, i64) = (250, 1_500);
/// Thousandths of a pixel: at the lowest speed less than a pixel goes by in a frame.
const FINE: i64 = 1_000;

/// How fast a run is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Speed {
    /// In about twenty seconds.
    Half,
    /// In about ten seconds.
    #[default]
    Usual,
    /// In about five seconds.
    Double,
    /// In two or three seconds.
    Four,
}

impl Speed {
    /// All, from the lowest.
    pub const ALL: [Self; 4] = [Self::Half, Self::Usual, Self::Double, Self::Four];

    /// As it is written: `×0.5`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Half => "×0.5",
            Self::Usual => "×1",
            Self::Double => "×2",
            Self::Four => "×4",
        }
    }

    /// The next higher, or the highest; the next lower, or the lowest.
    #[must_use]
    pub fn next(self, higher: bool) -> Self {
        let at = Self::ALL.iter().position(|speed| *speed == self).unwrap_or_default();
        let at = if higher { at + 1 } else { at.saturating_sub(1) };
        Self::ALL.get(at).copied().unwrap_or(self)
    }

    /// In halves.
    fn halves(self) -> i64 {
        match self {
            Self::Half => 1,
            Self::Usual => 2,
            Self::Double => 4,
            Self::Four => 8,
        }
    }
}

/// Where on the axis a run is being played, in fractions of a pixel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head(i64);

impl Head {
    /// At this time.
    #[must_use]
    pub fn new(axis: &Axis, at: Seconds) -> Self {
        Self(axis.x(at).saturating_mul(FINE))
    }

    /// So many milliseconds later at a speed, and the time that it is at then; nothing once it is at the end.
    #[must_use]
    pub fn moved(self, axis: &Axis, milliseconds: i64, speed: Speed) -> (Self, Option<Seconds>) {
        // A page that was away for a while does not leap to the end.
        let milliseconds = milliseconds.clamp(0, 100);
        let whole = (WHOLE * axis.width / USUAL_WIDTH).clamp(WHOLE, LONGEST);
        let by = axis.width.saturating_mul(FINE).saturating_mul(milliseconds * speed.halves()) / (2 * whole);
        let to = Self(self.0.saturating_add(by));
        let x = to.0 / FINE;
        (to, (x < axis.width).then(|| axis.at(x)))
    }
}

/// The event after a time, or the one before it. Both ends of a run are events.
#[must_use]
pub fn event(events: &[Seconds], at: Seconds, after: bool) -> Option<Seconds> {
    if after {
        events.get(events.partition_point(|event| *event <= at)).copied()
    } else {
        events.partition_point(|event| *event < at).checked_sub(1).and_then(|before| events.get(before)).copied()
    }
}

/// The event so many further, or the last on the way there.
#[must_use]
pub fn events_on(events: &[Seconds], at: Seconds, after: bool, count: usize) -> Option<Seconds> {
    let ways = std::iter::successors(event(events, at, after), |now| event(events, *now, after));
    ways.take(count).last()
}

/// For how long each event is shown where a run is played without moving, in milliseconds.
#[must_use]
pub fn pause(events: usize, speed: Speed) -> i64 {
    let each = WHOLE / i64::try_from(events).unwrap_or(i64::MAX).max(1);
    each.clamp(EVENT.0, EVENT.1) * 2 / speed.halves()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Seconds; 4] = [0, 300, 900, 3_600];

    #[test]
    fn from_event_to_event() {
        assert_eq!(event(&EVENTS, 0, true), Some(300));
        assert_eq!(event(&EVENTS, 299, true), Some(300));
        assert_eq!(event(&EVENTS, 300, true), Some(900));
        assert_eq!(event(&EVENTS, 3_600, true), None);
        assert_eq!(event(&EVENTS, 3_600, false), Some(900));
        assert_eq!(event(&EVENTS, 301, false), Some(300));
        assert_eq!(event(&EVENTS, 0, false), None);
        assert_eq!(event(&[], 0, true), None);
    }

    #[test]
    fn several_at_once() {
        assert_eq!(events_on(&EVENTS, 0, true, 2), Some(900));
        assert_eq!(events_on(&EVENTS, 0, true, 10), Some(3_600), "no further than the end");
        assert_eq!(events_on(&EVENTS, 3_600, false, 3), Some(0));
        assert_eq!(events_on(&EVENTS, 0, false, 3), None);
    }

    /// How many frames of 16 milliseconds a run takes.
    fn frames(axis: &Axis, speed: Speed) -> i64 {
        let (mut head, mut frames, mut before) = (Head::new(axis, 0), 0, 0);
        loop {
            let (next, at) = head.moved(axis, 16, speed);
            frames += 1;
            let Some(at) = at else { return frames };
            assert!(at >= before, "it goes forward");
            (head, before) = (next, at);
        }
    }

    #[test]
    fn a_run_takes_about_ten_seconds_whatever_its_length() {
        for events in [&[0, 120][..], &EVENTS, &[0, 604_800]] {
            let axis = Axis::new(events, 800);
            let taken = frames(&axis, Speed::Usual) * 16;
            assert!((9_900..=10_100).contains(&taken), "{taken} ms");
            assert!((4_950..=5_050).contains(&(frames(&axis, Speed::Double) * 16)));
            assert!((19_800..=20_200).contains(&(frames(&axis, Speed::Half) * 16)));
        }
        let long: Vec<Seconds> = (0..3_000).map(|minute| minute * 60).collect();
        let taken = frames(&Axis::new(&long, 800), Speed::Usual) * 16;
        assert!((59_000..=61_000).contains(&taken), "{taken} ms");
    }

    #[test]
    fn a_page_that_was_away_does_not_leap() {
        let axis = Axis::new(&EVENTS, 800);
        let (_, at) = Head::new(&axis, 0).moved(&axis, 3_600_000, Speed::Usual);
        assert!(at.is_some_and(|at| at < 100), "{at:?}");
    }

    #[test]
    fn speeds() {
        assert_eq!(Speed::Half.next(false), Speed::Half);
        assert_eq!(Speed::Half.next(true), Speed::Usual);
        assert_eq!(Speed::Four.next(true), Speed::Four);
        assert_eq!(pause(4, Speed::Usual), 1_500);
        assert_eq!(pause(4, Speed::Four), 375);
        assert_eq!(pause(1_000, Speed::Usual), 250);
    }
}
