//! The page that a link leads to. To look at it changes nothing, for what scans mail follows links; its button does.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use escalation_api::Map;
use escalation_api::escalation::{RespondPayload, Response as Said};
use escalation_engine::machine::{State as Run, Who as Responder};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::addresses::RESPOND;
use crate::api::{acknowledged_by, respond};
use crate::error::{ApiError, IsFile};
use crate::links::{Action, Link, NoLink, TOKEN, key};
use crate::query::Query;
use crate::run::Escalations;
use crate::store::{Author, AuthorKind, EscalationRow};

/// How much of a description is shown, in characters.
const MAX_DESCRIPTION: usize = 4_000;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;\
    color:#1b1b1f;background:#fff}a{color:inherit}h1{font-size:1.3rem;overflow-wrap:anywhere}\
    .text{white-space:pre-wrap;overflow-wrap:anywhere}\
    button{font:inherit;padding:.7rem 1.4rem;border:0;border-radius:.4rem;color:#fff;background:#1f4fd8}\
    @media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}}";

/// Nothing is loaded, nothing runs, nobody frames it, and its form goes nowhere else.
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).ok()
});

pub(crate) fn router(escalations: Escalations) -> Router {
    Router::new()
        .route(RESPOND, get(show).post(answer))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(escalations)
}

/// How an escalation stands for whoever follows a link.
enum Standing {
    /// They may do what the link is for.
    Open,
    /// They have acknowledged.
    Yours,
    /// Somebody has acknowledged, by name where that is known.
    Taken(Option<String>),
    /// It is over: the status.
    Over(String),
    /// The page is answered, or over, and the escalation goes on.
    Passed,
}

async fn show(State(escalations): State<Escalations>, query: Query) -> Response {
    match look(&escalations, &query).await {
        Ok((link, row, standing)) => page(StatusCode::OK, &told(&link, &row, &standing, false)),
        Err(response) => response,
    }
}

async fn answer(State(escalations): State<Escalations>, author: Author, query: Query) -> Response {
    let link = match look(&escalations, &query).await {
        Ok((link, _, Standing::Open)) => link,
        Ok((link, row, standing)) => return page(StatusCode::OK, &told(&link, &row, &standing, false)),
        Err(response) => return response,
    };
    let response = match link.action {
        Action::Ack => Said::Ack,
        Action::Nack => Said::Nack,
    };
    let payload = RespondPayload { response, snooze_details: None, extra: Map::new() };
    let who = Responder::User(link.user.as_str().into());
    // The link says who, whoever has it.
    let author = Author { kind: AuthorKind::Link, id: Some(link.user.clone()), name: None, ..author };
    let is_done = match respond(&escalations, &author, &link.escalation, who, Some(link.entry), payload).await {
        Ok(()) => true,
        // Somebody was faster.
        Err(error) if error.status() == StatusCode::CONFLICT => false,
        Err(error) => return failed(&error),
    };
    match look(&escalations, &query).await {
        Ok((link, row, standing)) => page(StatusCode::OK, &told(&link, &row, &standing, is_done)),
        Err(response) => response,
    }
}

/// What a request asks for, and how that stands; or the page that says why there is nothing.
async fn look(escalations: &Escalations, query: &Query) -> Result<(Link, EscalationRow, Standing), Response> {
    let found = async {
        let store = &escalations.store;
        let key = key(store).await?;
        let now = escalations.clock.now(store).await?.div_euclid(1_000);
        let link = match Link::read(query.get(TOKEN).unwrap_or_default(), &key, now) {
            Ok(link) => link,
            Err(no_link) => return Ok(Err(no_link)),
        };
        let row = store.escalation(&link.escalation).await?;
        let row = row.ok_or_else(|| ApiError::not_found("Escalation"))?;
        let run: Run = serde_json::from_str(&row.state).map_err(|error| ApiError::internal(&error))?;
        let standing = stands(escalations, &link, &row, &run).await?;
        Ok(Ok((link, row, standing)))
    };
    match found.await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(NoLink::Forged)) => Err(page(
            StatusCode::FORBIDDEN,
            &shell(
                "This link is not valid",
                &html! {
                    p { "Nothing was changed. If the link was cut off in the mail, copy all of it." }
                },
            ),
        )),
        Ok(Err(NoLink::Expired)) => Err(page(
            StatusCode::GONE,
            &shell(
                "This link has expired",
                &html! {
                    p { "Nothing was changed. Links are good for three days after the page." }
                },
            ),
        )),
        Err(error) => Err(failed(&error)),
    }
}

