//! What is expected of the path: each as a sentence with its verdict, what shows that it does not hold, and what could
//! be expected, too.

use escalation_editor::Command;
use escalation_editor::expect::{ExpectationFix, Ruling, State, VerdictText, occasions, told};
use escalation_engine::Scenario;
use escalation_engine::prove::{Expectation, PriorityInterval};
use escalation_engine::words::date_and_time;
use leptos::prelude::*;

use super::Tab;
use super::expected::{self, Item};
use super::form::FormView;
use super::kept::{Keeping, Place, place};
use crate::editor::state::Open;
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// So many times are listed.
const MOST: usize = 50;

/// As many as the server takes.
pub const MOST_EXPECTED: usize = 100;

/// What the form is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Typing {
    /// Something new.
    New,
    /// What stands at this position.
    Change(usize, Box<Expectation>),
}

#[component]
pub fn Expectations() -> impl IntoView {
    let open = expect_context::<Open>();
    let expected = open.expected;
    let typing = RwSignal::new(None::<Typing>);
    let count = Memo::new(move |_| expected.items.with(Vec::len));
    let about = move || match expected.keeping.get() {
        Keeping::Reading => strings::LOADING,
        Keeping::NotRead => strings::panel::NOT_READ,
        Keeping::NotKept if expected.list.waits.get() => strings::panel::WAITS,
        Keeping::NotKept => strings::panel::NOT_KEPT,
        Keeping::Done => match place(open, expected::NAME) {
            Place::Draft => strings::panel::KEPT_WITH_PATH,
            Place::Browser => strings::panel::KEPT_HERE,
            Place::Server => strings::panel::KEPT_AT_ONCE,
        },
    };
    let failed = move || matches!(expected.keeping.get(), Keeping::NotRead | Keeping::NotKept);
    let again = move |_| match expected.keeping.get_untracked() {
        Keeping::NotRead => expected::read(open),
        _ => expected::keep(open),
    };
    let rows = move || (0..count.get()).collect::<Vec<_>>();
    let removed = move || {
        let (_, item) = expected.removed.get()?;
        let back = move |_| {
            typing.set(None);
            focus_row(expected::put_back(open));
        };
        Some(view! {
            <p class="hint gone">
                {strings::panel::gone(&expected::sentence(open, &item))}" "
                <button type="button" class="link" on:click=back>{strings::UNDO}</button>
            </p>
        })
    };
    view! {
        <div class="expected" tabindex="-1">
            <p class="about">
                <span class="hint" class:bad=failed>{about}</span>
                <Show when=move || count.get() != 0>
                    <span class="hint">{move || strings::save::times_in(&open.assumed.zone.get())}</span>
                </Show>
                <Show when=move || expected.list.came.get()>
                    <span class="hint">{strings::panel::CAME}</span>
                </Show>
                <Show when=failed>
                    <button class="link" on:click=again>{strings::TRY_AGAIN}</button>
                </Show>
                <Show when=move || expected.can_go_on.get()>
                    <button class="link" on:click=move |_| expected::go_on(open)>{strings::panel::GO_ON}</button>
                </Show>
            </p>
            <ul class="expectations" aria-label=strings::panel::EXPECTATIONS>
                <For each=rows key=|position| *position let(position)>
                    <Row position typing/>
                </For>
            </ul>
            <Show when=move || count.get() == 0 && !failed()>
                <p class="hint nothing">{strings::panel::NOTHING_EXPECTED}</p>
            </Show>
            {removed}
        </div>
        <Show when=move || !open.session.only_reads()>
            <div class="expect-more">
                {move || match typing.get() {
                    Some(what) => view! { <FormView what typing/> }.into_any(),
                    None => view! { <Suggestions typing/> }.into_any(),
                }}
            </div>
        </Show>
    }
}

/// The id of the button that removes what stands at a position.
fn remove_id(position: usize) -> String {
    format!("remove-expectation-{position}")
}

/// Focuses a row once it is drawn; where there is none, what adds one.
fn focus_row(position: Option<usize>) {
    let id = position.map_or_else(|| "add-expectation".to_string(), remove_id);
    request_animation_frame(move || focus::give_to(&id));
}

