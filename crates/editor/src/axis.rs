//! Time along a line of pixels: from two minutes to weeks, with every event apart from the next, and long waits folded.
//!
//! What happens between two events is nothing, so the axis may treat those gaps as it likes: they keep their order and
//! their lengths as far as there is room, none is narrower than a least distance, and those that would press all others
//! together are folded into a break of one width. Positions are whole pixels and the same everywhere.

use escalation_engine::Seconds;
use escalation_engine::instant::{DAY, HOUR, MINUTE};

/// The least distance between two events, in pixels; less only where there are more than [`MOST`] holds.
pub const LEAST: i64 = 11;
/// The width of a fold, in pixels: its words are on it.
pub const FOLD: i64 = 116;
/// From this width on a fold has room for how long it is.
pub const SHORT_FOLD: i64 = 52;
/// The least width of a fold. Where there are many, they are as wide as half of the axis allows.
pub const NARROW_FOLD: i64 = 26;
/// The room for the words of a tick, in pixels.
pub const TICK: i64 = 88;
/// How wide an axis grows to keep its events apart.
const MOST: i64 = 24_000;
/// Where half of the gaps are narrower than this, longer ones are folded.
const CRAMPED: i64 = 44;
/// No shorter gap is folded.
const SHORTEST_FOLD: Seconds = HOUR;

/// The distances between ticks.
const STEPS: [Seconds; 19] = [
    1,
    5,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
];

/// Time along a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    pieces: Vec<AxisSegment>,
    /// How wide it is, in pixels: at least what was asked for.
    pub width: i64,
    /// The least distance between two events on it, in pixels.
    pub least: i64,
}

/// What lies between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AxisSegment {
    /// When it begins, after the alert fired.
    pub from: Seconds,
    /// When it ends.
    pub until: Seconds,
    /// Where it begins, in pixels.
    pub x: i64,
    /// How wide it is.
    pub width: i64,
    /// Whether it is drawn as a break.
    pub is_fold: bool,
}

/// A time that is written on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// The time, after the alert fired.
    pub after: Seconds,
    /// Where it is, in pixels. Its words go to the right of it.
    pub x: i64,
}

impl Axis {
    /// An axis on which something happens at these times, in order, the first and the last of which are its ends. It is
    /// `width` pixels wide, or wider where that cannot hold them.
    #[must_use]
    pub fn new(events: &[Seconds], width: i64) -> Self {
        let width = width.max(TICK);
        let mut events: Vec<Seconds> = events.to_vec();
        events.dedup();
        if events.len() < 2 {
            // Something that is over at once: a minute of nothing.
            let from = events.first().copied().unwrap_or_default();
            events = vec![from, from + MINUTE];
        }
        let gaps: Vec<Seconds> =
            events.iter().zip(events.iter().skip(1)).map(|(from, until)| until.saturating_sub(*from).max(1)).collect();
        let count = i64::try_from(gaps.len()).unwrap_or(i64::MAX);
        let least = (MOST / count).clamp(1, LEAST);
        let (folded_from, fold) = folds(&gaps, width);
        let is_fold = |gap: Seconds| gap >= folded_from;
        let open: Vec<Seconds> = gaps.iter().copied().filter(|gap| !is_fold(*gap)).collect();
        let folded = count - i64::try_from(open.len()).unwrap_or_default();
        let room = (width - folded * fold).max(i64::try_from(open.len()).unwrap_or_default() * least);
        let scale = Scale::new(&open, room, least);

        let mut pieces = Vec::with_capacity(gaps.len());
        let (mut x, mut folds, mut narrow, mut length) = (0, 0, 0, 0);
        for (from, gap) in events.iter().zip(&gaps) {
            if is_fold(*gap) {
                folds += 1;
            } else if scale.is_narrow(*gap) {
                narrow += 1;
            } else {
                length += gap;
            }
            let end = folds * fold + narrow * least + scale.of(length);
            let (from, until) = (*from, from + gap);
            pieces.push(AxisSegment { from, until, x, width: end - x, is_fold: is_fold(*gap) });
            x = end;
        }
        Self { pieces, width: x, least }
    }

