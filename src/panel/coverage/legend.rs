//! What the marks mean that are not people.

use escalation_editor::coverage::{CoverageState, WAITS, wait_words};
use escalation_editor::zoned::clock_changes;
use leptos::prelude::*;

use super::refuted;
use super::shown::Drawn;
use crate::editor::state::Open;
use crate::strings::coverage as words;

#[component]
pub fn Legend(shown: Drawn) -> impl IntoView {
    let open = expect_context::<Open>();
    let entries = move || {
        let shown = shown.get()?;
        let bands = || shown.bands.iter().flatten();
        let any = |is: fn(&CoverageState) -> bool| bands().any(|band| is(&band.what));
        let waits = (0..=WAITS.len()).filter(|class| bands().any(|band| band.what == CoverageState::Within(*class)));
        let mut all: Vec<(String, String)> =
            waits.map(|class| (format!("wait-{}", class + 1), wait_words(class))).collect();
        let mut add = |is_there: bool, class: &str, said: &str| {
            if is_there {
                all.push((class.to_string(), said.to_string()));
            }
        };
        let is_first = shown.question.rank() == 0;
        let (hole, nobody) = if is_first { ("hole", words::NOBODY) } else { ("none", words::NOBODY_MORE) };
        add(any(|what| *what == CoverageState::Nobody), hole, nobody);
        add(any(|what| matches!(what, CoverageState::Depends(_))), "depends", words::DEPENDS);
        add(any(|what| *what == CoverageState::Unknown), "unknown", words::UNKNOWN);
        add(shown.marks.iter().flatten().any(|mark| mark.bands.len() > 1), "several", words::SEVERAL);
        let is_refuted = shown.found.rows.iter().any(|row| !refuted(open, row).is_empty());
        add(is_refuted, "refuted", words::NOT_TRUE);
        add(!clock_changes(shown.found.time, &open.zone()).is_empty(), "clock-swatch", words::CLOCK);
        let entry = |(class, said): (String, String)| {
            // As thin as it is drawn.
            let (y, height) = match class.as_str() {
                "refuted" => (4, 4),
                "clock-swatch" => (5, 2),
                _ => (0, 12),
            };
            let overlay = (class == "hole").then(|| view! { <rect class="hole-hatch" width="18" height="12"></rect> });
            view! {
                <li>
                    <svg class="swatch" width="18" height="12" aria-hidden="true">
                        <rect class=class y=y width="18" height=height></rect>
                        {overlay}
                    </svg>
                    {said}
                </li>
            }
        };
        (!all.is_empty()).then(|| view! { <ul class="cover-legend" aria-label=words::LEGEND>{all.into_iter().map(entry).collect_view()}</ul> })
    };
    view! {
        // The patterns of the marks, for the drawing and the legend.
        <svg class="patterns" width="0" height="0" aria-hidden="true">
            <defs>
                <pattern id="hatch-hole" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="2.5" height="7"></rect>
                </pattern>
                <pattern id="hatch-several" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="1.5" height="4"></rect></pattern>
                <pattern id="hatch-depends" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                    <rect width="1.5" height="8"></rect>
                </pattern>
                <pattern id="dots-unknown" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1"></circle></pattern>
                <pattern id="texture-who" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="1.2" height="5"></rect>
                </pattern>
            </defs>
        </svg>
        {entries}
    }
}
