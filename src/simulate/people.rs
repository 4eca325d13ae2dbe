//! What people do, in one choice: nobody, everybody, one of them; and who does what where it is more than that.

use escalation_editor::assume::{self, Behaviour};
use escalation_editor::duration;
use escalation_editor::needed::people;
use escalation_engine::scenario::Named;
use escalation_engine::words;
use leptos::prelude::*;
use web_sys::{Event, HtmlSelectElement};

use super::behaviour::{Behaving, SOON, Who};
use super::controls::assume as now_assume;
use super::more::MoreButton;
use super::scenarios;
use crate::editor::state::Open;
use crate::parts::popup::At;
use crate::parts::typed::Typed;
use crate::strings;

/// How long after the page everybody responds, at first.
const EVERYBODY_AFTER: i64 = 5 * 60;

/// The choices that are no person or channel.
const EVERYBODY: &str = "everybody";
const SEVERAL: &str = "several";
/// What people do in a named scenario, before its name.
const AS_IN: &str = "as ";

/// What is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Chosen {
    Nobody,
    /// Everybody whom the path could page acknowledges so long after the page.
    Everybody(i64),
    /// One person or channel does.
    One(String, bool, i64),
    /// Anything else: so many answer.
    Several(usize),
}

fn chosen(open: Open) -> Chosen {
    open.assumed.more.with(|more| {
        let who = assume::who_answer(more);
        if who.is_empty() {
            return Chosen::Nobody;
        }
        if let [(id, is_channel)] = who.as_slice()
            && let Behaviour::Acks(after) = assume::behaviour(more, id, *is_channel)
        {
            return Chosen::One(id.clone(), *is_channel, after);
        }
        match assume::of_all(more, &everybody(open)) {
            Some(Behaviour::Acks(after)) => Chosen::Everybody(after),
            _ => Chosen::Several(who.len()),
        }
    })
}

/// The ids of everybody whom the path could page at some instant.
fn everybody(open: Open) -> Vec<String> {
    let path = open.drawn.get();
    open.session.index.with(|index| people(&path, index.world()))
}

fn key(id: &str, is_channel: bool) -> String {
    format!("{}{id}", if is_channel { "channel " } else { "user " })
}

/// What is chosen, as the value of its option.
fn value(now: Memo<Chosen>) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    move || match now.get() {
        Chosen::Nobody => String::new(),
        Chosen::Everybody(_) => EVERYBODY.to_string(),
        Chosen::One(id, is_channel, _) => key(&id, is_channel),
        Chosen::Several(_) => SEVERAL.to_string(),
    }
}

/// Has people do what they do in the named scenario.
fn as_in(open: Open, name: &str) {
    let named = open.scenarios.items.with_untracked(|items| scenarios::known(items));
    if let Some(named) = named.into_iter().find(|named| named.name == name) {
        let said = strings::assume::as_in(name);
        now_assume(open, said, |more| more.responses = named.scenario.responses);
    }
}

