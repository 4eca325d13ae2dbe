//! The list of named scenarios: chosen, kept, renamed, deleted, shared and exported.

use escalation_editor::scenarios::{Item, free_name};
use escalation_editor::{bidi, case};
use escalation_engine::words::{date_and_time, day_and_time};
use leptos::html;
use leptos::prelude::*;

use super::scenarios::{self, NAME};
use super::share;
use crate::editor::state::Open;
use crate::panel::kept::{Keeping, Place, place};
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::popup::{At, Popup};
use crate::parts::typed::Typed;
use crate::strings;
use crate::transfer::{file_name, offer_text};

/// The button that opens the list; it says which of them is simulated.
#[component]
pub fn ScenarioMenu() -> impl IntoView {
    let open = expect_context::<Open>();
    let shown = RwSignal::new(None::<At>);
    let current = move || open.scenarios.current.get().unwrap_or_else(|| strings::scenarios::SCENARIOS.to_string());
    let changed = move || {
        let is_other = open.scenarios.current.with(Option::is_some) && !scenarios::is_as_kept(open);
        is_other.then(|| view! { " "<span class="scenario-changed">{strings::scenarios::CHANGED}</span> })
    };
    view! {
        <button
            type="button"
            class="tool scenario-button"
            aria-haspopup="dialog"
            title=strings::scenarios::SCENARIOS
            on:click=move |event| shown.set(Some(At::pressed(&event)))
        >
            <span class="scenario-name">{current}</span>
            {changed}
            <Icon glyph=Glyph::Down/>
        </button>
        {move || shown.get().map(|at| view! { <List at shown/> })}
    }
}

#[component]
fn List(at: At, shown: RwSignal<Option<At>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let all = open.scenarios;
    all.told.set(None);
    let leave = move || shown.set(None);
    let about = move || match all.keeping.get() {
        Keeping::Reading => strings::LOADING,
        Keeping::NotRead => strings::scenarios::NOT_READ,
        Keeping::NotKept if all.list.waits.get() => strings::scenarios::WAITS,
        Keeping::NotKept => strings::scenarios::NOT_KEPT,
        Keeping::Done if open.session.only_reads() => strings::scenarios::ONLY_READ,
        Keeping::Done => match place(open, NAME) {
            Place::Draft => strings::scenarios::KEPT_WITH_PATH,
            Place::Browser => strings::scenarios::KEPT_HERE,
            Place::Server => strings::scenarios::KEPT_AT_ONCE,
        },
    };
    let failed = move || matches!(all.keeping.get(), Keeping::NotRead | Keeping::NotKept);
    let again = move |_| match all.keeping.get_untracked() {
        Keeping::NotRead => scenarios::read(open),
        _ => scenarios::keep(open),
    };
    // Which of them is being renamed.
    let renaming = RwSignal::new(None::<usize>);
    let rows = move || {
        let items = all.items.get();
        items
            .into_iter()
            .enumerate()
            .map(|(position, item)| view! { <Row position item renaming leave/> })
            .collect_view()
    };
    let none =
        move || all.items.with(Vec::is_empty) && all.keeping.get() == Keeping::Done && !open.session.only_reads();
    let undelete = move |_| {
        scenarios::undelete(open);
        keep_focus("scenario-name");
    };
    let deleted = move || {
        let (_, item) = all.deleted.get()?;
        Some(view! {
            <p class="hint gone">
                {strings::scenarios::deleted(item.name())}" "
                <button type="button" class="link" id="scenario-undelete" on:click=undelete>
                    {strings::scenarios::TAKE_BACK}
                </button>
            </p>
        })
    };
    let told = move || all.told.get();
    view! {
        <Popup label=strings::scenarios::SCENARIOS at leave>
            <h3>{strings::scenarios::SCENARIOS}</h3>
            <Show when=move || all.items.with(|items| !items.is_empty())>
                <ul class="scenarios">{rows}</ul>
            </Show>
            <Show when=none><p class="hint after">{strings::scenarios::NONE}</p></Show>
            {deleted}
            <Show when=move || all.list.came.get()><p class="hint">{strings::scenarios::CAME}</p></Show>
            <Show when=move || !open.session.only_reads()><KeepForm/></Show>
            <p class="hint">
                <span class:bad=failed>{about}</span>
                <Show when=failed>" "<button type="button" class="link" on:click=again>{strings::TRY_AGAIN}</button></Show>
            </p>
            <div class="dialog-actions">
                <button
                    type="button"
                    class="quiet"
                    disabled=move || !share::can(open)
                    title=move || if share::can(open) { "" } else { strings::scenarios::SAVE_FIRST }
                    on:click=move |_| share::copy(open)
                >
                    {strings::scenarios::COPY_LINK}
                </button>
                <button type="button" class="quiet" on:click=move |_| export(open)>{strings::scenarios::AS_CASE}</button>
            </div>
            <Show when=move || all.told.with(Option::is_some)><p class="hint told">{told}</p></Show>
        </Popup>
    }
}