#[component]
fn Row(position: usize, typing: RwSignal<Option<Typing>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let expected = open.expected;
    let item = Memo::new(move |_| expected.items.with(|items| items.get(position).cloned()));
    let sentence = Memo::new(move |_| item.get().map_or_else(String::new, |item| expected::sentence(open, &item)));
    let judged = Memo::new(move |_| match item.get() {
        Some(Item::Known(one)) => expected.judged_of(&one),
        _ => None,
    });
    let ruling = Memo::new(move |_| judged.get().and_then(|judged| judged.ruling.ok()));
    let told = Memo::new(move |_| match judged.get() {
        Some(judged) => told(&judged, &open.session.index.get(), &open.zone()),
        None => VerdictText { state: State::Nothing, sentence: strings::panel::PROVING.to_string() },
    });
    let class = move || match told.get().state {
        State::Holds => "expectation holds",
        State::Broken => "expectation broken",
        State::Unsure => "expectation unsure",
        State::Nothing => "expectation",
    };
    let stale = move || !expected.is_fresh.get();
    let has_example = move || ruling.with(|ruling| ruling.as_ref().is_some_and(|one| one.example.is_some()));
    let play = move |_| {
        if let Some(judged) = judged.get_untracked() {
            expected::play(open, &judged);
        }
    };
    let mend = Memo::new(move |_| match item.get() {
        Some(Item::Known(one)) if !open.session.only_reads() => expected.mend_of(&one),
        _ => None,
    });
    let edit = move |_| {
        if let Some(Item::Known(one)) = item.get_untracked() {
            typing.set(Some(Typing::Change(position, Box::new(one))));
        }
    };
    let remove = move |_| {
        typing.set(None);
        expected::remove(open, position, &sentence.get_untracked());
        // The next row stands where this one stood.
        let next = expected.items.with_untracked(Vec::len).checked_sub(1).map(|last| last.min(position));
        focus_row(next);
    };
    let may = move || !open.session.only_reads();
    let known = move || may() && item.with(|item| matches!(item, Some(Item::Known(_))));
    view! {
        <li class=class class:stale=stale>
            <i class="verdict-mark" aria-hidden="true"></i>
            <div class="grow">
                <strong>{move || sentence.get()}</strong>
                <span class="verdict">{move || told.get().sentence}</span>
                <More ruling/>
                {move || mend.get().map(|mend| view! { <FixButton mend/> })}
            </div>
            <Show when=has_example>
                <button class="quiet" aria-label=move || strings::panel::play(&sentence.get()) on:click=play>{strings::panel::PLAY}</button>
            </Show>
            <Show when=known>
                <button class="tool" aria-label=move || strings::panel::edit(&sentence.get()) on:click=edit>{strings::panel::EDIT}</button>
            </Show>
            <Show when=may>
                <button
                    id=remove_id(position)
                    class="tool icon-only"
                    title=strings::panel::REMOVE
                    aria-label=move || strings::panel::remove(&sentence.get())
                    on:click=remove
                >
                    <Icon glyph=Glyph::Delete/>
                </button>
            </Show>
        </li>
    }
}

/// More of a verdict, which is not made before it is looked at.
#[component]
fn Disclosed(
    title: &'static str,
    /// Whether there is any.
    there: Memo<bool>,
    content: Box<dyn Fn() -> AnyView + Send + Sync>,
) -> impl IntoView {
    let content = StoredValue::new(content);
    let opened = RwSignal::new(false);
    let toggle =
        move |event: leptos::ev::Event| opened.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    view! {
        <Show when=move || there.get()>
            <details on:toggle=toggle>
                <summary>{title}</summary>
                {move || opened.get().then(|| content.with_value(|content| content()))}
            </details>
        </Show>
    }
}

