//! What happens: what is assumed, a lane for everybody who is told, and every step with its reason.

mod behaviour;
mod controls;
mod lanes;
pub mod playback;
mod scrubber;
mod steps;
mod walk;

use leptos::prelude::*;

use behaviour::{Behaving, BehaviourPopup};
use controls::Controls;
use lanes::Lanes;
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
