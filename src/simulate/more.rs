//! All else that is assumed: the grace period, how long the alert fires, activity, what cannot be decided and whose turn
//! it is.

use escalation_editor::assume::{self, durations};
use escalation_editor::duration;
use escalation_engine::{Seconds, Semantics, words};
use leptos::prelude::*;

use super::controls::assume as now_assume;
use super::pins::{Branches, Turns};
use crate::editor::state::Open;
use crate::parts::popup::{At, Popup};
use crate::parts::typed::Typed;
use crate::strings;

#[component]
pub fn MoreButton() -> impl IntoView {
    let open = expect_context::<Open>();
    let shown = RwSignal::new(None::<At>);
    let count = Memo::new(move |_| open.assumed.more.with(assume::others));
    let counted = move || {
        let count = count.get();
        (count > 0).then(|| {
            view! { " "<span class="count" aria-label=strings::assume::differ(count)>{count}</span> }
        })
    };
    view! {
        <button
            type="button"
            class="more-assumed"
            aria-haspopup="dialog"
            on:click=move |event| shown.set(Some(At::pressed(&event)))
        >
            {strings::assume::MORE}
            {counted}
        </button>
        {move || shown.get().map(|at| view! { <More at shown/> })}
    }
}

#[component]
fn More(at: At, shown: RwSignal<Option<At>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let more = open.assumed.more;
    let leave = move || shown.set(None);
    let none = move || more.with(|more| assume::others(more) == 0);
    let reset = move |_| now_assume(open, strings::assume::RESET_DONE.to_string(), assume::reset_others);
    let keeps_firing = move || more.with(|more| more.alert_keeps_firing);
    let fires_on = move |event| {
        let on = event_target_checked(&event);
        let said = if on { strings::assume::FIRES_ON } else { strings::assume::FIRES_ON_NO_LONGER };
        now_assume(open, said.to_string(), |more| more.alert_keeps_firing = on);
    };
    // Nothing typed is nothing assumed.
    let optional = |text: &str| -> Result<Option<Seconds>, String> {
        if text.trim().is_empty() { Ok(None) } else { duration::parse(text).map(Some) }
    };
    let said = |what: &str, told: &str| strings::assume::assumed(what, told);
    let grace = Signal::derive(move || {
        let seconds = more.with(|more| more.grace_period_seconds);
        if seconds == 0 { String::new() } else { words::duration(seconds) }
    });
    let take_grace = move |text: String| {
        let seconds = optional(&text)?.unwrap_or_default();
        now_assume(open, said(strings::assume::GRACE, &text), |more| more.grace_period_seconds = seconds);
        Ok(())
    };
    let resolves = Signal::derive(move || {
        more.with(|more| more.alert_resolves_after_seconds).map(words::duration).unwrap_or_default()
    });
    let take_resolves = move |text: String| {
        let after = optional(&text)?;
        now_assume(open, said(strings::assume::RESOLVES, &text), |more| more.alert_resolves_after_seconds = after);
        Ok(())
    };
    let activity = Signal::derive(move || {
        let all = more.with(|more| more.activity_after_seconds.clone());
        all.into_iter().map(words::duration).collect::<Vec<_>>().join(", ")
    });
    let take_activity = move |text: String| {
        let all = durations(&text)?;
        now_assume(open, said(strings::assume::ACTIVITY, &text), |more| more.activity_after_seconds = all);
        Ok(())
    };
    // Without paging again after an acknowledgement, activity changes nothing.
    let has_activity = move || {
        let again = open.path.with(|path| path.repeat_config.is_some());
        again || more.with(|more| !more.activity_after_seconds.is_empty())
    };
    // What has no field here, and is kept and told.
    let beside = move || {
        more.with(|more| {
            let done = more.interventions.iter().map(strings::assume::done);
            let readings = (more.semantics != Semantics::default()).then(|| strings::assume::READINGS.to_string());
            done.chain(readings).map(|words| view! { <li>{words}</li> }).collect_view()
        })
    };
    let has_beside = move || more.with(|more| !more.interventions.is_empty() || more.semantics != Semantics::default());
    view! {
        <Popup label=strings::assume::MORE at leave>
            <h3>{strings::assume::MORE}</h3>
            <div class="assume-row">
                <span>{strings::assume::GRACE}</span>
                <Typed id="grace" label=strings::assume::GRACE told=grace take=take_grace placeholder=strings::assume::NONE/>
            </div>
            <div class="assume-row">
                <span>{strings::assume::RESOLVES}</span>
                <Typed id="resolves" label=strings::assume::RESOLVES told=resolves take=take_resolves placeholder=strings::assume::WHEN_ACKED/>
            </div>
            <label class="check">
                <input type="checkbox" prop:checked=keeps_firing on:change=fires_on/>
                {strings::assume::FIRES_ON}
            </label>
            <Show when=has_activity>
                <div class="assume-row">
                    <span>{strings::assume::ACTIVITY}</span>
                    <Typed id="activity" label=strings::assume::ACTIVITY told=activity take=take_activity placeholder=strings::assume::ACTIVITY_HINT/>
                </div>
            </Show>
            <Branches/>
            <Turns/>
            <Show when=has_beside>
                <h4>{strings::assume::BESIDE}</h4>
                <ul class="hint">{beside}</ul>
            </Show>
            <div class="dialog-actions">
                <button type="button" class="quiet" disabled=none on:click=reset>{strings::assume::RESET}</button>
                <span class="spring"></span>
                <button type="button" class="quiet" on:click=move |_| leave()>{strings::assume::DONE}</button>
            </div>
        </Popup>
    }
}
