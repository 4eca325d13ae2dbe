//! When nobody is paged, in the review before a save.

use escalation_editor::work::{Gaps, Request, Response};
use escalation_engine::words::date_and_time;
use leptos::prelude::*;

use super::people::{AHEAD, LESS};
use super::state::Open;
use crate::panel::expected;
use crate::parts::icon::{Glyph, Icon};
use crate::strings::save as words;
use crate::worker::For;

/// So many times are listed.
const MOST: usize = 12;

/// What is known of the times when nobody is paged.
enum Known {
    /// They are being worked out.
    NotYet,
    /// They could not be worked out.
    Never,
    /// These, or none.
    All(Gaps),
}

/// When nobody is paged by the path as it is; nothing where it is certain that somebody always is.
#[component]
pub fn Unpaged() -> impl IntoView {
    let open = expect_context::<Open>();
    let gaps = RwSignal::new(Known::NotYet);
    Effect::new(move |_| {
        open.path.track();
        gaps.set(Known::NotYet);
        let (background, index) = (open.session.background, open.session.index.get());
        let about = expected::about(open, if background.is_there() { AHEAD } else { LESS });
        background.ask(For::Gaps, index, Request::Gaps(about), move |reply, _| {
            if let Response::Gaps(found) = reply {
                let _left = gaps.try_set(found.map_or(Known::Never, Known::All));
            }
        });
    });
    let told = move |found: &Gaps| {
        if found.times.is_empty() {
            let is_unsure = found.depends || !found.is_complete;
            return is_unsure
                .then(|| view! { <p class="hint" data-gaps="unknown">{words::GAPS_NOT_ALL}</p> }.into_any());
        }
        let more = found.times.len().saturating_sub(MOST);
        let row = |time: String| {
            view! {
                <li class="problem">
                    <Icon glyph=Glyph::Warning/>
                    <div>{time}</div>
                </li>
            }
        };
        let until = date_and_time(&open.zone(), found.until);
        Some(
            view! {
                <h3>{words::GAPS}</h3>
                <ul class="problems" aria-label=words::GAPS data-gaps>
                    {found.times.iter().take(MOST).cloned().map(row).collect_view()}
                </ul>
                {(more > 0).then(|| view! { <p class="hint">{words::more_gaps(more)}</p> })}
                <p class="hint">{words::gaps_hint(&until, found.depends, found.is_complete)}</p>
            }
            .into_any(),
        )
    };
    move || {
        gaps.with(|gaps| match gaps {
            Known::NotYet => Some(view! { <p class="hint" data-gaps="busy">{words::GAPS_BUSY}</p> }.into_any()),
            Known::Never => Some(view! { <p class="hint" data-gaps="unknown">{words::GAPS_UNKNOWN}</p> }.into_any()),
            Known::All(found) => told(found),
        })
    }
}
