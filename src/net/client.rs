//! The way to one server: where it is, how requests get there, and what it has asked of those who ask.

use std::cell::Cell;

use escalation_editor::address::address;
use gloo_net::http::{Request, Response};
use js_sys::{Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::NetError;

/// What a server is asked through. Each instance of the app has one of its own.
#[derive(Clone, Copy)]
pub struct Net(StoredValue<Inner, LocalStorage>);

struct Inner {
    way: Way,
    /// Until when, on the clock that only goes forward, the server has asked to be left alone.
    left_alone: Cell<f64>,
    /// The greatest age of what is old because there is nothing newer, in seconds, since that was asked for last.
    oldest: Cell<Option<u32>>,
}

/// Where a server is, and how requests get there.
#[derive(Default)]
pub struct Way {
    /// What comes before each address: nothing where the server has the page, else it ends with a slash.
    pub base: String,
    /// The same for what lies beside the program.
    pub files: String,
    /// Sends a request in place of the browser, and gives the answer.
    pub fetcher: Option<Function>,
    /// Gives the token that goes with each request. It is asked each time, as tokens expire.
    pub token: Option<Function>,
}

impl Net {
    pub fn new(way: Way) -> Self {
        Self(StoredValue::new_local(Inner { way, left_alone: Cell::new(0.0), oldest: Cell::new(None) }))
    }

    /// What comes before each address on this server; nothing where it has the page.
    pub fn base(self) -> String {
        self.0.try_with_value(|inner| inner.way.base.clone()).unwrap_or_default()
    }

    /// The address of what this server has; see [`address`].
    pub(super) fn address(self, segments: &[&str], query: &[(&str, &str)]) -> String {
        self.base() + &address(segments, query)
    }

    /// The address of what lies beside the program.
    pub(super) fn file(self, segments: &[&str], query: &[(&str, &str)]) -> String {
        let base = self.0.try_with_value(|inner| inner.way.files.clone()).unwrap_or_default();
        base + &address(segments, query)
    }

    /// Sends a request.
    pub(super) async fn fetch(self, request: Request) -> Result<Response, NetError> {
        let way = self.0.try_with_value(|Inner { way, .. }| {
            // A token is for this server alone.
            let is_its_own = request.url().starts_with(&way.base);
            if is_its_own { (way.fetcher.clone(), way.token.clone()) } else { (None, None) }
        });
        // What asks is gone.
        let Some((fetcher, token)) = way else { return Err(NetError::Away) };
        if fetcher.is_none() && token.is_none() {
            return request.send().await.map_err(|_| NetError::Away);
        }
        let request: web_sys::Request = request.into();
        if let Some(token) = token {
            let token = called(&token, &JsValue::UNDEFINED).await?;
            if let Some(token) = token.as_string().filter(|token| !token.is_empty()) {
                let bearer = format!("Bearer {token}");
                request.headers().set("authorization", &bearer).map_err(|_| NetError::Away)?;
            }
        }
        let answer = match fetcher {
            Some(fetcher) => called(&fetcher, &request).await?,
            None => JsFuture::from(window().fetch_with_request(&request)).await.map_err(|_| NetError::Away)?,
        };
        answer.dyn_into::<web_sys::Response>().map(Response::from).map_err(|_| NetError::Away)
    }

    pub(super) fn left_alone(self) -> f64 {
        self.0.try_with_value(|inner| inner.left_alone.get()).unwrap_or_default()
    }

    pub(super) fn leave_alone(self, until: f64) {
        self.0.try_with_value(|inner| inner.left_alone.set(until));
    }

    pub(super) fn note_age(self, age: u32) {
        self.0.try_with_value(|inner| inner.oldest.set(inner.oldest.get().max(Some(age))));
    }

    /// The greatest age of what was read since this was asked last and is old because there is nothing newer, in seconds:
    /// a proxy whose API is away gives what that has said before.
    pub fn take_oldest(self) -> Option<u32> {
        self.0.try_with_value(|inner| inner.oldest.take()).flatten()
    }
}

/// What a function of the host gives, now or later.
async fn called(function: &Function, with: &JsValue) -> Result<JsValue, NetError> {
    let given = function.call1(&JsValue::UNDEFINED, with).map_err(|_| NetError::Away)?;
    JsFuture::from(Promise::resolve(&given)).await.map_err(|_| NetError::Away)
}
