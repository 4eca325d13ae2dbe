//! The same to be read: a line for each band.

use escalation_editor::coverage::words as words_of;
use escalation_engine::words::duration;
use leptos::prelude::*;

use super::when;
use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::strings::coverage as words;

/// So many lines are there at most; the file has all.
const MOST: usize = 200;

#[component]
pub fn Table() -> impl IntoView {
    let open = expect_context::<Open>();
    let is_open = RwSignal::new(false);
    view! {
        <button
            class="tool disclosure"
            class:turned-icon=move || is_open.get()
            aria-expanded=move || is_open.get().to_string()
            on:click=move |_| is_open.update(|open| *open = !*open)
        >
            <Icon glyph=Glyph::Down/>
            {words::AS_TABLE}
        </button>
        <Show when=move || is_open.get()>
            <div class="cover-table" class:stale=move || !open.coverage.is_fresh.get() tabindex="0" role="region" aria-label=words::AS_TABLE>
                {move || lines(open)}
            </div>
        </Show>
    }
}

fn lines(open: Open) -> Option<impl IntoView> {
    let (found, question) = (open.coverage.found.get()?, open.coverage.question.get());
    let mut count = 0;
    let mut lines = Vec::new();
    for row in &found.rows {
        let name = row.name(&found.index);
        for band in row.bands(question) {
            count += 1;
            if count > MOST {
                continue;
            }
            let after = band.wait.map(|(least, most)| {
                if least == most { duration(least) } else { format!("{} – {}", duration(least), duration(most)) }
            });
            let what = escalation_api::capitalised(&words_of(&band.what, &found.index));
            lines.push(view! {
                <tr>
                    <td>{name.clone()}</td>
                    <td>{when(open, band.from)}</td>
                    <td>{when(open, band.until)}</td>
                    <td>{what}</td>
                    <td>{after}</td>
                </tr>
            });
        }
    }
    let more = count.saturating_sub(MOST);
    let more = (more > 0).then(|| view! { <p class="hint">{words::more_rows(more)}</p> });
    Some(view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{words::PRIORITIES}</th>
                    <th scope="col">{words::FROM}</th>
                    <th scope="col">{words::UNTIL}</th>
                    <th scope="col">{words::PAGED}</th>
                    <th scope="col">{words::AFTER}</th>
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
        {more}
    })
}
