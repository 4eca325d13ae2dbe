//! The audit log, for administrators: who changed what, filtered, and exported as JSON lines.

use escalation_api::Value;
use escalation_editor::zoned;
use escalation_engine::Instant;
use escalation_engine::calendar::{WallTime, Zone};
use escalation_engine::words::date_with_year;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use crate::access::{self, for_administrators};
use crate::clock;
use crate::net::AuditLine;
use crate::parts::crumbs::Crumbs;
use crate::route::Route;
use crate::strings::{self, audit as say};
use crate::theme::ThemeSwitch;

/// The feature of a server that has it.
pub const FEATURE: &str = "audit";

/// What was done, as the server names it.
const ACTIONS: [&str; 17] = [
    "create",
    "update",
    "delete",
    "restore",
    "revoke",
    "rotate_secret",
    "start",
    "respond",
    "cancel",
    "resolve",
    "reassign",
    "activity",
    "release",
    "retry",
    "invite_to_sign_in",
    "sign_in",
    "sign_out",
];
/// What it was done with.
const RESOURCES: [&str; 16] = [
    "escalation_path",
    "escalation_path_template",
    "expectations",
    "scenarios",
    "schedule",
    "schedule_override",
    "on_call_notification_pause",
    "notification_methods",
    "notification_rules",
    "alert_source",
    "webhook_endpoint",
    "api_key",
    "account",
    "session",
    "escalation",
    "delivery",
];

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filter {
    actor: String,
    action: String,
    resource: String,
    /// A day, as `2026-03-28`.
    from: String,
    /// The last day.
    to: String,
}

