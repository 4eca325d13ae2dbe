//! The form for something that is expected.

use escalation_editor::expect::{Form, KINDS, Wrong};
use escalation_engine::compile::PageUrgency;
use escalation_engine::prove::Expect;
use leptos::html;
use leptos::prelude::*;

use super::expectations::Typing;
use super::expected::{self, Item};
use crate::editor::state::Open;
use crate::parts::focus;
use crate::parts::segments::Segments;
use crate::strings;

#[component]
pub fn FormView(what: Typing, typing: RwSignal<Option<Typing>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let zone = open.assumed.zone.get_untracked();
    let form = RwSignal::new(match &what {
        Typing::New => Form::new(&zone),
        Typing::Change(_, expectation) => Form::of(expectation, &zone),
    });
    let wrong = RwSignal::new(None::<Wrong>);
    let takes = Memo::new(move |_| form.with(Form::takes));
    let at = match what {
        Typing::New => None,
        Typing::Change(position, _) => Some(position),
    };
    let close = move || {
        typing.set(None);
        request_animation_frame(|| focus::give_to("add-expectation"));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match form.with_untracked(Form::read) {
            Err(error) => {
                open.session.say(error.message.clone());
                wrong.set(Some(error));
            }
            Ok(expectation) => {
                let sentence = expectation.sentence(&open.session.index.get_untracked());
                let sentence = escalation_api::capitalised(&sentence);
                let item = Item::Known(expectation);
                let same = expected::position(open, &item);
                if same.is_some() && same != at {
                    let message = strings::panel::IS_EXPECTED.to_string();
                    open.session.say(message.clone());
                    return wrong.set(Some(Wrong { field: "expect", message }));
                }
                expected::change(open, strings::panel::added(&sentence), |items| {
                    match at.and_then(|at| items.get_mut(at)) {
                        Some(place) => *place = item,
                        None => items.push(item),
                    }
                });
                close();
            }
        }
    };
    let fault = move |field: &'static str| {
        move || {
            wrong.with(|wrong| wrong.as_ref().filter(|wrong| wrong.field == field).map(|wrong| wrong.message.clone()))
        }
    };
    let is = move |expect: Expect| takes.get().expect == expect;
    let kinds = move || {
        let now = form.with(|form| form.kind);
        KINDS
            .iter()
            .enumerate()
            .map(|(position, kind)| {
                view! { <option value=position.to_string() selected=position == now>{kind.words}</option> }
            })
            .collect_view()
    };
    let first = NodeRef::<html::Select>::new();
    Effect::new(move || {
        if let Some(first) = first.get() {
            request_animation_frame(move || drop(first.focus()));
        }
    });
    view! {
        <form class="expect-form" on:submit=submit>
            <label>
                <span class="field-label">{strings::panel::EXPECT}</span>
                <select
                    class="field"
                    node_ref=first
                    on:change=move |event| {
                        if let Ok(kind) = event_target_value(&event).parse() {
                            form.update(|form| form.kind = kind);
                        }
                        wrong.set(None);
                    }
                >
                    {kinds}
                </select>
            </label>
            <div class="expect-row">
                <Show when=move || takes.get().people>
                    <div><label>
                        <span class="field-label">{strings::panel::PEOPLE}</span>
                        <input
                            class="field"
                            inputmode="numeric"
                            maxlength="6"
                            prop:value=move || form.with(|form| form.people.clone())
                            on:input=move |event| form.update(|form| form.people = event_target_value(&event))
                        /></label>
                        <span class="fault">{fault("people")}</span></div>
                </Show>
                <Show when=move || takes.get().seconds>
                    <div><label>
                        <span class="field-label">{strings::panel::TIME}</span>
                        <input
                            class="field"
                            maxlength="40"
                            prop:value=move || form.with(|form| form.time.clone())
                            on:input=move |event| form.update(|form| form.time = event_target_value(&event))
                        /></label>
                        <span class="fault">{fault("seconds")}</span></div>
                </Show>
            </div>
            <Show when=move || is(Expect::CoveredBy)>
                <ScheduleField form/>
                <PeopleField form/>
                <span class="fault">{fault("schedule")}</span>
            </Show>
            <Show when=move || is(Expect::QuietHours)>
                <WindowFields form/>
                <span class="fault">{fault("window")}</span>
            </Show>
            <Show when=move || takes.get().urgency>
                <div>
                    <span class="field-label">{strings::panel::WHICH_PAGES}</span>
                    <Segments
                        label=strings::panel::WHICH_PAGES
                        options=vec![strings::panel::ANY, strings::HIGH, strings::LOW]
                        chosen=Signal::derive(move || {
                            Some(match form.with(|form| form.urgency) {
                                None => 0,
                                Some(PageUrgency::High) => 1,
                                Some(PageUrgency::Low) => 2,
                            })
                        })
                        choose=move |position| {
                            let urgency = [None, Some(PageUrgency::High), Some(PageUrgency::Low)].get(position).copied().flatten();
                            form.update(|form| form.urgency = urgency);
                        }
                    />
                </div>
            </Show>
            <Priorities form/>
            <Show when=move || takes.get().with_declines>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || form.with(|form| form.with_declines)
                        on:change=move |event| form.update(|form| form.with_declines = event_target_checked(&event))
                    />
                    {strings::panel::WITH_DECLINES}
                </label>
            </Show>
            <span class="fault">{fault("expect")}</span>
            <div class="dialog-actions">
                <button type="submit" class="primary">{if at.is_some() { strings::panel::CHANGE } else { strings::panel::ADD_IT }}</button>
                <button type="button" class="quiet" on:click=move |_| close()>{strings::panel::CANCEL}</button>
            </div>
        </form>
    }
}

