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

use behaviour::{Behaving, BehaviourPopup};
use controls::Controls;
use lanes::Lanes;
pub use scenario_menu::ScenarioMenu;
use steps::Steps;

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