impl Filter {
    /// As the server is asked. Days are those of a zone; the last one is included.
    fn query(&self, zone: &Zone) -> Vec<(&'static str, String)> {
        let start = |day: &str| zoned::from_field(zone, &format!("{day}T00:00"));
        let end = |from: Instant| zone.first_at_wall(WallTime::new(zone.wall(from).day() + 1, 0));
        let told = |at: Option<Instant>| at.map(|at| at.to_string()).unwrap_or_default();
        let fields = [
            ("actor", self.actor.trim().to_string()),
            ("action", self.action.clone()),
            ("resource", self.resource.clone()),
            ("from", told(start(&self.from))),
            ("to", told(start(&self.to).map(end))),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[component]
pub fn AuditScreen() -> impl IntoView {
    for_administrators(say::NOT_ALLOWED, |session| session.may(access::RIGHT), || Log().into_any())
}

#[component]
fn Log() -> impl IntoView {
    let session = crate::session::session();
    // What stands in the fields, and what the lines that are shown were asked for with.
    let fields = RwSignal::new(Filter::default());
    let applied = RwSignal::new(Filter::default());
    let lines = RwSignal::new(None::<Vec<AuditLine>>);
    let after = RwSignal::new(None::<String>);
    let is_whole = RwSignal::new(true);
    let trouble = RwSignal::new(None::<String>);
    let zone_name = clock::viewer_zone();
    let zone = StoredValue::new(Zone::get(&zone_name).unwrap_or_else(Zone::utc));
    let query = move |filter: &Filter| zone.with_value(|zone| filter.query(zone));
    let load = move |older: Option<String>| {
        let filter = applied.get_untracked();
        let is_more = older.is_some();
        if !is_more {
            // What was older than other lines is not older than these.
            after.set(None);
        }
        spawn_local(async move {
            let read = session.net.audit(&query(&filter), older.as_deref()).await;
            // Another filter may have been chosen meanwhile, the same have come already, or the screen was left.
            if applied.try_get_untracked().as_ref() != Some(&filter) || is_more && after.get_untracked() != older {
                return;
            }
            match read {
                Ok(page) => {
                    trouble.set(None);
                    after.set(page.after);
                    if is_more {
                        is_whole.update(|whole| *whole &= page.is_whole);
                        lines.update(|lines| lines.get_or_insert_default().extend(page.lines));
                    } else {
                        is_whole.set(page.is_whole);
                        lines.set(Some(page.lines));
                    }
                }
                Err(error) => trouble.set(Some(error.after(say::NOT_READ))),
            }
        });
    };
    load(None);
    let apply = move |event: SubmitEvent| {
        event.prevent_default();
        applied.set(fields.get_untracked());
        load(None);
    };
    let clear = move |_| {
        fields.set(Filter::default());
        applied.set(Filter::default());
        load(None);
    };
    let note = move || {
        let shown = lines.with(|lines| lines.as_ref().map(Vec::len))?;
        let nothing = || if applied.get() == Filter::default() { say::NOTHING_YET } else { say::NOTHING };
        Some(view! {
            <p class="list-note" role="status">{say::count(shown, after.with(Option::is_some))}</p>
            {(shown == 0).then(|| view! { <p>{nothing()}</p> })}
        })
    };
    let each = move |line: AuditLine| zone.with_value(|zone| row(line, zone));
    let export = move || session.net.audit_export(&query(&applied.get()));
    view! {
        <header class="bar">
            <Crumbs/>
            <h1>{say::AUDIT}</h1>
            <span class="spring"></span>
            <ThemeSwitch/>
            <a class="tool" href=export download="audit-log.jsonl">{say::EXPORT}</a>
        </header>
        <main class="list">
            <p class="list-note">{say::ABOUT}" "{strings::save::times_in(&zone_name)}</p>
            <form class="audit-filters" aria-label=say::FILTERS on:submit=apply>
                <label>
                    {say::WHO}
                    <input
                        class="field"
                        placeholder=say::WHO_HINT
                        autocomplete="off"
                        spellcheck="false"
                        dir="auto"
                        maxlength="200"
                        prop:value=move || fields.with(|fields| fields.actor.clone())
                        on:input=move |event| fields.update(|fields| fields.actor = event_target_value(&event))
                    />
                </label>
                <label>
                    {say::ACTION}
                    <select
                        class="field"
                        prop:value=move || fields.with(|fields| fields.action.clone())
                        on:change=move |event| fields.update(|fields| fields.action = event_target_value(&event))
                    >
                        <option value="">{say::ANY_ACTION}</option>
                        {ACTIONS.map(|word| view! { <option value=word>{say::action(word)}</option> }).collect_view()}
                    </select>
                </label>
                <label>
                    {say::RESOURCE}
                    <select
                        class="field"
                        prop:value=move || fields.with(|fields| fields.resource.clone())
                        on:change=move |event| fields.update(|fields| fields.resource = event_target_value(&event))
                    >
                        <option value="">{say::ANY_RESOURCE}</option>
                        {RESOURCES.map(|word| view! { <option value=word>{say::resource(word)}</option> }).collect_view()}
                    </select>
                </label>
                <label>
                    {say::FROM}
                    <input
                        class="field"
                        type="date"
                        prop:value=move || fields.with(|fields| fields.from.clone())
                        on:input=move |event| fields.update(|fields| fields.from = event_target_value(&event))
                    />
                </label>
                <label>
                    {say::TO}
                    <input
                        class="field"
                        type="date"
                        prop:value=move || fields.with(|fields| fields.to.clone())
                        on:input=move |event| fields.update(|fields| fields.to = event_target_value(&event))
                    />
                </label>
                <div class="audit-actions">
                    <button class="primary" type="submit">{say::APPLY}</button>
                    <button class="quiet" type="button" on:click=clear>{say::CLEAR}</button>
                </div>
            </form>
            {move || trouble.get().map(|text| view! { <p class="fault" role="alert">{text}</p> })}
            <Show when=move || !is_whole.get()>
                <p class="fault" role="alert">{say::SOME_UNREADABLE}</p>
            </Show>
            {note}
            <ol class="audit-lines" aria-label=say::AUDIT>
                <For each=move || lines.get().unwrap_or_default() key=|line| line.number children=each/>
            </ol>
            <Show when=move || after.with(Option::is_some)>
                <button class="quiet" on:click=move |_| load(after.get_untracked())>{say::OLDER}</button>
            </Show>
        </main>
    }
}

/// A line: when, who, what, and what it was before and after.
fn row(line: AuditLine, zone: &Zone) -> impl IntoView + use<> {
    let when = line.at.parse().map(|at| date_with_year(zone, at)).unwrap_or_else(|_| line.at.clone());
    let name = line.actor.name.clone().or(line.actor.id.clone());
    let who = match (line.actor.kind.as_str(), name) {
        ("anonymous", _) => say::BY_NOBODY.to_string(),
        ("command_line", _) => say::BY_COMMAND_LINE.to_string(),
        (kind, name) => say::by(kind, &name.unwrap_or_default()),
    };
    let address = line.address.as_deref().map(say::from);
    let named = |document: &Value| {
        let name = ["name", "title", "url"].iter().find_map(|field| document.get(field).and_then(Value::as_str));
        name.map(str::to_string)
    };
    let what = named(&line.after).or_else(|| named(&line.before)).unwrap_or_else(|| line.resource.id.clone());
    let is_of_path = matches!(line.resource.kind.as_str(), "escalation_path" | "expectations" | "scenarios");
    let what = if is_of_path {
        view! { <a class="link" href=Route::Path(line.resource.id.clone()).href()>{what}</a> }.into_any()
    } else {
        view! { <bdi>{what}</bdi> }.into_any()
    };
    let by = (line.at.clone(), when.clone());
    let (action, resource) = (say::action(&line.action), say::resource(&line.resource.kind));
    let heading = format!("{action} {resource} ");
    let outcome = say::outcome(&line.outcome);
    let document = move |title: &'static str, name: &str, value: &Value| {
        let text = if line.unreadable.iter().any(|one| one == name) {
            say::UNREADABLE.to_string()
        } else if value.is_null() {
            say::NONE.to_string()
        } else {
            serde_json::to_string_pretty(value).unwrap_or_default()
        };
        let label = format!("{title}, {when}");
        view! {
            <div class="audit-document">
                <h2>{title}</h2>
                <pre tabindex="0" role="group" aria-label=label>{text}</pre>
            </div>
        }
    };
    // They may be large, and few are looked at.
    let is_opened = RwSignal::new(false);
    let documents = move || {
        is_opened.get().then(|| {
            view! {
                {document(say::BEFORE, "before", &line.before)}
                {document(say::AFTER, "after", &line.after)}
            }
        })
    };
    view! {
        <li class="audit-line">
            <p>
                <strong>{heading}{what}</strong>
                {outcome.map(|outcome| view! { " "<span class="pill changed">{outcome}</span> })}
            </p>
            <p class="audit-by">
                <time datetime=by.0>{by.1}</time>
                ", "
                <bdi>{who}</bdi>
                {address.map(|address| format!(", {address}"))}
            </p>
            <details on:toggle=move |_| is_opened.set(true)>
                <summary>{say::SHOW}</summary>
                <div class="audit-documents">{documents}</div>
            </details>
        </li>
    }
}