#[component]
fn ScheduleField(form: RwSignal<Form>) -> impl IntoView {
    let open = expect_context::<Open>();
    let options = move || {
        let index = open.session.index.get();
        let now = form.with_untracked(|form| form.schedule.clone());
        let option = |id: String, name: String| {
            let selected = id == now;
            view! { <option value=id selected=selected>{name}</option> }
        };
        let none = option(String::new(), strings::panel::CHOOSE.to_string());
        let all = index.world().schedules.iter().map(|one| option(one.id.clone(), one.name.clone()));
        std::iter::once(none).chain(all).collect_view()
    };
    view! {
        <label>
            <span class="field-label">{strings::panel::SCHEDULE}</span>
            <select class="field" prop:value=move || form.with(|form| form.schedule.clone()) on:change=move |event| form.update(|form| {
                form.schedule = event_target_value(&event);
                form.users.clear();
            })>
                {options}
            </select>
        </label>
    }
}

/// People in place of a schedule: those that are chosen, and one more.
#[component]
fn PeopleField(form: RwSignal<Form>) -> impl IntoView {
    let open = expect_context::<Open>();
    let users = Memo::new(move |_| form.with(|form| form.users.clone()));
    let chosen = move || {
        let index = open.session.index.get();
        let chip = |id: String| {
            let name = index.user_name(&id).to_string();
            let label = strings::panel::without_person(&name);
            let remove = move |_| {
                form.update(|form| form.users.retain(|one| *one != id));
                focus::give_to("expect-person");
            };
            view! { <button type="button" class="chip choice" aria-pressed="true" aria-label=label on:click=remove>{name}</button> }
        };
        users.get().into_iter().map(chip).collect_view()
    };
    let options = move || {
        let index = open.session.index.get();
        let all = index.world().users.iter().filter(|user| users.with(|users| !users.contains(&user.id)));
        let option = |user: &escalation_engine::world::User| view! { <option value=user.id.clone()>{user.name.clone()}</option> };
        let none = view! { <option value="" selected=true>{strings::panel::CHOOSE}</option> };
        (none, all.map(option).collect_view())
    };
    let add = move |event: leptos::ev::Event| {
        let id = event_target_value(&event);
        if !id.is_empty() {
            form.update(|form| {
                form.users.push(id);
                form.schedule = String::new();
            });
        }
    };
    view! {
        <div>
            <label>
                <span class="field-label">{strings::panel::OR_PERSON}</span>
                <select class="field" id="expect-person" on:change=add>{options}</select>
            </label>
            <div class="chips">{chosen}</div>
        </div>
    }
}

