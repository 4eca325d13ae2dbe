//! What happens: what is assumed, a lane for everybody who is told, and every step with its reason.

mod controls;
mod lanes;
mod steps;

use leptos::prelude::*;

use controls::Controls;
use lanes::Lanes;
use steps::Steps;

#[component]
pub fn Simulate() -> impl IntoView {
    view! {
        <Controls/>
        <Lanes/>
        <Steps/>
    }
}