    /// Where a time is, in pixels.
    #[must_use]
    pub fn x(&self, after: Seconds) -> i64 {
        let at = self.pieces.partition_point(|piece| piece.until <= after);
        self.pieces.get(at).map_or(self.width, |piece| {
            let into = (after - piece.from).clamp(0, piece.until - piece.from);
            piece.x + share(into, piece.width, piece.until - piece.from)
        })
    }

    /// The time at a place: exactly that of an event where one is.
    #[must_use]
    pub fn at(&self, x: i64) -> Seconds {
        let at = self.pieces.partition_point(|piece| piece.x + piece.width <= x);
        let Some(piece) = self.pieces.get(at) else { return self.ends() };
        let into = (x - piece.x).clamp(0, piece.width);
        piece.from + share(into, piece.until - piece.from, piece.width)
    }

    /// The time at a place, or that of an event which is so near.
    #[must_use]
    pub fn near(&self, x: i64, within: i64) -> Seconds {
        let at = self.pieces.partition_point(|piece| piece.x + piece.width <= x);
        let Some(piece) = self.pieces.get(at) else { return self.ends() };
        let (before, behind) = (x - piece.x, piece.x + piece.width - x);
        if before.min(behind) > within {
            self.at(x)
        } else if before <= behind {
            piece.from
        } else {
            piece.until
        }
    }

    /// When it ends.
    #[must_use]
    pub fn ends(&self) -> Seconds {
        self.pieces.last().map_or(0, |piece| piece.until)
    }

    /// What is folded.
    pub fn folds(&self) -> impl Iterator<Item = &AxisSegment> {
        self.pieces.iter().filter(|piece| piece.is_fold)
    }

    /// The times that are written on it: round from where it begins, and again from the end of each fold. Their words
    /// overlap neither one another nor those of a fold, and none goes over the end.
    #[must_use]
    pub fn ticks(&self) -> Vec<Tick> {
        let mut ticks = Vec::new();
        for stretch in self.pieces.chunk_by(|one, next| !one.is_fold && !next.is_fold) {
            if let (Some(first), Some(last)) = (stretch.first(), stretch.last())
                && !first.is_fold
            {
                self.ticks_of(first, last, &mut ticks);
            }
        }
        ticks
    }

    /// Ticks of a stretch without folds.
    fn ticks_of(&self, first: &AxisSegment, last: &AxisSegment, ticks: &mut Vec<Tick>) {
        let end = last.x + last.width;
        let (length, width) = (last.until - first.from, end - first.x);
        // As if it were even; where it is not, some are left out.
        let apart = share(TICK, length, width).max(1);
        let step = STEPS.into_iter().find(|step| *step >= apart);
        let step = step.unwrap_or_else(|| (apart / (7 * DAY) + 1) * 7 * DAY);
        let mut free = first.x;
        let mut after = first.from;
        while after <= last.until {
            let x = self.x(after).max(first.x);
            if x >= free && x + TICK <= end {
                ticks.push(Tick { after, x });
                free = x + TICK;
            }
            after += step;
        }
    }
}

/// From which length on gaps are folded, and how wide a fold is.
fn folds(gaps: &[Seconds], width: i64) -> (Seconds, i64) {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    let mut open = sorted.as_slice();
    let mut chosen = (Seconds::MAX, FOLD);
    loop {
        let Some(longest) = open.last() else { return chosen };
        let folded = i64::try_from(sorted.len() - open.len()).unwrap_or(i64::MAX);
        let room = width - folded * chosen.1;
        let length: Seconds = open.iter().sum();
        let cramped = open.partition_point(|gap| share(*gap, room, length) < CRAMPED) * 2 >= open.len();
        // Those that are about as long as the longest are treated as it is.
        let from = (longest / 2).max(SHORTEST_FOLD);
        let rest = open.partition_point(|gap| *gap < from);
        let count = i64::try_from(sorted.len() - rest).unwrap_or(i64::MAX);
        let fold = (width / 2 / count.max(1)).clamp(NARROW_FOLD, FOLD);
        // What is left must be there, and have room; and folds that say how long they are are worth more than more folds.
        let fits = count.saturating_mul(fold) <= width * 3 / 4 && (fold >= SHORT_FOLD || chosen.0 == Seconds::MAX);
        if !cramped || rest == 0 || rest == open.len() || !fits {
            return chosen;
        }
        chosen = (from, fold);
        open = open.get(..rest).unwrap_or_default();
    }
}