async fn stands(escalations: &Escalations, link: &Link, row: &EscalationRow, run: &Run) -> Result<Standing, ApiError> {
    let who = Responder::User(link.user.as_str().into());
    let may = match link.action {
        Action::Ack => run.may_ack(&who, Some(link.entry)),
        Action::Nack => run.may_nack(&who, Some(link.entry)),
    };
    // One that was set aside is not run any more.
    if may && row.error.is_none() {
        return Ok(Standing::Open);
    }
    if let over @ ("resolved" | "cancelled" | "expired") = row.status.as_str() {
        return Ok(Standing::Over(over.to_string()));
    }
    let by = acknowledged_by(&escalations.store, &row.id).await?;
    if by.contains(&link.user) {
        return Ok(Standing::Yours);
    }
    if !run.is_acked() {
        return Ok(Standing::Passed);
    }
    let name = match by.last() {
        Some(id) => escalations.store.user(id).await?.and_then(|user| user.document).map(|user| user.name),
        None => None,
    };
    Ok(Standing::Taken(name))
}

fn told(link: &Link, row: &EscalationRow, standing: &Standing, is_done: bool) -> String {
    let nothing = "There is nothing left for you to do here.";
    let said = match (standing, link.action) {
        (Standing::Yours, Action::Ack) if is_done => {
            html! { p { strong { "You have acknowledged this escalation." } } }
        }
        (_, Action::Nack) if is_done => html! {
            p { strong { "You have declined." } " Whoever comes next on the path is paged as it says." }
        },
        (_, Action::Ack) if is_done => html! { p { strong { "Your acknowledgement has been taken." } } },
        (Standing::Open, Action::Ack) => html! {
            p { "You are paged. Acknowledge it to say that you take care of it." }
            form method="post" { button type="submit" { "Acknowledge" } }
        },
        (Standing::Open, Action::Nack) => html! {
            p { "You are paged. Decline to say that you cannot take care of it." }
            form method="post" { button type="submit" { "Decline" } }
        },
        (Standing::Yours, _) => {
            html! { p { strong { "You have already acknowledged this escalation." } " " (nothing) } }
        }
        (Standing::Taken(Some(name)), _) => html! {
            p { strong { "This escalation is already acknowledged, by " (name) "." } " " (nothing) }
        },
        (Standing::Taken(None), _) => html! {
            p { strong { "This escalation is already acknowledged." } " " (nothing) }
        },
        (Standing::Over(status), _) => html! {
            p { strong { "This escalation is over: it is " (status) "." } " " (nothing) }
        },
        (Standing::Passed, _) => html! {
            p { strong { "This page has been answered, or it is over." } " The escalation itself goes on." }
        },
    };
    let description: String = row.description.chars().take(MAX_DESCRIPTION).collect();
    shell(
        &row.title,
        &html! {
            @if !description.is_empty() { p class="text" { (description) } }
            (said)
        },
    )
}

/// A page with a title and what there is to say.
pub(crate) fn shell(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (content) } }
        }
    };
    page.into_string()
}

fn failed(error: &ApiError) -> Response {
    let said = if error.status() == StatusCode::NOT_FOUND {
        shell("There is no such escalation", &html! { p { "Nothing was changed." } })
    } else {
        tracing::error!(?error, "a link cannot be answered");
        shell("This cannot be done now", &html! { p { "It may not have worked. Try again." } })
    };
    page(error.status(), &said)
}

/// An answer that a browser shows, with a policy of its own.
pub(crate) fn page(status: StatusCode, content: &str) -> Response {
    let mut response = (status, Html(content.to_string())).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address is a secret.
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(policy) = POLICY.clone() {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        response.extensions_mut().insert(IsFile);
    }
    response
}
