//! What somebody does when told: in words on their lane, and chosen in what opens there.

use escalation_editor::assume::{self, Behaviour};
use escalation_editor::duration;
use escalation_engine::words;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::parts::avatar::{Avatar, Of};
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::popup::{At, Popup};
use crate::parts::segments::Segments;
use crate::parts::typed::Typed;
use crate::strings;

/// How long after the page somebody answers, at first.
pub const SOON: i64 = 4 * 60;
/// How long somebody puts it off, at first.
const A_WHILE: i64 = 30 * 60;

/// Somebody who can be told: a person or a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Who {
    pub id: String,
    pub name: String,
    pub is_channel: bool,
}

impl Who {
    /// The name of their lane in the page.
    fn lane_id(&self) -> String {
        format!("lane-{}-{}", if self.is_channel { "channel" } else { "user" }, self.id)
    }

    fn of(&self) -> Of {
        if self.is_channel { Of::Channel } else { Of::Person }
    }

    /// What they do.
    pub fn does(&self, open: Open) -> Behaviour {
        open.assumed.more.with(|more| assume::behaviour(more, &self.id, self.is_channel))
    }

    /// Has them do something else, and says so.
    fn change(&self, open: Open, behaviour: Behaviour) {
        open.assumed.more.update(|more| assume::set(more, &self.id, self.is_channel, behaviour));
        open.session.say(strings::assume::now_does(&self.name, behaviour));
    }
}

/// Whose behaviour is being chosen, and where.
#[derive(Clone, Copy)]
pub struct Behaving(RwSignal<Option<(Who, At)>>);

impl Behaving {
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Opens the choice for somebody.
    pub fn open(self, who: Who, at: At) {
        self.0.set(Some((who, at)));
    }
}

/// The name on a lane: a button that opens what that person or channel does.
#[component]
pub fn LaneName(who: Who) -> impl IntoView {
    let behaving = expect_context::<Behaving>();
    let open = expect_context::<Open>();
    let (id, name, of) = (who.lane_id(), who.name.clone(), who.of());
    let title = strings::assume::what_does(&name);
    let does = {
        let who = who.clone();
        Memo::new(move |_| strings::assume::does(who.does(open)))
    };
    let words = move || {
        let words = does.get();
        (!words.is_empty()).then(|| view! { " "<span class="lane-does">{words}</span> })
    };
    view! {
        <button
            id=id
            class="lane-name"
            aria-haspopup="dialog"
            title=title
            on:click=move |event| behaving.open(who.clone(), At::pressed(&event))
        >
            <Avatar name=name.clone() of/>
            <span class="lane-words"><span class="lane-who">{name}</span>{words}</span>
            <Icon glyph=Glyph::Down/>
        </button>
    }
}

/// What somebody does, in a form.
#[component]
pub fn BehaviourPopup() -> impl IntoView {
    let behaving = expect_context::<Behaving>();
    let form = move |(who, at): (Who, At)| {
        let leave = move || {
            let lane = behaving.0.get_untracked().map(|(who, _)| who.lane_id());
            behaving.0.set(None);
            // What is told may have changed, and with it the lane whose name had the focus.
            request_animation_frame(move || {
                if let Some(lane) = lane.filter(|_| focus::is_nowhere()) {
                    focus::give_to(&lane);
                }
            });
        };
        view! {
            <Popup label=strings::assume::what_does(&who.name) at leave>
                <Form who/>
                <div class="dialog-actions">
                    <span class="spring"></span>
                    <button type="button" class="quiet" on:click=move |_| leave()>{strings::assume::DONE}</button>
                </div>
            </Popup>
        }
    };
    move || behaving.0.get().map(form)
}

#[component]
fn Form(who: Who) -> impl IntoView {
    let open = expect_context::<Open>();
    let name = who.name.clone();
    let who = StoredValue::new(who);
    let does = Memo::new(move |_| who.with_value(|who| who.does(open)));
    let change = move |behaviour| who.with_value(|who| who.change(open, behaviour));
    let chosen = Signal::derive(move || match does.get() {
        Behaviour::Silent => Some(0),
        Behaviour::Acks(_) => Some(1),
        Behaviour::Declines(_) => Some(2),
        Behaviour::Snoozes(..) => Some(3),
        Behaviour::Other => None,
    });
    let after = move || match does.get() {
        Behaviour::Acks(after) | Behaviour::Declines(after) | Behaviour::Snoozes(after, _) => Some(after),
        _ => None,
    };
    let long = move || if let Behaviour::Snoozes(_, long) = does.get() { Some(long) } else { None };
    let choose = move |position| {
        let after = untrack(after).unwrap_or(SOON);
        change(match position {
            1 => Behaviour::Acks(after),
            2 => Behaviour::Declines(after),
            3 => Behaviour::Snoozes(after, untrack(long).unwrap_or(A_WHILE)),
            _ => Behaviour::Silent,
        });
    };
    let told = Signal::derive(move || after().map(words::duration).unwrap_or_default());
    let take = move |text: String| {
        let after = duration::parse(&text)?;
        change(match does.get_untracked() {
            Behaviour::Declines(_) => Behaviour::Declines(after),
            Behaviour::Snoozes(_, long) => Behaviour::Snoozes(after, long),
            _ => Behaviour::Acks(after),
        });
        Ok(())
    };
    let told_long = Signal::derive(move || long().map(words::duration).unwrap_or_default());
    let take_long = move |text: String| {
        let long = duration::parse(&text)?;
        if long == 0 {
            return Err(strings::assume::NO_SNOOZE.to_string());
        }
        change(Behaviour::Snoozes(untrack(after).unwrap_or(SOON), long));
        Ok(())
    };
    let snoozes = Memo::new(move |_| long().is_some());
    let answers = move || {
        let (id, is_channel) = who.with_value(|who| (who.id.clone(), who.is_channel));
        open.assumed.more.with(|more| {
            let all = more.responses.iter().filter(|one| assume::by(one) == Some((id.as_str(), is_channel)));
            all.map(|one| view! { <li>{strings::assume::answer(one)}</li> }).collect_view()
        })
    };
    let takes_time = Memo::new(move |_| after().is_some());
    let options = vec![
        strings::assume::DOES_NOTHING,
        strings::assume::ACKNOWLEDGES,
        strings::assume::DECLINES,
        strings::assume::SNOOZES,
    ];
    view! {
        <h3>{name.clone()}</h3>
        <Segments label=strings::assume::what_does(&name) options chosen choose/>
        <Show when=move || takes_time.get()>
            <label class="field-label" for="behaviour-after">{strings::assume::AFTER_PAGE}</label>
            <Typed id="behaviour-after" label=strings::assume::AFTER_PAGE told take/>
        </Show>
        <Show when=move || snoozes.get()>
            <label class="field-label" for="behaviour-long">{strings::assume::SNOOZED_FOR}</label>
            <Typed id="behaviour-long" label=strings::assume::SNOOZED_FOR told=told_long take=take_long/>
            <p class="hint">{strings::assume::SNOOZES_ONCE}</p>
        </Show>
        <Show when=move || does.get() == Behaviour::Other>
            <p class="hint">{strings::assume::MORE_ANSWERS}</p>
            <ul class="hint">{answers}</ul>
        </Show>
    }
}