/// When something is not true or not known, what is never reached, and for what the verdict holds.
#[component]
fn More(ruling: Memo<Option<Ruling>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let with = move |tell: fn(Open, &Ruling) -> AnyView| -> Box<dyn Fn() -> AnyView + Send + Sync> {
        Box::new(move || ruling.with(|ruling| ruling.as_ref().map(|ruling| tell(open, ruling))).into_any())
    };
    let has =
        move |has: fn(&Ruling) -> bool| Memo::new(move |_| ruling.with(|ruling| ruling.as_ref().is_some_and(has)));
    view! {
        <div class="more">
            <Disclosed
                title=strings::panel::NOT_TRUE
                there=has(|ruling| !ruling.refuted_during.is_empty())
                content=with(|open, ruling| times_view(open, ruling, &ruling.refuted_during))
            />
            <Disclosed
                title=strings::panel::NOT_KNOWN
                there=has(|ruling| !ruling.unknown_during.is_empty())
                content=with(|open, ruling| times_view(open, ruling, &ruling.unknown_during))
            />
            <Disclosed
                title=strings::panel::NEVER_REACHED
                there=has(|ruling| !ruling.never.is_empty())
                content=with(never_view)
            />
            <Disclosed title=strings::panel::SCOPE there=has(|_| true) content=with(scope_view)/>
        </div>
    }
}

/// Times as a list; each leads to the alert that fires then.
fn times_view(open: Open, ruling: &Ruling, during: &[PriorityInterval]) -> AnyView {
    let index = open.session.index.get();
    let zone = open.zone();
    let all = occasions(during);
    let more = all.len().saturating_sub(MOST);
    let rows = all.iter().take(MOST).map(|one| {
        let names: Vec<&str> = one.priority_ids.iter().map(|id| index.priority_name(id)).collect();
        let time = |at| date_and_time(&zone, at);
        let text = strings::panel::during(&time(one.from), &time(one.until), &names.join(", "));
        let label = strings::panel::play_at(&text);
        let priority_id = one.priority_ids.first().cloned().unwrap_or_default();
        let first = PriorityInterval { from: one.from, until: one.until, priority_id };
        // Where a condition cannot be decided, it goes as in the counterexample.
        let of_example = ruling.example.as_ref().map(|one| (one.branches.clone(), one.branch_visits.clone()));
        let (branches, branch_visits) = of_example.unwrap_or_default();
        let alert = Scenario { branches, branch_visits, ..first.first_alert() };
        let go = move |_| expected::play_alert(open, &alert);
        view! { <li><button class="link" aria-label=label on:click=go>{text}</button></li> }
    });
    let rows = rows.collect_view();
    let more = (more > 0).then(|| view! { <li>{strings::panel::more_times(more)}</li> });
    view! { <div class="scope"><ul>{rows}{more}</ul></div> }.into_any()
}

fn never_view(open: Open, ruling: &Ruling) -> AnyView {
    let rows = ruling.never.iter().cloned().map(|id| {
        let name = open.scene.with(|scene| scene.card(&id).map_or_else(|| id.clone(), |card| card.words.title.clone()));
        view! { <li><button class="link" on:click=move |_| open.select(Some(id.clone()))>{name}</button></li> }
    });
    view! { <div class="scope"><ul>{rows.collect_view()}</ul></div> }.into_any()
}

/// For what a verdict holds.
fn scope_view(open: Open, ruling: &Ruling) -> AnyView {
    let index = open.session.index.get();
    let zone = open.zone();
    let scope = &ruling.scope;
    let names: Vec<&str> = scope.priorities.iter().map(|id| index.priority_name(id)).collect();
    let (from, until) = (date_and_time(&zone, scope.from), date_and_time(&zone, scope.until));
    let what = strings::panel::scope(&from, &until, scope.cells, &names.join(", "));
    let assumed = scope.assumed.iter().map(|one| view! { <li>{escalation_api::capitalised(one)}</li> }).collect_view();
    view! {
        <div class="scope">
            <p>{what}</p>
            <ul>{assumed}</ul>
            <p>{strings::panel::tzdata(&scope.tzdata)}</p>
        </div>
    }
    .into_any()
}

