//! Finding the rows, a part at a time, so that whoever shows them can do something else in between.

use std::sync::Arc;

use escalation_engine::instant::DAY;
use escalation_engine::machine::StepKind as Happens;
use escalation_engine::prove::{Cell, Cells, MAX_CLASSES, classes};
use escalation_engine::{CompiledPath, Index, Instant, Scenario, Seconds};

use super::{CoverageInterval, CoverageOutcome, NotificationWave, RANKS, Row};

/// So much time is looked at at once: some milliseconds of work. It does not depend on how fast the machine is, so that
/// the same is found everywhere.
const PART: Seconds = DAY;

/// The most cells of one row, and the most steps that are played for it: some seconds of work.
const MOST_CELLS: usize = 50_000;
const MOST_STEPS: usize = 5_000_000;

/// The rows of a path, as far as they were found.
#[derive(Debug)]
pub struct Search {
    path: Arc<CompiledPath>,
    index: Arc<Index>,
    from: Instant,
    until: Instant,
    rows: Vec<Row>,
    /// The row that is being found, from where on, and what it has taken.
    row: usize,
    at: Instant,
    cells: usize,
    steps: usize,
    most_cells: usize,
}

/// The rows for alerts from one instant until before another, with nobody responding.
#[must_use]
pub fn rows(path: &Arc<CompiledPath>, index: &Arc<Index>, time: (Instant, Instant)) -> Vec<Row> {
    let mut search = Search::new(path.clone(), index.clone(), time);
    while !search.is_done() {
        search.go_on();
    }
    search.finish()
}

impl Search {
    /// Begins to look at alerts that fire from one instant until before another, with nobody responding: a row for each
    /// group of priorities that the path does not tell apart.
    #[must_use]
    pub fn new(path: Arc<CompiledPath>, index: Arc<Index>, (from, until): (Instant, Instant)) -> Self {
        let rows = classes(&[&path], &index);
        // More than are looked at are not known.
        let unknown =
            |position| if position < MAX_CLASSES { Vec::new() } else { vec![CoverageInterval::unknown(from, until)] };
        let row = |(position, priorities)| Row { priorities, stretches: unknown(position) };
        let rows = rows.into_iter().enumerate().map(row).collect();
        Self { path, index, from, until, rows, row: 0, at: from, cells: 0, steps: 0, most_cells: MOST_CELLS }
    }

    /// The same with another bound on the cells of a row. Where a bound is met, the rest of the row is not known.
    #[must_use]
    pub fn with_most_cells(self, most_cells: usize) -> Self {
        Self { most_cells, ..self }
    }

    /// Whether all of it was found.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.row >= self.rows.len().min(MAX_CLASSES) || self.from >= self.until
    }

    /// How much of it was found, in percent.
    #[must_use]
    pub fn percent(&self) -> usize {
        let length = (self.until - self.from).max(1);
        let of_row = usize::try_from((self.at - self.from) * 100 / length).unwrap_or_default();
        (self.row * 100 + of_row) / self.rows.len().clamp(1, MAX_CLASSES)
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Vec<Row> {
        self.rows
    }

    /// Looks at the next alerts of one row: a day of them.
    pub fn go_on(&mut self) {
        let Some(row) = self.rows.get_mut(self.row).filter(|_| self.from < self.until) else { return };
        let end = (self.at + PART).min(self.until);
        let scenario = Scenario { priority_id: row.priorities.first().cloned(), ..Scenario::default() };
        let cells = Cells::new(&self.path, &self.index);
        let mut found: Vec<CoverageInterval> = Vec::new();
        let visited = cells.visit(&scenario, (self.at, end), self.most_cells.saturating_sub(self.cells), |cell| {
            self.cells += 1;
            self.steps += cell.run.steps.len();
            let way = CoverageOutcome::new(&cell);
            match found.last_mut().filter(|last| last.from == cell.from) {
                // Another way for the same alerts to go.
                Some(last) if last.ways.contains(&way) => {}
                Some(last) => last.ways.push(way),
                None => found.push(CoverageInterval { from: cell.from, until: cell.until, ways: vec![way] }),
            }
            if let Some(last) =
                found.last_mut().filter(|last| cell.is_partial && !last.ways.contains(&CoverageOutcome::UNKNOWN))
            {
                last.ways.push(CoverageOutcome::UNKNOWN);
            }
        });
        self.at = found.last().map_or(self.at, |last| last.until);
        found.into_iter().for_each(|stretch| row.push(stretch));
        if visited.is_err() || (self.steps > MOST_STEPS && self.at < self.until) {
            row.push(CoverageInterval::unknown(self.at, self.until));
            self.at = self.until;
        }
        if self.at >= self.until {
            (self.row, self.at, self.cells, self.steps) = (self.row + 1, self.from, 0, 0);
        }
    }
}

impl CoverageInterval {
    fn unknown(from: Instant, until: Instant) -> Self {
        Self { from, until, ways: vec![CoverageOutcome::UNKNOWN] }
    }
}

impl Row {
    /// Adds what comes next, to the last where it is the same.
    fn push(&mut self, stretch: CoverageInterval) {
        match self.stretches.last_mut().filter(|last| last.ways == stretch.ways) {
            Some(last) => last.until = stretch.until,
            None => self.stretches.push(stretch),
        }
    }
}

impl CoverageOutcome {
    fn new(cell: &Cell) -> Self {
        let mut waves: Vec<NotificationWave> = Vec::new();
        for (step, time) in cell.steps() {
            let Happens::Paged { user, .. } = &step.what else { continue };
            if waves.iter().any(|wave| wave.people.contains(user)) {
                continue;
            }
            if let Some(wave) = waves.last_mut().filter(|wave| wave.time == time) {
                wave.people.push(user.clone());
            } else if waves.len() == RANKS {
                break;
            } else {
                waves.push(NotificationWave { time, people: vec![user.clone()] });
            }
        }
        waves.iter_mut().for_each(|wave| wave.people.sort_unstable());
        // Once all ranks are known, it does not matter whether more is.
        let is_cut = waves.len() < RANKS && !cell.run.outcome.is_known();
        Self { waves, is_cut }
    }
}
