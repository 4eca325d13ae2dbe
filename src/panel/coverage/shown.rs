//! What is drawn of what was found: bands for the question that is asked, and marks for the pixels that there are.

use std::sync::Arc;

use escalation_editor::coverage::{
    Band, CoverageQuestion, Mark, band_at, fit, lateness, moment, part_of_time, words as words_of,
};
use escalation_engine::Instant;
use leptos::prelude::*;

use super::{CoverageResult, refuted, when};
use crate::editor::state::Open;
use crate::strings::coverage as words;

/// What is drawn.
pub struct Shown {
    pub found: Arc<CoverageResult>,
    pub question: CoverageQuestion,
    /// Of each row.
    pub bands: Vec<Vec<Band>>,
    pub marks: Vec<Vec<Mark>>,
    pub width: i64,
}

/// The same, anew whenever it is another.
pub type Drawn = Memo<Option<Arc<Shown>>>;

/// What is drawn on so many pixels.
pub fn shown(open: Open, width: RwSignal<i64>) -> Drawn {
    let coverage = open.coverage;
    let bands = Memo::new_with_compare(
        move |_| {
            let (found, question) = (coverage.found.get()?, coverage.question.get());
            let bands: Vec<_> = found.rows.iter().map(|row| row.bands(question)).collect();
            Some((found, question, bands))
        },
        |_, _| true,
    );
    Memo::new_with_compare(
        move |_| {
            let width = width.get();
            let (found, question, bands) = bands.get().filter(|_| width > 0)?;
            let marks = bands.iter().map(|bands| fit(bands, found.time, width)).collect();
            Some(Arc::new(Shown { found, question, bands, marks, width }))
        },
        |_, _| true,
    )
}

impl Shown {
    /// The band and the mark of a moment.
    pub fn at(&self, row: usize, at: Instant) -> Option<(&Band, &Mark)> {
        let (bands, marks) = (self.bands.get(row)?, self.marks.get(row)?);
        let band = band_at(bands, at)?;
        Some((bands.get(band)?, marks.iter().find(|mark| mark.bands.contains(&band))?))
    }

    /// What is said of a moment: when, what happens, since when and until when, and what is not true then.
    pub fn read(&self, open: Open, row: usize, at: Instant) -> Vec<String> {
        let (found, zone) = (&self.found, open.zone());
        let Some(of) = found.rows.get(row) else { return Vec::new() };
        let head = words::moment(&of.name(&found.index), &when(open, at), &open.assumed.zone.get());
        let mut told = vec![head, moment(of, at, &found.index)];
        if let Some((band, mark)) = self.at(row, at) {
            let what = escalation_api::capitalised(&words_of(&band.what, &found.index));
            told.push(words::band(&what, &part_of_time((band.from, band.until), found.time, &zone)));
            told.extend(lateness(band));
            if mark.bands.len() > 1 {
                told.push(words::several(mark.bands.len()));
            }
        }
        let then = refuted(open, of).into_iter().filter(|(from, until, _)| (*from..*until).contains(&at));
        let broken: Vec<String> = then.map(|(.., sentence)| sentence).collect();
        if !broken.is_empty() {
            told.push(words::not_true(&broken.join("; ")));
        }
        told
    }
}