/// Gives the focus to an element of the list where what had it is gone.
fn keep_focus(id: &str) {
    let id = id.to_string();
    request_animation_frame(move || {
        if focus::is_nowhere() {
            focus::give_to(&id);
        }
    });
}

#[component]
fn Row(
    position: usize,
    item: Item,
    renaming: RwSignal<Option<usize>>,
    leave: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let name = item.name().to_string();
    let is_current = {
        let name = name.clone();
        move || open.scenarios.current.with(|current| current.as_ref() == Some(&name))
    };
    let delete = move |_| {
        renaming.set(None);
        match scenarios::delete(open, position) {
            // Not to the row that takes its place, where one more press would delete that, too.
            Ok(()) => request_animation_frame(|| focus::give_to("scenario-undelete")),
            Err(why) => open.scenarios.told.set(Some(why)),
        }
    };
    let may = !open.only_reads();
    let Item::Known(named) = item else {
        let delete_label = strings::scenarios::delete(&name);
        return view! {
            <li>
                <span class="scenario-load"><strong>{name}</strong><span>{strings::scenarios::LATER}</span></span>
                {may.then(|| view! {
                    <button type="button" class="tool icon-only" aria-label=delete_label title=strings::scenarios::DELETE on:click=delete>
                        <Icon glyph=Glyph::Delete/>
                    </button>
                })}
            </li>
        }
        .into_any();
    };
    let about = {
        let scenario = named.scenario.clone();
        move || {
            let index = open.session.index.get();
            let priority = scenario.priority_id.as_deref().map(|id| index.priority_name(id)).unwrap_or_default();
            strings::scenarios::about(
                priority,
                &date_and_time(&open.zone(), scenario.fired_at),
                &open.assumed.zone.get(),
            )
        }
    };
    let load = move |_| {
        scenarios::load(open, &named);
        leave();
    };
    let told = {
        let name = name.clone();
        Signal::derive(move || name.clone())
    };
    let take = move |text: String| {
        scenarios::rename(open, position, &text)?;
        renaming.set(None);
        keep_focus(&format!("scenario-{position}"));
        Ok(())
    };
    let is_renamed = move || renaming.get() == Some(position);
    let (rename_label, delete_label) = (strings::scenarios::rename(&name), strings::scenarios::delete(&name));
    let field_label = rename_label.clone();
    let load = StoredValue::new(load);
    let about = StoredValue::new(about);
    let shown_name = name.clone();
    let body = move || {
        if is_renamed() {
            view! {
                <div class="grow">
                    <Typed id="scenario-rename" label=field_label.clone() told take most=200/>
                </div>
            }
            .into_any()
        } else {
            let is_current = is_current.clone();
            view! {
                <button
                    type="button"
                    class="scenario-load"
                    id=format!("scenario-{position}")
                    aria-current=move || is_current().then_some("true")
                    on:click=move |event| load.with_value(|load| load(event))
                >
                    <strong>{shown_name.clone()}</strong>
                    <span>{move || about.with_value(|about| about())}</span>
                </button>
            }
            .into_any()
        }
    };
    let rename = move |_| {
        renaming.update(|now| *now = if *now == Some(position) { None } else { Some(position) });
        request_animation_frame(|| focus::give_to("scenario-rename"));
    };
    let tools = may.then(|| {
        view! {
            <button type="button" class="tool" aria-label=rename_label on:click=rename>{strings::scenarios::RENAME}</button>
            <button type="button" class="tool icon-only" aria-label=delete_label title=strings::scenarios::DELETE on:click=delete>
                <Icon glyph=Glyph::Delete/>
            </button>
        }
    });
    view! { <li>{body}{tools}</li> }.into_any()
}

