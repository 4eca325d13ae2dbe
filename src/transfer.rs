//! Documents that come in and go out: files that are chosen or dropped, text that is pasted, files that are offered.

use std::cell::Cell;
use std::rc::Rc;

use escalation_editor::import::MAX_TEXT;
use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DragEvent, File, HtmlAnchorElement, HtmlInputElement, Url};

use crate::place::Place;
use crate::strings;

/// Reads a file that is not too large.
async fn read(file: File) -> Result<String, String> {
    if file.size() > MAX_TEXT as f64 {
        return Err(strings::transfer::too_large(&file.name()));
    }
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| strings::transfer::unreadable(&file.name()))
}

/// The file that was chosen in a field.
pub fn chosen(field: &HtmlInputElement, take: impl FnOnce(Result<String, String>) + 'static) {
    let file = field.files().and_then(|files| files.get(0));
    // The same file can be chosen again.
    field.set_value("");
    if let Some(file) = file {
        spawn_local(async move { take(read(file).await) });
    }
}

/// Takes files that are dropped anywhere on the page, while the screen is there.
pub fn listen_drop(place: Place, take: impl Fn(Result<String, String>) + Copy + 'static) {
    let has_files = |event: &DragEvent| {
        let types = event.data_transfer().map(|data| data.types());
        types.is_some_and(|types| types.includes(&JsValue::from_str("Files"), 0))
    };
    place.listen(leptos::ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    place.listen(leptos::ev::drop, move |event| {
        if has_files(&event) {
            event.prevent_default();
            if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
                spawn_local(async move { take(read(file).await) });
            }
        }
    });
}

/// What is known of a file that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// The browser takes it.
    Taken,
    /// The page is in a frame of another site, which may keep it back; browsers do not say.
    Unknown,
    /// It does not get out of the frame that the page is in, or could not be made.
    Refused,
}

impl Offered {
    /// What is said of it; `taken` where the browser takes it.
    pub fn words(self, taken: &str) -> String {
        match self {
            Self::Taken => taken.to_string(),
            Self::Unknown => strings::transfer::MAY_BE_KEPT_BACK.to_string(),
            Self::Refused => strings::transfer::KEPT_BACK.to_string(),
        }
    }
}

/// Whether files get out of the frames that the page is in.
fn gets_out() -> Offered {
    let mut known = Offered::Taken;
    let mut here = Some(window());
    while let Some(inner) = here {
        let Some(outer) = inner.parent().ok().flatten().filter(|outer| *outer != inner) else { break };
        // The frame of another site does not show itself.
        match inner.frame_element().ok().flatten().map(|frame| frame.get_attribute("sandbox")) {
            None => known = Offered::Unknown,
            Some(None) => {}
            Some(Some(allows)) if allows.split_ascii_whitespace().any(|one| one == "allow-downloads") => {}
            Some(Some(_)) => return Offered::Refused,
        }
        here = Some(outer);
    }
    known
}

/// Offers a text as a file; what is known of it then.
pub fn offer_text(name: &str, kind: &str, text: &str) -> Offered {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options);
    blob.map_or(Offered::Refused, |blob| offer(name, &blob))
}

/// Offers a file; what is known of it then.
fn offer(name: &str, blob: &Blob) -> Offered {
    let known = gets_out();
    if known == Offered::Refused {
        return known;
    }
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return Offered::Refused };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    let Some(link) = link else { return Offered::Refused };
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser has begun to read it by then.
    set_timeout(
        move || {
            let _gone = Url::revoke_object_url(&address);
        },
        std::time::Duration::from_secs(60),
    );
    known
}

/// How long a browser takes at most to say that it is about to print.
const ABOUT_TO: std::time::Duration = std::time::Duration::from_millis(1_000);

/// Has the browser print; `refused` is called where it does not. Frames may forbid it, and the browser says nothing then.
pub fn print(refused: impl FnOnce() + 'static) {
    let begun = Rc::new(Cell::new(false));
    let begins = begun.clone();
    let listener = window_event_listener_untyped("beforeprint", move |_| begins.set(true));
    let asked = window().print().is_ok();
    let is_framed = window().parent().ok().flatten().is_some_and(|outer| outer != window());
    let look = move || {
        listener.remove();
        if !asked || (is_framed && !begun.get()) {
            refused();
        }
    };
    set_timeout(look, ABOUT_TO);
}

/// The most pixels on a side, and in all, that every browser draws.
const MOST_PIXELS: (f64, f64) = (16_000.0, 120_000_000.0);

/// By how much a picture of so many units is drawn larger: twice, or less where that is more than a browser draws.
fn scale_of((width, height): (i32, i32)) -> f64 {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let by_side = MOST_PIXELS.0 / width.max(height);
    2.0_f64.min(by_side).min((MOST_PIXELS.1 / (width * height)).sqrt())
}

/// Offers a picture, given as SVG, as a file of pixels, twice as many as it has units, or fewer where it is very large;
/// `then` is told what came of it, nothing if the browser cannot draw it.
pub fn offer_pixels(name: String, svg: &str, size: (i32, i32), then: impl FnOnce(Option<Offered>) + 'static) {
    let drawn = async move |address: String| -> Result<Offered, JsValue> {
        let image = web_sys::HtmlImageElement::new()?;
        image.set_src(&address);
        JsFuture::from(image.decode()).await?;
        let canvas: web_sys::HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
        let scale = scale_of(size);
        let pixels = |units: i32| (f64::from(units.max(1)) * scale).max(1.0) as u32;
        let (width, height) = (pixels(size.0), pixels(size.1));
        canvas.set_width(width);
        canvas.set_height(height);
        let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
        let context: web_sys::CanvasRenderingContext2d = context.dyn_into()?;
        context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width.into(), height.into())?;
        let mut make = |done: Function, failed: Function| {
            if let Err(error) = canvas.to_blob(&done) {
                let _told = failed.call1(&JsValue::NULL, &error);
            }
        };
        let blob: Blob = JsFuture::from(Promise::new(&mut make)).await?.dyn_into()?;
        Ok(offer(&name, &blob))
    };
    let address = format!("data:image/svg+xml,{}", js_sys::encode_uri_component(svg));
    spawn_local(async move { then(drawn(address).await.ok()) });
}

/// A name for a file of a path: what is not a letter or a digit becomes a dash.
pub fn file_name(path: &str, ending: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = path.chars().map(plain).take(60).collect();
    let name = name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if name.is_empty() { format!("path.{ending}") } else { format!("{name}.{ending}") }
}
