//! What the path was before: each save, what is different since, and back to it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::Command;
use escalation_editor::command::Replacement;
use escalation_engine::calendar::Zone;
use escalation_engine::words::date_and_time;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::differences::Differences;
use super::people::ForPeople;
use super::side::{Side, SidePanel};
use super::state::Open;
use crate::clock;
use crate::net::Revision;
use crate::strings;

/// The feature of a server that has them.
pub const FEATURE: &str = "revisions";

/// Whether there is anything to show.
pub fn can(open: Open) -> bool {
    open.session.has(FEATURE) && open.id.with(|id| !id.is_empty())
}

pub fn show(open: Open) {
    open.show_side(Side::Revisions, None);
}

#[component]
pub fn Revisions() -> impl IntoView {
    let open = expect_context::<Open>();
    let all = RwSignal::new(Vec::<Revision>::new());
    let more = RwSignal::new(None::<String>);
    let trouble = RwSignal::new(None::<&'static str>);
    let chosen = RwSignal::new(None::<i64>);
    let load = move |after: Option<String>| {
        let id = open.id.get_untracked();
        spawn_local(async move {
            match open.session.net.revisions(&id, after.as_deref()).await {
                Ok((read, next)) => {
                    let _left = all.try_update(|all| all.extend(read));
                    let _left = more.try_set(next);
                }
                Err(_) => {
                    let _left = trouble.try_set(Some(strings::save::NO_REVISIONS));
                }
            }
        });
    };
    load(None);
    let choose = move |number: i64| {
        chosen.set(Some(number));
        let id = open.id.get_untracked();
        spawn_local(async move {
            match open.session.net.revision(&id, number).await {
                Ok(path) if chosen.try_get_untracked() == Some(Some(number)) => {
                    open.compared.set(Some(Arc::new(PathPayload::from(&path))));
                }
                Ok(_) => {}
                Err(_) => {
                    let _left = trouble.try_set(Some(strings::save::NO_REVISIONS));
                }
            }
        });
    };
    let restore = move |_| {
        let (Some(number), Some(then)) = (chosen.get_untracked(), open.compared.get_untracked()) else { return };
        open.dispatch(Command::Replace(Replacement::Restore, Box::new((*then).clone())));
        open.close_side();
        open.session.say(strings::save::restored(number));
    };
    let zone_name = clock::viewer_zone();
    let zone = Zone::get(&zone_name).unwrap_or_else(Zone::utc);
    let rows = move || {
        let newest = all.with(|all| all.first().map(|first| first.number));
        let rows = all.get().into_iter().map(|revision| {
            let number = revision.number;
            let when = revision.saved_at.parse().map(|at| date_and_time(&zone, at)).unwrap_or(revision.saved_at);
            let about = [revision.saved_by, revision.note].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let is_newest = (newest == Some(number)).then_some(strings::save::AS_SAVED);
            view! {
                <li>
                    <button
                        class="revision"
                        aria-pressed=move || (chosen.get() == Some(number)).to_string()
                        data-first=is_newest.map(|_| "")
                        on:click=move |_| choose(number)
                    >
                        <strong>{when}</strong>
                        " "
                        <span class="detail">{revision.name}" "{about}</span>
                        {is_newest.map(|text| view! { <span class="pill">{text}</span> })}
                    </button>
                </li>
            }
        });
        rows.collect_view()
    };
    let compared = move || open.compared.with(Option::is_some);
    view! {
        <SidePanel title=strings::save::REVISIONS.to_string()>
            <div class="side-body">
                {move || trouble.get().map(|text| view! { <p class="fault" role="alert">{text}</p> })}
                <p class="hint">{strings::save::times_in(&zone_name)}</p>
                <ul class="revisions" aria-label=strings::save::REVISIONS>{rows}</ul>
                <Show when=move || more.with(Option::is_some)>
                    <button class="quiet" on:click=move |_| load(more.get_untracked())>{strings::save::OLDER}</button>
                </Show>
                <Show when=compared>
                    <h3>{strings::save::SINCE_THEN}</h3>
                    <Differences/>
                    <ForPeople/>
                </Show>
            </div>
            <Show when=move || !open.session.only_reads()>
                <div class="side-foot">
                    <p class="hint">{strings::save::RESTORE_HINT}</p>
                    <div class="dialog-actions">
                        <button class="primary" disabled=move || !compared() on:click=restore>{strings::save::RESTORE}</button>
                    </div>
                </div>
            </Show>
        </SidePanel>
    }
}
