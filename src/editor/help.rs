//! The list of all keys.

use leptos::prelude::*;

use super::actions::{GROUPS, shown};
use super::state::Open;
use crate::canvas::look::Overlay;
use crate::parts::dialog::Dialog;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

#[component]
pub fn Help() -> impl IntoView {
    let open = expect_context::<Open>();
    view! {
        <Show when=move || open.look.overlay.get() == Some(Overlay::Keys)>
            <Dialog label=strings::ALL_KEYS class="keys" light=true leave=move || open.look.close()>
                <header>
                    <h2>{strings::ALL_KEYS}</h2>
                    <button
                        class="tool icon-only"
                        autofocus=true
                        aria-label=strings::CLOSE
                        on:click=move |_| open.look.close()
                    >
                        <Icon glyph=Glyph::Close/>
                    </button>
                </header>
                <Keys/>
            </Dialog>
        </Show>
    }
}

#[component]
fn Keys() -> impl IntoView {
    let open = expect_context::<Open>();
    let moving = strings::MOVES.iter().map(|(keys, name)| row(keys, (*name).to_string())).collect_view();
    let groups = GROUPS.iter().filter_map(|(title, actions)| {
        let with_keys = actions.iter().filter(|action| !action.keys.is_empty() && untrack(|| action.may(open)));
        let rows: Vec<_> = with_keys.map(|action| row(action.keys, action.title())).collect();
        (!rows.is_empty()).then(|| view! { <section><h3>{*title}</h3><dl>{rows}</dl></section> })
    });
    view! {
        <div class="key-groups">
            <section><h3>{strings::edit::GROUP_MOVE}</h3><dl>{moving}</dl></section>
            {groups.collect_view()}
        </div>
        <p class="hint">{strings::OTHER_LETTERS}</p>
    }
}

fn row(keys: &'static [&'static str], name: String) -> impl IntoView {
    let keys = keys.iter().map(|key| view! { <kbd>{shown(key)}</kbd>" " }).collect_view();
    view! { <div><dt>{keys}</dt><dd>{name}</dd></div> }
}
