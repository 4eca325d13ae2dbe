//! What a row of the list says. It is found out once for all of the times that the list is shown.

use std::sync::Arc;

use escalation_api::{NodeKind, Path, PathPayload};
use escalation_editor::layout::Folds;
use escalation_editor::{Play, tree};
use escalation_engine::{CompiledPath, Index, Instant, Scenario, check, simulate};
use leptos::prelude::*;

use crate::canvas::scene::Scene;
use crate::later;
use crate::parts::text::in_order;
use crate::strings;

/// A row.
pub struct Row {
    /// The id of the path.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How much is in it.
    pub shape: String,
    /// Who is told first now.
    pub first: String,
    /// Whether that is nobody, for certain.
    pub pages_nobody: bool,
    /// How much is wrong with it.
    pub problems: usize,
    /// How many steps it has.
    pub steps: usize,
    /// The ids of its teams.
    pub teams: Vec<String>,
    /// How it is drawn.
    pub scene: Arc<Scene>,
}

/// All rows, by name.
pub type Rows = Memo<Arc<Vec<Arc<Row>>>>;

/// The rows of an organisation at an instant.
pub fn rows(index: RwSignal<Arc<Index>>, now: RwSignal<Instant>) -> Rows {
    Memo::new_with_compare(
        move |_| {
            let (index, now) = (index.get(), now.get());
            Arc::new(later::paths().map_or_else(Vec::new, |paths| (paths.rows)(&index, now)))
        },
        |_, _| true,
    )
}

/// The same for an organisation as it is.
pub fn of_organisation(index: &Index, now: Instant) -> Vec<Arc<Row>> {
    let mut rows: Vec<_> = index.world().paths.iter().map(|path| Arc::new(Row::new(path, index, now))).collect();
    rows.sort_by(|a, b| in_order(&a.name, &b.name));
    rows
}

impl Row {
    fn new(path: &Path, index: &Index, now: Instant) -> Self {
        let payload = PathPayload::from(path);
        let (mut levels, mut branches, mut steps) = (0, 0, 0);
        tree::walk(&payload, |found| {
            steps += 1;
            match found.node.kind {
                NodeKind::Level(_) => levels += 1,
                NodeKind::IfElse(_) => branches += 1,
                _ => {}
            }
        });
        let (first, pages_nobody) = first_paged(path, &payload, index, now);
        Self {
            id: path.id.clone(),
            name: path.name.clone(),
            shape: strings::shape(levels, branches),
            first,
            pages_nobody,
            steps,
            problems: check(&path.id, &payload, index).len(),
            teams: path.team_ids.clone().unwrap_or_default(),
            scene: Arc::new(Scene::new(&payload, index, &Folds::default())),
        }
    }
}

/// Who would be notified first if an alert of the highest priority fired now, and whether nobody would be for certain.
fn first_paged(path: &Path, payload: &PathPayload, index: &Index, now: Instant) -> (String, bool) {
    let scenario = Scenario {
        priority_id: index.world().priorities.first().map(|priority| priority.id.clone()),
        fired_at: now,
        ..Scenario::default()
    };
    let compiled = CompiledPath::new(&path.id, payload, index);
    let trace = simulate::trace(&compiled, index, &scenario);
    let play = Play::new(&trace, &path.id, index);
    let first = play.pages.first().map(|page| page.at);
    let mut names: Vec<_> = Vec::new();
    for page in play.pages.iter().take_while(|page| Some(page.at) == first) {
        if !names.contains(&page.name.as_str()) {
            names.push(page.name.as_str());
        }
    }
    match (names.is_empty(), play.outcome.is_known()) {
        (false, _) => (strings::paged_first(&names.join(", ")), false),
        (true, true) => (strings::NOBODY_TOLD.to_string(), true),
        (true, false) => (strings::NOT_KNOWN_WHO.to_string(), false),
    }
}
