//! The app as an element in somebody else's page: `public/element.js` makes it, and this puts an instance into it.

pub mod host;

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Reflect};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, ShadowRoot};

use crate::app::Screens;
use crate::editor::state::{OnOpened, Open};
use crate::later;
use crate::net::{Net, Way};
use crate::parts::{focus, texts};
use crate::place::Place;
use crate::program;
use crate::route::Route;
use crate::session::{Given, Loading, Session};

/// What elements need, in a part of its own: the app on its own page does without.
pub struct Embed {
    put: fn(ShadowRoot, HtmlElement, &JsValue, Function) -> u32,
    take: fn(u32),
    ask: fn(u32, &str, &JsValue) -> JsValue,
}

pub static EMBED: Embed = Embed { put, take, ask };

/// Loads what elements need.
///
/// # Errors
/// Where that does not come.
#[wasm_bindgen]
pub async fn prepare_elements() -> Result<(), JsValue> {
    if later::load_for_elements().await { Ok(()) } else { Err(JsValue::UNDEFINED) }
}

/// Puts an instance into an element, once what that needs is there: see [`put`].
#[wasm_bindgen]
pub fn mount(root: ShadowRoot, base: HtmlElement, options: &JsValue, told: Function) -> u32 {
    untrack(later::embed).map_or(0, |embed| (embed.put)(root, base, options, told))
}

/// Takes an instance out of its element.
#[wasm_bindgen]
pub fn unmount(number: u32) {
    if let Some(embed) = untrack(later::embed) {
        (embed.take)(number);
    }
}

/// Has an instance do something, or gives what is asked of it.
#[wasm_bindgen]
pub fn act(number: u32, what: &str, with: &JsValue) -> JsValue {
    untrack(later::embed).map_or(JsValue::UNDEFINED, |embed| (embed.ask)(number, what, with))
}

/// An instance in an element.
struct Instance {
    number: u32,
    session: Session,
    open: RwSignal<Option<Open>>,
    /// Takes it out of the element when it is dropped.
    _mounted: Box<dyn Any>,
}

thread_local! {
    static ALL: RefCell<Vec<Instance>> = const { RefCell::new(Vec::new()) };
}

/// Puts an instance into an element, and returns its number. `base` is in the root, and has the styles. `told` is called
/// with what happens, and what is known of it; where it answers `false` the app does not do what it does then by itself.
///
/// The options are `api`, the address of the server with a slash at its end, `fetcher` and `token`, functions as
/// [`Way`] has them, `pathId`, `readonly`, and `path` and `world`, the documents themselves as text, where they do not
/// come from a server.
fn put(root: ShadowRoot, base: HtmlElement, options: &JsValue, told: Function) -> u32 {
    let text = |name: &str| Reflect::get(options, &name.into()).ok().and_then(|value| value.as_string());
    let function = |name: &str| Reflect::get(options, &name.into()).ok().and_then(|it| it.dyn_into::<Function>().ok());
    let path_id = text("pathId").unwrap_or_default();
    let only_reads = Reflect::get(options, &"readonly".into()).is_ok_and(|value| value.is_truthy());
    let api = text("api");
    let given = (api.is_none()).then(|| Given {
        id: path_id.clone(),
        path: text("path").unwrap_or_default(),
        world: text("world").unwrap_or_default(),
    });
    let way = Way {
        base: api.unwrap_or_default(),
        files: program::folder(),
        fetcher: function("fetcher"),
        token: function("token"),
    };
    let begun = Rc::new(RefCell::new(None));
    let (begins, into) = (begun.clone(), base.clone());
    let mounted = mount_to(into, move || {
        let place = Place::inside(root, base, told);
        provide_context(place);
        texts::watch(place);
        focus::keep_near(place);
        let is_new = path_id.is_empty() && given.is_none();
        let route = if is_new { Route::New(String::new()) } else { Route::Path(Given::id_or(&path_id)) };
        place.replace(&route.href());
        let open = RwSignal::new(None);
        provide_context(OnOpened(Callback::new(move |opened: Open| {
            open.set(Some(opened));
            later::with_rest(opened, move |rest| (rest.follow_for_host)(opened));
        })));
        let session = Session::begin(place, Net::new(way), only_reads, given);
        begins.replace(Some((session, open)));
        follow_links(place);
        tell_failure(session);
        view! { <Screens session/> }
    });
    if let Some((session, open)) = begun.take() {
        let number = session.place.number();
        let instance = Instance { number, session, open, _mounted: Box::new(mounted) };
        ALL.with_borrow_mut(|all| all.push(instance));
        return number;
    }
    0
}

/// Takes an instance out of its element. What it listened to, it hears no more.
fn take(number: u32) {
    // Outside of the list: what goes with it may look there.
    let at = ALL.with_borrow(|all| all.iter().position(|instance| instance.number == number));
    drop(at.map(|at| ALL.with_borrow_mut(|all| all.swap_remove(at))));
}

/// Has an instance do something, or gives what is asked of it: see [`host::act`]. Nothing while its path is not open.
fn ask(number: u32, what: &str, with: &JsValue) -> JsValue {
    let of = ALL.with_borrow(|all| {
        let instance = all.iter().find(|instance| instance.number == number)?;
        Some((instance.session, instance.open))
    });
    let Some((session, open)) = of else { return JsValue::UNDEFINED };
    match what {
        "reload" => session.load(),
        "readonly" => session.readers.by_host.set(with.is_truthy()),
        _ => {
            let open = open.get_untracked().filter(|open| open.is_there());
            if let (Some(open), Some(rest)) = (open, untrack(later::rest)) {
                return (rest.act_for_host)(open, what, with);
            }
        }
    }
    JsValue::UNDEFINED
}

/// Has links to elsewhere in the app lead there, and not away from somebody else's page.
fn follow_links(place: Place) {
    place.listen(leptos::ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href^='#']").ok().flatten());
        if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
            event.prevent_default();
            place.go(&href);
        }
    });
}

/// Tells the page around that nothing could be loaded.
fn tell_failure(session: Session) {
    Effect::new(move || {
        if let Loading::Failed(error) = session.loading.get() {
            let detail = Object::new();
            let _set = Reflect::set(&detail, &"message".into(), &error.after("").into());
            session.place.tell("loaderror", &detail);
        }
    });
}