/// Lengths of time as pixels, where the shortest are made as wide as the least distance.
struct Scale {
    /// Gaps of at most this length have the least distance.
    narrow: Seconds,
    room: i64,
    length: Seconds,
}

impl Scale {
    fn new(gaps: &[Seconds], room: i64, least: i64) -> Self {
        let mut sorted = gaps.to_vec();
        sorted.sort_unstable();
        let mut scale = Self { narrow: 0, room, length: sorted.iter().sum() };
        for gap in sorted {
            if gap > scale.narrow && scale.of(gap) >= least {
                break;
            }
            scale.narrow = gap;
            scale.room -= least;
            scale.length -= gap;
        }
        scale
    }

    fn is_narrow(&self, gap: Seconds) -> bool {
        gap <= self.narrow
    }

    fn of(&self, length: Seconds) -> i64 {
        share(length, self.room, self.length)
    }
}

/// `part * whole / of`, rounded down.
fn share(part: i64, whole: i64, of: i64) -> i64 {
    let exact = i128::from(part) * i128::from(whole) / i128::from(of.max(1));
    i64::try_from(exact).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    const WIDTH: i64 = 700;

    /// All that must be true of every axis.
    fn holds(events: &[Seconds], width: i64) -> Axis {
        let axis = Axis::new(events, width);
        let least = axis.least;
        assert!(axis.width >= width.min(WIDTH), "it is as wide as asked for: {} of {width}", axis.width);
        for pair in events.windows(2) {
            let (one, next) = (axis.x(pair[0]), axis.x(pair[1]));
            assert!(next - one >= least, "{pair:?} are {one} and {next}, less than {least} apart");
        }
        for event in events {
            assert_eq!(axis.at(axis.x(*event)), *event, "there and back");
        }
        assert_eq!((axis.x(events[0]), axis.x(axis.ends())), (0, axis.width), "from end to end");
        for fold in axis.folds() {
            assert!(events.windows(2).any(|pair| pair == [fold.from, fold.until]), "{fold:?} has nothing in it");
            assert!(fold.until - fold.from >= HOUR, "{fold:?} is long");
        }
        let mut before = 0;
        for x in 0..=axis.width.min(3_000) {
            let at = axis.at(x);
            assert!(at >= before, "time goes forward");
            before = at;
        }
        let ticks = axis.ticks();
        for pair in ticks.windows(2) {
            assert!(pair[1].x - pair[0].x >= TICK, "{pair:?} overlap");
        }
        for tick in &ticks {
            assert_eq!(axis.x(tick.after), tick.x);
            assert!(tick.x + TICK <= axis.width, "{tick:?} goes over the end");
            let over = |fold: &&AxisSegment| fold.x < tick.x + TICK && tick.x < fold.x + fold.width;
            assert_eq!(axis.folds().find(over), None, "{tick:?} is on a fold");
        }
        axis
    }

    fn told(axis: &Axis) -> Vec<Seconds> {
        axis.ticks().iter().map(|tick| tick.after).collect()
    }

    #[test]
    fn two_minutes() {
        let axis = holds(&[0, 30, 60, 120], WIDTH);
        assert_eq!(axis.x(60), 350, "even");
        assert_eq!(told(&axis), [0, 30, 60, 90]);
        assert_eq!(axis.at(175), 30);
    }

    #[test]
    fn an_hour() {
        let axis = holds(&[0, 300, 1_200, 1_500, 2_400, 3_600], WIDTH);
        assert!((349..=350).contains(&axis.x(1_800)), "even");
        assert_eq!(told(&axis), [0, 600, 1_200, 1_800, 2_400, 3_000]);
        assert_eq!(axis.folds().count(), 0);
    }

    #[test]
    fn a_night_until_working_hours_is_folded() {
        // Fired at 18:10, delayed until 09:00, then levels of 30 and 15 minutes.
        let night = 14 * HOUR + 50 * MINUTE;
        let axis = holds(&[0, night, night + 1_800, night + 2_700], WIDTH);
        let folds: Vec<_> = axis.folds().map(|fold| (fold.from, fold.until, fold.width)).collect();
        assert_eq!(folds, [(0, night, FOLD)]);
        let middle = FOLD + (WIDTH - FOLD) / 2;
        assert!((middle - 1..=middle).contains(&axis.x(night + 1_350)), "what follows is even");
        assert_eq!(told(&axis)[0], night, "the first tick is when it goes on");
    }

    #[test]
    fn a_day() {
        let even: Vec<Seconds> = (0..=6).map(|n| n * 4 * HOUR).collect();
        let axis = holds(&even, WIDTH);
        assert_eq!(axis.folds().count(), 0, "nothing is cramped");
        assert_eq!(axis.x(12 * HOUR), 350);
    }

    #[test]
    fn a_week_with_nights_and_a_weekend() {
        let mut events = vec![0];
        for wait in [0, 1, 1, 16, 1, 1, 16, 1, 1, 64, 1, 1, 16, 1, 16, 1, 24] {
            events.push(events[events.len() - 1] + wait * HOUR + 60);
        }
        let axis = holds(&events, WIDTH);
        assert_eq!(axis.width, WIDTH);
        assert_eq!(axis.folds().count(), 6);
        assert!(axis.folds().all(|fold| fold.width == WIDTH / 12), "there is room for how long each is, and no more");
        assert_eq!(axis.ends(), events[events.len() - 1]);
    }

    #[test]
    fn days_before_a_few_minutes() {
        // Until Monday, four hours, three days, and a level of two minutes.
        let events = [0, 44 * HOUR, 48 * HOUR, 120 * HOUR, 120 * HOUR + 2 * MINUTE];
        let axis = holds(&events, 600);
        let widths: Vec<_> = axis.folds().map(|fold| fold.width).collect();
        assert_eq!(widths, [100, 100, 100], "each has room for its length, and all of them half of the axis");
        let many: Vec<Seconds> = (0..=80).map(|n| n / 2 * DAY + n % 2 * 60).collect();
        assert!(holds(&many, WIDTH).folds().all(|fold| fold.width == NARROW_FOLD), "words would leave no room");
    }

    #[test]
    fn retries_are_kept_apart() {
        let axis = holds(&[0, 60, 120, 180, 7_200], WIDTH);
        assert!(axis.x(60) >= LEAST);
        assert_eq!(axis.width, WIDTH);
    }

    #[test]
    fn a_thousand_repeats() {
        let events: Vec<Seconds> = (0..=3_000).map(|n| n / 3 * 900 + n % 3 * 60).collect();
        let axis = holds(&events, WIDTH);
        assert!(axis.width <= MOST + 2 * WIDTH, "{}", axis.width);
        assert_eq!(axis.least, 8);
        let nights: Vec<Seconds> = (0..=2_000).map(|n| n / 2 * DAY + n % 2 * 3_600).collect();
        assert_eq!(holds(&nights, WIDTH).folds().count(), 0, "a thousand folds are no help");
    }

    #[test]
    fn something_that_is_over_at_once() {
        let axis = Axis::new(&[0], WIDTH);
        assert_eq!((axis.ends(), axis.x(0), axis.x(60)), (60, 0, WIDTH));
        assert_eq!(Axis::new(&[], WIDTH), axis);
    }

    #[test]
    fn any_gaps() {
        // A linear congruential generator: the same runs each time.
        let mut seed: u64 = 7;
        let mut next = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..2_000 {
            let mut events = vec![0];
            for _ in 0..=next(40) {
                let longest = [3, 60, 3_600, 86_400, 400_000][usize::try_from(next(5)).unwrap()];
                events.push(events[events.len() - 1] + 1 + i64::try_from(next(longest)).unwrap());
            }
            holds(&events, 200 + i64::try_from(next(1_400)).unwrap());
        }
    }

    #[test]
    fn near_an_event_it_is_the_event() {
        let axis = Axis::new(&[0, 600, 1_200], WIDTH);
        assert_eq!(axis.near(352, 4), 600);
        assert_eq!(axis.near(347, 4), 600);
        assert_eq!(axis.near(370, 4), axis.at(370));
        assert_eq!(axis.near(9_999, 4), 1_200);
    }
}
