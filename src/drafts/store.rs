//! Texts by key in the browser's own database (IndexedDB), which belongs to the server's origin. Nothing here knows
//! what the texts are.

use std::pin::Pin;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode};

const DATABASE: &str = "escalation-path-builder";
const STORE: &str = "drafts";

/// The most texts that are read.
const MOST: u32 = 5_000;

/// What comes of a write, once the browser has it for good.
pub type Written = Pin<Box<dyn Future<Output = Result<(), JsValue>>>>;

/// Opens the database of a server, which comes before its addresses; nothing for that of the page. It is made where there
/// is none. `lost` is called once it is closed, as somebody else wants it so.
pub async fn open(server: &str, lost: impl Fn() + Clone + 'static) -> Result<IdbDatabase, JsValue> {
    // Asked for by name: the getter may be missing, or may throw, where pages are given no storage.
    let factory = js_sys::Reflect::get(&leptos::prelude::window(), &JsValue::from_str("indexedDB"))?;
    let factory: web_sys::IdbFactory = factory.dyn_into()?;
    let name = if server.is_empty() { DATABASE.to_string() } else { format!("{DATABASE} {server}") };
    let request = factory.open_with_u32(&name, 1)?;
    let asked = request.clone();
    let make = Closure::once(move || {
        if let Ok(database) = asked.result().and_then(|result| result.dyn_into::<IdbDatabase>()) {
            let _there_already = database.create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(make.as_ref().unchecked_ref()));
    let database: IdbDatabase = answer(&request).await?.dyn_into()?;
    // Another version of the page waits for this one to let go of it.
    let outdated = Closure::once_into_js({
        let (database, lost) = (database.clone(), lost.clone());
        move || {
            database.close();
            lost();
        }
    });
    database.set_onversionchange(Some(outdated.unchecked_ref()));
    database.set_onclose(Some(Closure::once_into_js(lost).unchecked_ref()));
    Ok(database)
}

/// All texts with their keys.
pub async fn all(database: &IdbDatabase) -> Result<Vec<(String, String)>, JsValue> {
    let store = store(database, IdbTransactionMode::Readonly)?;
    let (keys, texts) = (
        store.get_all_keys_with_key_and_limit(&JsValue::UNDEFINED, MOST)?,
        store.get_all_with_key_and_limit(&JsValue::UNDEFINED, MOST)?,
    );
    let (keys, texts) = futures::future::try_join(answer(&keys), answer(&texts)).await?;
    let (keys, texts): (Array, Array) = (keys.dyn_into()?, texts.dyn_into()?);
    Ok(keys.iter().zip(texts.iter()).filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?))).collect())
}

/// The text under a key, if there is one.
pub async fn one(database: &IdbDatabase, key: &str) -> Result<Option<String>, JsValue> {
    let request = store(database, IdbTransactionMode::Readonly)?.get(&JsValue::from_str(key))?;
    Ok(answer(&request).await?.as_string())
}

/// Writes a text. It is on its way when this returns, even if the page goes before it is awaited.
pub fn put(database: &IdbDatabase, key: &str, text: &str) -> Result<Written, JsValue> {
    write(database, |store| store.put_with_key(&JsValue::from_str(text), &JsValue::from_str(key)))
}

/// Removes a text, in the same way.
pub fn delete(database: &IdbDatabase, key: &str) -> Result<Written, JsValue> {
    write(database, |store| store.delete(&JsValue::from_str(key)))
}

#[expect(deprecated, reason = "the bindings say so of `commit` without a reason; the standard has it")]
fn write(
    database: &IdbDatabase,
    ask: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Result<Written, JsValue> {
    let store = store(database, IdbTransactionMode::Readwrite)?;
    ask(&store)?;
    let transaction = store.transaction();
    let done = kept(&transaction);
    // Said now: a page that goes would not be there to say it once the request is done, and nothing would be kept.
    transaction.commit()?;
    Ok(Box::pin(done))
}

/// Waits until what was written is kept. That a request has succeeded does not say so: where there is no room, it is
/// the whole transaction that is taken back.
fn kept(transaction: &IdbTransaction) -> impl Future<Output = Result<(), JsValue>> + 'static {
    let mut listen = |done: Function, failed: Function| {
        transaction.set_oncomplete(Some(&done));
        transaction.set_onabort(Some(&failed));
        transaction.set_onerror(Some(&failed));
    };
    let waits = JsFuture::from(Promise::new(&mut listen));
    async move { waits.await.map(drop) }
}

/// What comes of a request.
pub async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let mut listen = |done: Function, failed: Function| {
        request.set_onsuccess(Some(&done));
        request.set_onerror(Some(&failed));
    };
    JsFuture::from(Promise::new(&mut listen)).await?;
    request.result()
}

fn store(database: &IdbDatabase, mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    database.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}