/// What holds now and may be worth keeping.
#[component]
fn Suggestions(typing: RwSignal<Option<Typing>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let expected = open.expected;
    let full = move || {
        expected.items.with(Vec::len) >= MOST_EXPECTED
            || matches!(expected.keeping.get(), Keeping::NotRead | Keeping::Reading)
    };
    let rows = move |are_true: bool| {
        let index = open.session.index.get();
        let row = |one: &Expectation| {
            let sentence = escalation_api::capitalised(&one.sentence(&index));
            let (label, said) = (strings::panel::expect(&sentence), strings::panel::added(&sentence));
            let one = one.clone();
            let add = move |_| {
                let item = Item::Known(one.clone());
                expected.suggested.update(|all| {
                    all.hold.retain(|other| *other != one);
                    all.fail.retain(|other| *other != one);
                });
                expected::change(open, said.clone(), |items| {
                    if !items.contains(&item) {
                        items.push(item);
                    }
                });
                focus::give_to("add-expectation");
            };
            view! {
                <li>
                    <button class="suggestion" aria-label=label disabled=full on:click=add>
                        <Icon glyph=Glyph::Plus/>
                        {sentence}
                    </button>
                </li>
            }
        };
        expected.suggested.with(|all| (if are_true { &all.hold } else { &all.fail }).iter().map(row).collect_view())
    };
    let holds = move || expected.suggested.with(|all| !all.hold.is_empty());
    let fails = move || expected.suggested.with(|all| !all.fail.is_empty());
    view! {
        <button id="add-expectation" class="quiet" disabled=full on:click=move |_| typing.set(Some(Typing::New))>
            <Icon glyph=Glyph::Plus/>
            {strings::panel::ADD}
        </button>
        <Show when=fails>
            <h3 class="bad-heading">{strings::panel::FAILS}</h3>
            <ul aria-label=strings::panel::FAILS>{move || rows(false)}</ul>
        </Show>
        <Show when=holds>
            <h3>{strings::panel::SUGGESTED}</h3>
            <ul aria-label=strings::panel::SUGGESTED>{move || rows(true)}</ul>
        </Show>
    }
}

/// That something that is expected does not hold, in the bar.
#[component]
pub fn BrokenPill() -> impl IntoView {
    let open = expect_context::<Open>();
    let count = open.expected.broken;
    let go = move |_| {
        open.show_tab(Tab::Expectations);
        focus::give_to("tab-expectations");
    };
    move || {
        (count.get() > 0).then(|| {
            view! {
                <button class="pill bad" on:click=go data-broken>
                    <Icon glyph=Glyph::Warning/>
                    {strings::panel::broken(count.get())}
                </button>
            }
        })
    }
}

/// What is expected and does not hold, in the review.
#[component]
pub fn BrokenExpectations() -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        let all = expected::broken(open);
        let lost = open.expected.lost.get().unwrap_or_default();
        (!all.is_empty()).then(|| {
            let rows = all.into_iter().map(|broken| {
                let held = broken.is_among(&lost).then_some(strings::panel::HELD);
                let mend = open.expected.mend_of(&broken.judged.expectation);
                let fix = mend.map(|mend| view! { <FixButton mend/> });
                let can = broken.judged.ruling.as_ref().is_ok_and(|ruling| ruling.example.is_some());
                let play = move |_| expected::play(open, &broken.judged);
                view! {
                    <li class="problem">
                        <Icon glyph=Glyph::Warning/>
                        <div>
                            <strong>{broken.sentence}</strong>
                            " "
                            <span>{broken.told}"."</span>
                            " "
                            <span>{held}</span>
                            " "
                            {can.then(|| view! { <button class="link" on:click=play>{strings::panel::PLAY}</button> })}
                            {fix}
                        </div>
                    </li>
                }
            });
            let rows = rows.collect_view();
            view! {
                <h3>{strings::panel::BROKEN}</h3>
                <ul class="problems" aria-label=strings::panel::BROKEN>{rows}</ul>
            }
        })
    }
}

/// Makes what is expected hold again, in one change that was proven to.
#[component]
fn FixButton(mend: ExpectationFix) -> impl IntoView {
    let open = expect_context::<Open>();
    let title = strings::panel::fix(&mend.fix.title);
    let fix = move |_| {
        open.dispatch(Command::Fix(Box::new(mend.fix.clone())));
        // The button goes with what it mends.
        request_animation_frame(|| {
            if focus::is_nowhere() {
                focus::give_to("tab-expectations");
                focus::give_to("save-now");
            }
        });
    };
    view! { <button class="quiet fix" on:click=fix>{title}</button> }
}
