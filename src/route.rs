//! Which screen the address names, after the `#`. Hash routes work wherever the files lie.

use leptos::prelude::*;

use crate::place::Place;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// All paths.
    List,
    /// A path that is not saved yet, by the key of its draft; empty for one that is about to begin.
    New(String),
    /// A path, by id.
    Path(String),
    /// The audit log.
    Audit,
    /// API keys and sessions.
    Access,
}

impl Route {
    fn parse(hash: &str) -> Self {
        let (hash, _) = split(hash);
        let parts: Vec<&str> = hash.trim_start_matches('#').split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["new"] => Self::New(String::new()),
            ["new", key, ..] => Self::New((*key).to_string()),
            ["paths", id, ..] => Self::Path(decoded(id)),
            ["audit"] => Self::Audit,
            ["access"] => Self::Access,
            _ => Self::List,
        }
    }

    /// The address of a screen.
    pub fn href(&self) -> String {
        match self {
            Self::List => "#/".to_string(),
            Self::Audit => "#/audit".to_string(),
            Self::Access => "#/access".to_string(),
            Self::New(key) if key.is_empty() => "#/new".to_string(),
            Self::New(key) => format!("#/new/{key}"),
            Self::Path(id) => format!("#/paths/{}", String::from(js_sys::encode_uri_component(id))),
        }
    }

    /// The address of a screen, at a node of its path.
    pub fn at(&self, node: Option<&str>) -> String {
        let href = self.href();
        match node {
            Some(node) => format!("{href}/nodes/{}", String::from(js_sys::encode_uri_component(node))),
            None => href,
        }
    }
}

/// A part of an address as it was before it was encoded; one that was not stays what it is.
fn decoded(part: &str) -> String {
    js_sys::decode_uri_component(part).map_or_else(|_| part.to_string(), String::from)
}

/// Where the address leads now.
pub fn current(place: Place) -> Route {
    Route::parse(&place.hash())
}

/// Whether the address names the path with this id.
pub fn is_on(place: Place, id: &str) -> bool {
    matches!(current(place), Route::Path(now) if now == id)
}

/// The screen that the address names, now and whenever it changes.
pub fn route(place: Place) -> ReadSignal<Route> {
    let (route, set_route) = signal(current(place));
    place.listen_moved(move || {
        // A screen stays where only the node is another.
        if route.get_untracked() != current(place) {
            set_route.set(current(place));
        }
    });
    route
}

/// The node that the address names.
pub fn node(place: Place) -> Option<String> {
    let hash = place.hash();
    let (_, node) = split(&hash).0.split_once("/nodes/")?;
    js_sys::decode_uri_component(node).ok().map(String::from)
}

/// The names of what an address may say beside the screen.
pub const SCENARIO: &str = "scenario";
pub const ZONE: &str = "zone";

/// The screen, and what is said beside it.
fn split(hash: &str) -> (&str, Option<&str>) {
    hash.split_once('?').map_or((hash, None), |(screen, query)| (screen, Some(query)))
}

/// What the address says beside the screen, as it stands there.
pub fn current_query(place: Place) -> Option<String> {
    let hash = place.hash();
    split(&hash).1.map(str::to_string)
}

/// A scenario and the zone in which times are told, as they stand in an address.
pub fn query(scenario: &str, zone: &str) -> String {
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    format!("{SCENARIO}={}&{ZONE}={}", encoded(scenario), encoded(zone))
}

/// A value by its name; nothing within if it is there and cannot be decoded.
pub fn value(query: &str, name: &str) -> Option<Option<String>> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(js_sys::decode_uri_component(value).ok().map(String::from))
}