/// The priorities as chips; none chosen is all.
#[component]
fn Priorities(form: RwSignal<Form>) -> impl IntoView {
    let open = expect_context::<Open>();
    let chips = move || {
        let index = open.session.index.get();
        let chip = |id: String, name: String| {
            let of_chip = id.clone();
            let pressed = move || form.with(|form| form.priorities.contains(&of_chip)).to_string();
            let listed = index.world().priorities.iter().map(|one| one.id.clone());
            let ids: Vec<String> = listed.chain([index.world().other_priority().into_owned()]).collect();
            let toggle = move |_| {
                form.update(|form| {
                    let chosen = form.priorities.contains(&id);
                    // In the order of the organisation, whatever the order of the clicks; an unknown one stays.
                    let mut now = std::mem::take(&mut form.priorities);
                    now.retain(|one| *one != id);
                    if !chosen {
                        now.push(id.clone());
                    }
                    now.sort_by_key(|one| ids.iter().position(|id| id == one));
                    form.priorities = now;
                });
            };
            view! { <button type="button" class="chip choice" aria-pressed=pressed on:click=toggle>{name}</button> }
        };
        let others = (!index.world().knows_all_priorities())
            .then(|| chip(index.world().other_priority().into_owned(), strings::OTHER_PRIORITY.to_string()));
        let listed = index.world().priorities.iter().map(|one| chip(one.id.clone(), one.name.clone()));
        listed.chain(others).collect_view()
    };
    view! {
        <div role="group" aria-label=strings::panel::PRIORITIES>
            <span class="field-label">{strings::panel::PRIORITIES}</span>
            <div class="chips">{chips}</div>
            <span class="hint">{move || form.with(|form| form.priorities.is_empty()).then_some(strings::panel::ALL_PRIORITIES)}</span>
        </div>
    }
}

/// Quiet hours: days, from when until when, and where.
#[component]
fn WindowFields(form: RwSignal<Form>) -> impl IntoView {
    let days = strings::panel::DAYS.iter().enumerate().map(|(position, name)| {
        let pressed = move || form.with(|form| form.days.get(position).copied().unwrap_or_default()).to_string();
        let toggle = move |_| {
            form.update(|form| {
                if let Some(day) = form.days.get_mut(position) {
                    *day = !*day;
                }
            });
        };
        view! { <button type="button" class="chip choice" aria-pressed=pressed on:click=toggle>{*name}</button> }
    });
    let days = days.collect_view();
    let own = move || form.with(|form| form.window.is_some());
    view! {
        <Show when=own>
            <p class="hint">
                {strings::panel::OTHER_WINDOW}
                " "
                <button type="button" class="link" on:click=move |_| form.update(|form| form.window = None)>
                    {strings::panel::REPLACE_WINDOW}
                </button>
            </p>
        </Show>
        <div class="window" class:hidden=own role="group" aria-label=strings::panel::QUIET_HOURS>
            <div class="chips">{days}</div>
            <div class="expect-row">
                <label>
                    <span class="field-label">{strings::panel::FROM}</span>
                    <input
                        class="field"
                        type="time"
                        prop:value=move || form.with(|form| form.start.clone())
                        on:input=move |event| form.update(|form| form.start = event_target_value(&event))
                    />
                </label>
                <label>
                    <span class="field-label">{strings::panel::UNTIL}</span>
                    <input
                        class="field"
                        type="time"
                        prop:value=move || form.with(|form| form.end.clone())
                        on:input=move |event| form.update(|form| form.end = event_target_value(&event))
                    />
                </label>
                <label>
                    <span class="field-label">{strings::ZONE}</span>
                    <input
                        class="field"
                        maxlength="64"
                        spellcheck="false"
                        prop:value=move || form.with(|form| form.zone.clone())
                        on:input=move |event| form.update(|form| form.zone = event_target_value(&event))
                    />
                </label>
            </div>
        </div>
    }
}
