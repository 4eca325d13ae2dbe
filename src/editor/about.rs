//! What a problem means, why it matters at night and how it is mended: its page, which comes with the app.

use escalation_editor::page::{self, Block, Span};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::Open;
use crate::parts::dialog::Dialog;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// The code of a problem, which leads to its page.
#[component]
pub fn Code(code: &'static str) -> impl IntoView {
    let open = expect_context::<Open>();
    view! {
        <button
            class="link code"
            aria-label=strings::edit::about(code)
            title=strings::edit::ABOUT
            on:click=move |_| open.look.about.set(Some(code))
        >
            <code>{code}</code>
        </button>
    }
}

/// The page that is open.
#[component]
pub fn About() -> impl IntoView {
    let open = expect_context::<Open>();
    move || open.look.about.get().map(|code| view! { <Page code/> })
}

#[component]
fn Page(code: &'static str) -> impl IntoView {
    let open = expect_context::<Open>();
    let text = RwSignal::new(None::<Result<String, ()>>);
    spawn_local(async move {
        let read = open.session.net.page_of(code).await.map_err(|_| ());
        let _left = text.try_set(Some(read));
    });
    let leave = move || open.look.about.set(None);
    let body = move || match text.get() {
        None => view! { <p role="status">{strings::LOADING}</p> }.into_any(),
        Some(Err(())) => view! { <p role="alert">{strings::edit::NO_PAGE}</p> }.into_any(),
        Some(Ok(text)) => page::read(&text).into_iter().map(block).collect_view().into_any(),
    };
    view! {
        <Dialog label=strings::edit::about(code) class="problem-page" light=true leave=leave>
            <header>
                <button class="tool icon-only" autofocus=true aria-label=strings::CLOSE on:click=move |_| leave()>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            <article>{body}</article>
        </Dialog>
    }
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Heading(1, words) => view! { <h2>{spans(words)}</h2> }.into_any(),
        Block::Heading(_, words) => view! { <h3>{spans(words)}</h3> }.into_any(),
        Block::Text(words) => view! { <p>{spans(words)}</p> }.into_any(),
        Block::Quote(words) => view! { <blockquote>{spans(words)}</blockquote> }.into_any(),
        // It can be scrolled by keys.
        Block::Code(text) => view! { <pre tabindex="0">{text}</pre> }.into_any(),
        Block::List(items) => {
            let items = items.into_iter().map(|words| view! { <li>{spans(words)}</li> }).collect_view();
            view! { <ul>{items}</ul> }.into_any()
        }
        Block::Table(rows) => {
            let mut rows = rows.into_iter();
            let head = rows.next().unwrap_or_default();
            let head = head.into_iter().map(|words| view! { <th scope="col">{spans(words)}</th> }).collect_view();
            let cells =
                |row: Vec<Vec<Span>>| row.into_iter().map(|words| view! { <td>{spans(words)}</td> }).collect_view();
            let rows = rows.map(|row| view! { <tr>{cells(row)}</tr> }).collect_view();
            view! { <table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table> }.into_any()
        }
    }
}

fn spans(spans: Vec<Span>) -> impl IntoView {
    let span = |span| match span {
        Span::Plain(text) => view! { <span>{text}</span> }.into_any(),
        Span::Strong(text) => view! { <strong>{text}</strong> }.into_any(),
        Span::Code(text) => view! { <code>{text}</code> }.into_any(),
    };
    spans.into_iter().map(span).collect_view()
}
