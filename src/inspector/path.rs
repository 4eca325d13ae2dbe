//! The path's own form.

use escalation_editor::words::labels::UNKNOWN_TEAM;
use escalation_editor::{Command, duration};
use escalation_engine::{Seconds, words};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::beside::{FieldProblems, HeadProblems, whole};
use super::hours::HoursList;
use super::template::TemplateForm;
use crate::editor::state::Open;
use crate::parts::avatar::Of;
use crate::parts::combobox::{Choice, Combobox};
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::parts::typed::Typed;
use crate::place::Place;
use crate::session::session;
use crate::strings;

#[component]
pub fn PathForm() -> impl IntoView {
    let open = expect_context::<Open>();
    let name = Signal::derive(move || open.path.with(|path| path.name.clone()));
    let rename = move |text| open.try_dispatch(Command::Rename(text));
    let templated = Memo::new(move |_| open.path.with(|path| path.is_templated()));
    // The steps of a template use the template's own; sets that are there all the same are shown.
    let has_hours = Memo::new(move |_| {
        open.path.with(|path| !path.is_templated() || path.working_hours.as_ref().is_some_and(|sets| !sets.is_empty()))
    });
    view! {
        <p class="hint first">{move || (!templated.get()).then_some(strings::PICK_A_NODE)}</p>
        <HeadProblems of=None/>
        <div data-field="name">
            <label class="field-label" for="path-name">{strings::PATH_NAME}</label>
            <Typed id="path-name" label=strings::PATH_NAME told=name take=rename most=200/>
            <FieldProblems of=None fields=whole(&["name"])/>
        </div>
        <TemplateForm/>
        <Teams/>
        <PagingAgain/>
        {move || has_hours.get().then(|| view! { <HoursList/> })}
    }
}

#[component]
fn Teams() -> impl IntoView {
    let open = expect_context::<Open>();
    let known = session().teams;
    let owners = Memo::new(move |_| open.path.with(|path| path.team_ids.clone().unwrap_or_default()));
    // One that is not known is kept.
    let name = move |id: &str| {
        known.with(|known| {
            known.iter().find(|team| team.id == id).map_or_else(|| UNKNOWN_TEAM.to_string(), |team| team.name.clone())
        })
    };
    let chips = move || {
        let chips = owners.get().into_iter().map(|id| {
            let (name, which) = (name(&id), id.clone());
            let label = strings::forms::remove(&name);
            let remove = move |_| {
                let left = owners.get_untracked().into_iter().filter(|other| *other != id).collect();
                open.dispatch(Command::SetTeams(left));
                focus("#add-team");
            };
            view! {
                <li class="owner">
                    <span title=which>{name}</span>
                    <button class="tool icon-only" aria-label=label.clone() title=label on:click=remove><Icon glyph=Glyph::Close/></button>
                </li>
            }
        });
        chips.collect_view()
    };
    let choices = Memo::new(move |_| {
        let owners = owners.get();
        let others = known.get();
        let others = others.iter().filter(|team| !owners.contains(&team.id));
        let choice = |team: &escalation_api::Team| Choice {
            key: team.id.clone(),
            name: team.name.clone(),
            about: String::new(),
            of: Of::Nothing,
        };
        others.map(choice).collect::<Vec<_>>()
    });
    let add = move |id: String| {
        let mut all = owners.get_untracked();
        all.push(id);
        open.dispatch(Command::SetTeams(all));
    };
    let adding = move || {
        (!known.with(|known| known.is_empty())).then(|| {
            view! { <Combobox id="add-team" label=strings::forms::ADD_TEAM placeholder=strings::forms::ADD_TEAM choices choose=add/> }
        })
    };
    let unread = session().unread;
    let unread = move || unread.with(|all| all.iter().any(|one| one.what.is_of_teams()));
    let nobody = move || owners.with(Vec::is_empty) && known.with(|known| known.is_empty());
    let hint = move || match (unread(), nobody()) {
        (true, _) => Some(strings::forms::TEAMS_UNREAD),
        (false, true) => Some(strings::forms::NO_TEAMS),
        (false, false) => None,
    };
    view! {
        <div data-field="team_ids">
            <span class="field-label">{strings::forms::TEAMS}</span>
            <ul class="owners">{chips}</ul>
            {adding}
            {move || hint().map(|hint| view! { <p class="hint">{hint}</p> })}
            <FieldProblems of=None fields=whole(&["team_ids"])/>
        </div>
    }
}

/// What is suggested where people are to be paged again after an acknowledgement.
const SUGGESTED: (Seconds, bool) = (1_800, true);

#[component]
fn PagingAgain() -> impl IntoView {
    let open = expect_context::<Open>();
    let config = Memo::new(move |_| {
        open.path.with(|path| path.repeat_config.as_ref().map(|c| (c.repeat_after_seconds, c.delay_repeat_on_activity)))
    });
    let is_on = Memo::new(move |_| config.get().is_some());
    let now = move || config.get_untracked().unwrap_or(SUGGESTED);
    let choose = move |position: usize| open.dispatch(Command::SetRepeatConfig((position == 1).then(now)));
    let take =
        move |text: String| open.try_dispatch(Command::SetRepeatConfig(Some((duration::parse(&text)?, now().1))));
    let told = Signal::derive(move || config.get().map(|(after, _)| words::duration(after)).unwrap_or_default());
    let delays = move |event| open.dispatch(Command::SetRepeatConfig(Some((now().0, event_target_checked(&event)))));
    let more = move || {
        is_on.get().then(|| {
            view! {
                <div class="inline-field">
                    <label class="hint" for="page-again">{strings::forms::AGAIN_AFTER}</label>
                    <Typed id="page-again" class="small" label=strings::forms::AGAIN_AFTER told take/>
                </div>
                <label class="check">
                    <input type="checkbox" prop:checked=move || config.get().is_some_and(|(_, delays)| delays) on:change=delays/>
                    {strings::forms::DELAYS}
                </label>
            }
        })
    };
    view! {
        <div data-field="repeat_config">
            <span class="field-label">{strings::forms::PAGE_AGAIN}</span>
            <Segments
                label=strings::forms::PAGE_AGAIN
                options=vec![strings::forms::NOT_AGAIN, strings::forms::YES_AGAIN]
                chosen=Signal::derive(move || Some(usize::from(is_on.get())))
                choose
            />
            {more}
            <FieldProblems of=None fields=whole(&["repeat_config"])/>
        </div>
    }
}

/// Gives the focus to the first element that fits.
pub fn focus(selector: &str) {
    let element = Place::in_use().find(selector);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _gone = element.focus();
    }
}