#[component]
pub fn PeopleField() -> impl IntoView {
    let open = expect_context::<Open>();
    let now = Memo::new(move |_| chosen(open));
    let value = value(now);
    let options = move || {
        let index = open.session.index.get();
        let mut all = vec![
            (String::new(), strings::NOBODY_RESPONDS.to_string()),
            (EVERYBODY.to_string(), strings::assume::EVERYBODY.to_string()),
        ];
        let lanes = open.silent.get();
        all.extend(lanes.lanes.iter().map(|lane| (key(&lane.id, lane.is_channel), strings::acknowledges(&lane.name))));
        match now.get() {
            // Somebody who is not told any more keeps the behaviour that they were given.
            Chosen::One(id, is_channel, _) if all.iter().all(|(value, _)| *value != key(&id, is_channel)) => {
                let name = if is_channel { index.channel_name(&id) } else { index.user_name(&id) };
                all.push((key(&id, is_channel), strings::acknowledges(name)));
            }
            Chosen::Several(count) => all.push((SEVERAL.to_string(), strings::assume::respond(count))),
            _ => {}
        }
        let selected = value();
        let option = |(value, words): (String, String)| {
            let selected = value == selected;
            view! { <option value=value selected=selected>{words}</option> }
        };
        all.into_iter().map(option).collect_view()
    };
    // A set of behaviours that is kept: that of a named scenario, whatever else it assumes.
    let kept = move || {
        let named = open.scenarios.items.with(|items| scenarios::known(items));
        let named = named.into_iter().filter(|named| !named.scenario.responses.is_empty());
        let option = |named: Named| {
            let value = format!("{AS_IN}{}", named.name);
            view! { <option value=value>{named.name}</option> }
        };
        let options = named.map(option).collect::<Vec<_>>();
        (!options.is_empty()).then(|| view! { <optgroup label=strings::assume::AS_IN>{options}</optgroup> })
    };
    let change = move |event: Event| {
        let value = event_target_value(&event);
        let before = now.get_untracked();
        if let Some(name) = value.strip_prefix(AS_IN) {
            as_in(open, name);
            // What is chosen is what they do now, under whatever name.
            return event_target::<HtmlSelectElement>(&event).set_value(&untrack(self::value(now)));
        }
        match value.as_str() {
            SEVERAL => {}
            EVERYBODY => {
                let all = untrack(|| everybody(open));
                let behaviour = Behaviour::Acks(EVERYBODY_AFTER);
                open.assumed.more.update(|more| assume::set_all(more, &all, behaviour));
            }
            _ => {
                let after = if let Chosen::One(_, _, after) = before { after } else { SOON };
                open.assumed.more.update(|more| {
                    more.responses.clear();
                    if let Some((kind, id)) = value.split_once(' ') {
                        assume::set(more, id, kind == "channel", Behaviour::Acks(after));
                    }
                });
            }
        }
    };
    let after = move || match now.get() {
        Chosen::One(_, _, after) | Chosen::Everybody(after) => Some(after),
        _ => None,
    };
    let told = Signal::derive(move || after().map(words::duration).unwrap_or_default());
    let take = move |text: String| {
        let behaviour = Behaviour::Acks(duration::parse(&text)?);
        match now.get_untracked() {
            Chosen::One(id, is_channel, _) => {
                open.assumed.more.update(|more| assume::set(more, &id, is_channel, behaviour));
            }
            Chosen::Everybody(_) => {
                let all = untrack(|| everybody(open));
                open.assumed.more.update(|more| assume::set_all(more, &all, behaviour));
            }
            _ => {}
        }
        Ok(())
    };
    let takes_time = Memo::new(move |_| after().is_some());
    view! {
        <div class="control people">
            <div class="label-row">
                <label class="field-label" for="people">{strings::BEHAVIOUR}</label>
                <MoreButton/>
            </div>
            <div class="people-row">
                <select id="people" class="field" prop:value=value on:change=change>{options}{kept}</select>
                <Show when=move || takes_time.get()>
                    <Typed id="people-after" label=strings::assume::AFTER_PAGE told take/>
                </Show>
            </div>
            <Show when=move || matches!(now.get(), Chosen::Several(_))>
                <Several/>
            </Show>
        </div>
    }
}

/// Who does what, each of them a button that opens it.
#[component]
fn Several() -> impl IntoView {
    let open = expect_context::<Open>();
    let behaving = expect_context::<Behaving>();
    let rows = move || {
        let (who, index) = (open.assumed.more.with(assume::who_answer), open.session.index.get());
        let row = |(id, is_channel): (String, bool)| {
            let name = if is_channel { index.channel_name(&id) } else { index.user_name(&id) }.to_string();
            let who = Who { id, name: name.clone(), is_channel };
            let does = strings::assume::does(who.does(open));
            let press = move |event: web_sys::MouseEvent| behaving.open(who.clone(), At::pressed(&event));
            view! {
                <li>
                    <button type="button" class="who-does" aria-haspopup="dialog" on:click=press>
                        <span>{name}</span>" "<span class="lane-does">{does}</span>
                    </button>
                </li>
            }
        };
        who.into_iter().map(row).collect_view()
    };
    view! { <ul class="who-list">{rows}</ul> }
}