/// Keeps what is assumed, under a name that is offered.
#[component]
fn KeepForm() -> impl IntoView {
    let open = expect_context::<Open>();
    let all = open.scenarios;
    let field = NodeRef::<html::Input>::new();
    let offered = untrack(|| {
        // The chosen one is what was meant to be changed.
        all.current.get().filter(|_| !scenarios::is_as_kept(open)).unwrap_or_else(|| {
            let index = open.session.index.get();
            let priority = open.assumed.priority.get();
            let priority = priority.as_deref().map(|id| index.priority_name(id)).unwrap_or_default();
            let when = day_and_time(&open.zone(), open.assumed.at.get());
            all.items.with(|items| free_name(items, &strings::scenarios::suggested(priority, &when)))
        })
    });
    let typed = RwSignal::new(offered);
    let wrong = RwSignal::new(String::new());
    let is_taken = move || {
        let typed = typed.get();
        all.items.with(|items| items.iter().any(|item| item.name().trim() == typed.trim()))
    };
    let word = move || if is_taken() { strings::scenarios::REPLACE } else { strings::scenarios::KEEP };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match scenarios::keep_as(open, &bidi::unmarked(&typed.get_untracked())) {
            Ok(()) => wrong.set(String::new()),
            Err(why) => wrong.set(why),
        }
        if let Some(field) = field.get_untracked() {
            let _gone = field.focus();
        }
    };
    view! {
        <form class="keep-form" on:submit=submit>
            <label class="field-label" for="scenario-name">{strings::scenarios::NAME}</label>
            <div>
                <input
                    id="scenario-name"
                    class="field"
                    node_ref=field
                    maxlength="200"
                    autocomplete="off"
                    dir="auto"
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        wrong.set(String::new());
                        typed.set(event_target_value(&event));
                    }
                />
                <button class="primary">{word}</button>
            </div>
            <span class="fault" role="alert">{move || wrong.get()}</span>
        </form>
    }
}

/// Offers what is assumed, with all that it stands in, as a case of the corpus.
pub fn export(open: Open) {
    let (id, path, index) = (open.id.get_untracked(), open.path.get_untracked(), open.session.index.get_untracked());
    let (scenario, zone, zone_name, trace) =
        untrack(|| (open.assumed.scenario(), open.zone(), open.assumed.zone.get(), open.trace.get()));
    let current = open.scenarios.current.get_untracked().unwrap_or_default();
    let file = file_name(&format!("{} {current}", path.name), "tar");
    let name = file.trim_end_matches(".tar").to_string();
    let about = strings::scenarios::about_case(
        &path.name,
        &date_and_time(&zone, scenario.fired_at),
        &zone_name,
        trace.outcome.as_str(),
    );
    let told = match case::case(&name, &about, (&id, &path), index.world(), &scenario) {
        Ok(files) => {
            let offered = offer_text(&file, "application/x-tar", &case::archive(&files));
            offered.words(&strings::scenarios::case_hint(&file, &name))
        }
        Err(why) => why,
    };
    open.session.say(told.clone());
    open.scenarios.told.set(Some(told));
}
