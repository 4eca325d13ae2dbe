//! A field into which something is typed that may be wrong: Enter takes it, Escape goes back to what it was, and what
//! is wrong stays as it was typed, with what is wrong about it beside it.

use escalation_editor::bidi;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement};

use super::keyboard::pressed;
use crate::place::{self, Place};
use crate::strings;

/// How such a field is known in the page.
pub const MARK: &str = "data-typed";

/// Marks a field of the details in which something is typed that is not in the path yet.
pub const TYPING: &str = "data-typing";

/// Such a field in which something is typed that cannot be taken.
const WRONG: &str = "[data-typed][aria-invalid=true]";

/// What comes before the screen or the page is left.
const LEAVING: [&str; 5] = ["popstate", "hashchange", "beforeunload", "pagehide", "visibilitychange"];

/// Takes what is being typed, as if the field were left. The focus stays.
pub fn take_typed() {
    let field = Place::in_use().active().filter(|element| element.has_attribute(MARK));
    if let (Some(field), Ok(event)) = (field, Event::new("change")) {
        let _not_cancelled = field.dispatch_event(&event);
    }
}

/// Goes to the first field in an element in which something is typed that cannot be taken; says which, if there is one.
pub fn go_to_wrong(inside: &Element) -> Option<String> {
    let field = inside.query_selector(WRONG).ok().flatten()?.dyn_into::<HtmlInputElement>().ok()?;
    if let Ok(Some(closed)) = field.closest("details:not([open])") {
        let _known = closed.set_attribute("open", "");
    }
    let _gone = HtmlElement::focus(&field);
    Some(strings::forms::not_readable(&field.value(), &field.get_attribute("aria-label").unwrap_or_default()))
}

/// Is told, in a sentence, of what was typed and never taken, when its field goes.
#[derive(Clone, Copy)]
pub struct TellDropped(pub Callback<String>);

/// Keeps what is being typed before it is taken, so that it outlives a crash. For fields of the details alone.
#[derive(Clone, Copy)]
pub struct KeepTyped {
    /// From now on what is taken is only tried.
    pub begin: Callback<()>,
    /// What was tried is kept, and no more is.
    pub end: Callback<()>,
}

/// So long nothing may be typed before it is kept.
const REST: std::time::Duration = std::time::Duration::from_millis(500);

/// Something that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    /// What was typed.
    text: String,
    /// Why it cannot be taken.
    why: String,
    /// What was there then: what changes since makes it old.
    then: String,
}

/// Takes what is being typed before the screen is left, for as long as it is there; `then` keeps it.
pub fn take_before_leaving(then: impl Fn() + 'static) {
    // Before all others: one of them takes the screen away, another writes the draft.
    place::listen_first_on_page(&LEAVING, move || {
        take_typed();
        then();
    });
}

#[component]
pub fn Typed(
    /// Tells this field from others on the page.
    #[prop(into)]
    id: String,
    /// What is typed here, for those who listen.
    #[prop(into)]
    label: String,
    /// What is there now.
    #[prop(into)]
    told: Signal<String>,
    /// Called with what was typed; says why it cannot be taken.
    take: impl Fn(String) -> Result<(), String> + Copy + 'static,
    /// What is written in the empty field.
    #[prop(optional)]
    placeholder: &'static str,
    /// The most signs.
    #[prop(default = 40)]
    most: u32,
    /// Looks of its own.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let wrong = RwSignal::new(None::<Wrong>);
    let why = Memo::new(move |_| wrong.get().filter(|wrong| wrong.then == told.get()).map(|wrong| wrong.why));
    if let Some(TellDropped(tell)) = use_context() {
        let label = label.clone();
        on_cleanup(move || {
            let Some(wrong) = wrong.try_get_untracked().flatten() else { return };
            // Nothing is said where what it is about has gone, too.
            if told.try_get_untracked().as_ref() == Some(&wrong.then) {
                let _gone = tell.try_run(strings::forms::dropped(&wrong.text, &label, &wrong.why));
            }
        });
    }
    let keep = use_context::<KeepTyped>();
    // What was typed last, as a number: only that is kept, and nothing once the field is gone.
    let typed = StoredValue::new(0_u64);
    let rest = move || {
        typed.try_update_value(|typed| {
            *typed += 1;
            *typed
        })
    };
    let keep_typed = move |text: Option<String>| {
        let (Some(keep), Some(mine)) = (keep, rest()) else { return };
        let try_it = move || {
            if typed.try_get_value() != Some(mine) {
                return;
            }
            keep.begin.run(());
            if let Some(text) = &text {
                let _whatever = take(bidi::unmarked(text));
            }
            keep.end.run(());
        };
        set_timeout(try_it, REST);
    };
    let change = move |field: HtmlInputElement| {
        let _passed = rest();
        // A field that is taken away with its focus tells of a change, too, when all that it is about is gone.
        let (Some(_), Some(now)) = (wrong.try_get_untracked(), told.try_get_untracked()) else { return };
        if field.value() == now {
            return wrong.set(None);
        }
        // What is copied from the page has marks that set names apart.
        match take(bidi::unmarked(&field.value())) {
            Ok(()) => {
                wrong.set(None);
                // `90m` is shown as `1h 30m`, also where nothing else changed.
                field.set_value(&told.get_untracked());
            }
            Err(why) => {
                wrong.set(Some(Wrong { text: field.value(), why, then: now }));
                // At once: whoever saves looks for it before it is drawn.
                let _known = field.set_attribute("aria-invalid", "true");
            }
        }
    };
    // To a browser nothing has changed where what was refused is typed again.
    let settle = move |field: HtmlInputElement| {
        let is_settled = wrong.try_get_untracked().is_none_or(|wrong| wrong.is_some());
        if !is_settled && told.try_get_untracked().is_some_and(|told| told != field.value()) {
            change(field);
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let field = event_target::<HtmlInputElement>(&event);
        if pressed(&event) == "Enter" {
            settle(field);
            return;
        }
        if pressed(&event) == "Escape"
            && (field.value() != told.get_untracked() || wrong.with_untracked(Option::is_some))
        {
            field.set_value(&told.get_untracked());
            let _known = field.remove_attribute(TYPING);
            keep_typed(None);
            wrong.set(None);
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let fault = format!("{id}-fault");
    view! {
        <input
            id=id
            class=format!("field {class}")
            class:wrong=move || why.with(Option::is_some)
            aria-label=label
            aria-invalid=move || why.with(Option::is_some).to_string()
            aria-describedby=fault.clone()
            autocomplete="off"
            dir="auto"
            data-typed=""
            placeholder=placeholder
            maxlength=most
            prop:value=move || told.get()
            // What was wrong is being mended. It goes now and not when the field is left: nothing moves under the mouse.
            on:input=move |event| {
                let field = event_target::<HtmlInputElement>(&event);
                if field.closest("#inspector").is_ok_and(|inside| inside.is_some()) {
                    keep_typed(Some(field.value()));
                }
                let _known = if field.value() == told.get_untracked() {
                    field.remove_attribute(TYPING)
                } else {
                    field.set_attribute(TYPING, "")
                };
                if wrong.with_untracked(Option::is_some) {
                    wrong.set(None);
                }
            }
            on:change=move |event| change(event_target(&event))
            on:blur=move |event| settle(event_target(&event))
            on:keydown=keys
        />
        <span id=fault class="fault" role="alert">{move || why.get()}</span>
    }
}
