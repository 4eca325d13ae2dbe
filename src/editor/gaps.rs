//! When nobody is paged, in the review before a save.

use escalation_editor::work::{Gaps, Question, Reply};
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

/// When nobody is paged by the path as it is; nothing where somebody always is.
#[component]
pub fn Unpaged() -> impl IntoView {
    let open = expect_context::<Open>();
    let gaps = RwSignal::new(None::<Gaps>);
    Effect::new(move |_| {
        open.path.track();
        gaps.set(None);
        let (background, index) = (open.session.background, open.session.index.get());
        let about = expected::about(open, if background.is_there() { AHEAD } else { LESS });
        background.ask(For::Gaps, index, Question::Gaps(about), move |reply, _| {
            if let Reply::Gaps(found) = reply {
                let _left = gaps.try_set(found);
            }
        });
    });
    move || {
        let found = gaps.get().filter(|found| !found.times.is_empty())?;
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
        Some(view! {
            <h3>{words::GAPS}</h3>
            <ul class="problems" aria-label=words::GAPS data-gaps>
                {found.times.into_iter().take(MOST).map(row).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="hint">{words::more_gaps(more)}</p> })}
            <p class="hint">{words::gaps_hint(&until, found.depends, found.is_complete)}</p>
        })
    }
}
