//! A path's shape at a glance.

use std::sync::Arc;

use escalation_editor::layout::svg_path;
use escalation_editor::words::NodeIcon;
use leptos::prelude::*;

use crate::canvas::scene::Scene;

#[component]
pub fn Miniature(scene: Arc<Scene>) -> impl IntoView {
    let size = scene.layout.size;
    let lines = scene.layout.edges.iter().map(|edge| view! { <path class="mini-line" d=svg_path(&edge.points, 10)/> });
    let boxes = scene.layout.nodes.iter().map(|node| {
        let icon = scene.card(&node.id).map_or(NodeIcon::Sealed, |card| card.words.icon);
        let class = match icon {
            NodeIcon::Level => "mini-level",
            NodeIcon::Channel => "mini-channel",
            NodeIcon::Priority | NodeIcon::Hours | NodeIcon::Branch => "mini-branch",
            NodeIcon::Delay => "mini-delay",
            _ => "mini-other",
        };
        let rect = node.rect;
        view! { <rect class=class x=rect.x y=rect.y width=rect.width height=rect.height rx="20"/> }
    });
    view! {
        <svg class="miniature" viewBox=format!("0 0 {} {}", size.width, size.height) aria-hidden="true" focusable="false">
            {lines.collect_view()}
            {boxes.collect_view()}
        </svg>
    }
}
