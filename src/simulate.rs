//! What happens: what is assumed, a lane for everybody who is told, and every step with its reason.

mod behaviour;
pub mod controls;
mod instant;
mod lanes;
mod more;
mod near;
mod people;
mod pins;
pub mod playback;
pub mod remember;
mod scenario_menu;
pub mod scenarios;
mod scrubber;
pub mod share;
mod steps;
mod walk;

use leptos::prelude::*;

use crate::editor::state::Open;

use behaviour::{Behaving, BehaviourPopup};
use controls::Controls;
use lanes::Lanes;
pub use scenario_menu::ScenarioMenu;
use steps::Steps;

/// Has what is assumed follow the path while it is open.
pub fn begin(open: Open) {
    remember::follow(open);
    share::take(open);
    playback::begin_anew(open);
    scenarios::follow(open);
}

#[component]
pub fn Simulate() -> impl IntoView {
    provide_context(Behaving::new());
    view! {
        <Controls/>
        <Lanes/>
        <Steps/>
        <BehaviourPopup/>
    }
}
