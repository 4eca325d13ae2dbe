//! Every step with its time, its reason and its rule: as a list, or as a table.

use std::sync::Arc;

use escalation_editor::pins::stopped_at;
use escalation_editor::words::{self, StepWords};
use escalation_engine::Seconds;
use escalation_engine::words::date_and_time;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use super::near::{Near, POSITION};
use super::pins::Decide;
use crate::editor::link;
use crate::editor::state::Open;
use crate::later;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::strings;

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// When, after the alert fired.
    at: Seconds,
    /// The same in words.
    after: String,
    /// The time of day, with the date where it is asked for.
    time: String,
    words: StepWords,
    rule: String,
    node_id: Option<String>,
    /// The branch at which the run stopped because nobody can say which way it goes.
    stuck: Option<String>,
}

/// The steps that are shown, and how many there are before and after them.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    rows: Vec<Row>,
    before: usize,
    more: usize,
}

/// So many steps are listed at first, and so many more as somebody comes to their end: a path may repeat itself a
/// thousand times, and each edit draws anew what is listed.
const MOST: usize = 100;
/// So many more are listed each time that somebody asks for more, and for print.
const MORE: usize = 500;
/// Of those that are listed around a time far from the beginning, so many come before it.
const BEFORE: usize = 80;
/// So near to the end of the list more is listed, in pixels.
const NEAR: i32 = 400;

/// Which steps are listed: some thousand rows at once would hold up the page.
#[derive(Clone, Copy)]
struct Listed {
    /// The position of the first in the run.
    from: RwSignal<usize>,
    /// How many at most.
    most: RwSignal<usize>,
}

impl Listed {
    /// Lists more of those before.
    fn earlier(self) {
        let by = self.from.get_untracked().min(MORE);
        self.from.update(|from| *from -= by);
        self.most.update(|most| *most += by);
    }

    /// Lists more of those behind.
    fn later(self, by: usize) {
        self.most.update(|most| *most += by);
    }

    /// Lists those around a step by its position among so many; whether they were not listed already.
    fn around(self, position: usize, count: usize) -> bool {
        let from = position.saturating_sub(BEFORE).min(count.saturating_sub(MOST));
        let from = if position < MOST { 0 } else { from };
        let is_other = self.from.get_untracked() != from;
        if is_other {
            self.most.set(MOST);
            self.from.set(from);
        }
        is_other
    }
}

#[component]
pub fn Steps() -> impl IntoView {
    let open = expect_context::<Open>();
    let pages_only = RwSignal::new(false);
    let as_table = open.playback.as_table;
    let listed = Listed { from: RwSignal::new(0), most: RwSignal::new(MOST) };
    // Another run is listed from its beginning.
    Effect::new(move |_| {
        open.trace.track();
        if listed.from.get_untracked() > 0 {
            listed.from.set(0);
        }
    });
    let shown = Memo::new(move |_| {
        let (pages_only, dates) = (pages_only.get(), as_table.get());
        let (from, most) = (listed.from.get(), listed.most.get());
        open.tell(|told| {
            let row = |step: &escalation_engine::trace::TraceStep| {
                let words = words::step(step, told.path, told.path_id, told.index, told.zone)?;
                if pages_only && !words.is_page {
                    return None;
                }
                let time = if dates { date_and_time(told.zone, step.at) } else { open.time_of(step.after_seconds) };
                Some(Row {
                    at: step.after_seconds,
                    after: strings::after(step.after_seconds),
                    time,
                    words,
                    rule: step.rule.clone(),
                    node_id: step.node_id.clone(),
                    stuck: stopped_at(step).map(str::to_string),
                })
            };
            let before = from.min(told.trace.steps.len());
            let mut steps = told.trace.steps.iter().skip(before);
            let rows = steps.by_ref().filter_map(row).take(most).collect();
            Arc::new(Shown { rows, before, more: steps.len() })
        })
    });
    // Who scrolls to the end of what is listed goes on without a button.
    let scroll = move |event: web_sys::Event| {
        let list = event_target::<HtmlElement>(&event);
        let rest = list.scroll_height() - list.scroll_top() - list.client_height();
        if rest < NEAR && shown.with_untracked(|shown| shown.more > 0) {
            listed.later(MOST);
        }
    };
    let print = window_event_listener_untyped("beforeprint", move |_| {
        if listed.most.get_untracked() < MORE {
            listed.most.set(MORE);
        }
    });
    on_cleanup(move || print.remove());
    let frame = NodeRef::<html::Div>::new();
    keep_current(frame, open, shown, listed);
    let near = Near::new();
    watch_rows(frame, near, shown, as_table);
    let all = move || {
        if as_table.get() {
            view! { <Table shown near scroll/> }.into_any()
        } else {
            view! { <List shown near scroll/> }.into_any()
        }
    };
    let before = move || {
        let count = shown.with(|shown| shown.before);
        (count > 0).then(|| {
            view! {
                <p class="more">
                    {strings::playback::not_listed(count)}" "
                    <button type="button" class="link" on:click=move |_| listed.earlier()>
                        {strings::playback::SHOW_EARLIER}
                    </button>
                </p>
            }
        })
    };
    let more = move || {
        let count = shown.with(|shown| shown.more);
        (count > 0).then(|| {
            view! {
                <p class="more">
                    {strings::and_more(count)}" "
                    <button type="button" class="link" on:click=move |_| listed.later(MORE)>
                        {strings::playback::SHOW_MORE}
                    </button>
                </p>
            }
        })
    };
    let copy = move |_| {
        let columns = strings::playback::columns(&open.assumed.zone.get_untracked());
        let head = columns.each_ref().map(String::as_str);
        let table = untrack(|| open.tell(|told| words::table(told, &head)));
        link::put(table, move |copied| link::told(open, copied, strings::playback::COPIED));
    };
    let chosen = Signal::derive(move || Some(usize::from(as_table.get())));
    view! {
        <div class="steps" class:as-table=move || as_table.get() on:keydown=move |event| later::press_in_simulation(open, &event)>
            <div class="steps-head">
                <h3>{strings::WHAT_HAPPENS}</h3>
                <label class="check">
                    <input type="checkbox" prop:checked=move || pages_only.get() on:change=move |event| pages_only.set(event_target_checked(&event))/>
                    {strings::PAGES_ONLY}
                </label>
                <Show when=move || as_table.get()>
                    <button
                        type="button"
                        class="tool icon-only"
                        aria-label=strings::playback::COPY
                        title=strings::playback::COPY
                        on:click=copy
                    >
                        <Icon glyph=Glyph::Copy/>
                    </button>
                </Show>
                <Segments
                    label=strings::playback::AS
                    options=vec![strings::playback::LIST, strings::playback::TABLE]
                    chosen
                    choose=move |position| as_table.set(position == 1)
                />
            </div>
            <div class="steps-all" node_ref=frame>{before}{all}{more}</div>
        </div>
    }
}

/// Looks which rows are near what is seen, each time that others are listed.
fn watch_rows(frame: NodeRef<html::Div>, near: Near, shown: Memo<Arc<Shown>>, as_table: RwSignal<bool>) {
    Effect::new(move |_| {
        let (_, as_table) = (shown.track(), as_table.get());
        // Once the rows are there.
        request_animation_frame(move || {
            let Some(frame) = frame.try_get_untracked().flatten() else { return };
            let (rows, scrolled) = if as_table { ("tbody", ".table-frame") } else { ("ol", "ol") };
            let find = |what: &str| frame.query_selector(what).ok().flatten();
            let scrolled = find(scrolled).and_then(|list| list.dyn_into::<HtmlElement>().ok());
            if let (Some(list), Some(rows)) = (scrolled, find(rows)) {
                near.watch(&list, &rows);
            }
        });
    });
}

impl Row {
    /// All of it in one text, for where it is not drawn.
    fn in_short(&self) -> String {
        let Self { after, time, words, rule, .. } = self;
        let other = words.other_side.as_deref().unwrap_or_default();
        format!("{time} {after} {} {} {} {rule} {other}", words.what, words.who, words.why)
    }
}

#[component]
fn List(shown: Memo<Arc<Shown>>, near: Near, scroll: impl Fn(web_sys::Event) + 'static) -> impl IntoView {
    let rows = move || {
        let shown = shown.get();
        let rows = shown.rows.iter().cloned().zip(near.rows(shown.rows.len())).enumerate();
        rows.map(|(position, (row, is_drawn))| view! { <StepRow row position is_drawn/> }).collect_view()
    };
    view! { <ol tabindex="0" aria-label=strings::WHAT_HAPPENS on:scroll=scroll>{rows}</ol> }
}

#[component]
fn StepRow(row: Row, position: usize, is_drawn: ArcRwSignal<bool>) -> impl IntoView {
    let (is_here, choose) = choosing(row.node_id.clone());
    let (is_page, is_bad) = (row.words.is_page, row.words.is_bad);
    let far = is_drawn.clone();
    let is_far = move || !far.get();
    let drawn = move || {
        if !is_drawn.get() {
            return row.in_short().into_any();
        }
        let Row { after, time, words, rule, stuck, .. } = row.clone();
        let other = words.other_side.map(|other| view! { <span class="other-side">{other}</span> });
        view! {
            <span class="step-time"><b>{time}</b><i>{after}</i></span>
            <span class="step-words">
                <strong>{words.what}</strong>
                <span>{words.why}" "<code>{rule}</code></span>
                {other}
                {stuck.map(|node_id| view! { <Decide node_id/> })}
            </span>
        }
        .into_any()
    };
    let row = view! {
        <li class="step" class:page=is_page class:bad=is_bad class:here=is_here class:brief=is_far on:click=move |_| choose()>
            {drawn}
        </li>
    };
    row.attr(POSITION, position.to_string())
}

#[component]
fn Table(shown: Memo<Arc<Shown>>, near: Near, scroll: impl Fn(web_sys::Event) + 'static) -> impl IntoView {
    let open = expect_context::<Open>();
    let head = move || {
        let columns = strings::playback::columns(&open.assumed.zone.get());
        columns.map(|name| view! { <th scope="col">{name}</th> }).collect_view()
    };
    let rows = move || {
        let shown = shown.get();
        let rows = shown.rows.iter().cloned().zip(near.rows(shown.rows.len())).enumerate();
        rows.map(|(position, (row, is_drawn))| view! { <TableRow row position is_drawn/> }).collect_view()
    };
    view! {
        <div class="table-frame" role="region" tabindex="0" aria-label=strings::WHAT_HAPPENS on:scroll=scroll>
            <table class="trace">
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn TableRow(row: Row, position: usize, is_drawn: ArcRwSignal<bool>) -> impl IntoView {
    let (is_here, choose) = choosing(row.node_id.clone());
    let (is_page, is_bad) = (row.words.is_page, row.words.is_bad);
    let far = is_drawn.clone();
    let is_far = move || !far.get();
    let drawn = move || {
        if !is_drawn.get() {
            return view! { <td colspan="6">{row.in_short()}</td> }.into_any();
        }
        let Row { after, time, words, rule, stuck, .. } = row.clone();
        let other = words.other_side.map(|other| view! { "; "<span class="other-side">{other}</span> });
        view! {
            <td>{time}</td>
            <td>{after}</td>
            <th scope="row">{words.what}</th>
            <td>{words.who}</td>
            <td>{words.why}{other}{stuck.map(|node_id| view! { " "<Decide node_id/> })}</td>
            <td><code>{rule}</code></td>
        }
        .into_any()
    };
    let row = view! {
        <tr class="step" class:page=is_page class:bad=is_bad class:here=is_here class:brief=is_far on:click=move |_| choose()>
            {drawn}
        </tr>
    };
    row.attr(POSITION, position.to_string())
}

/// Whether the step's node is the one that is looked at, and what looks at it.
fn choosing(node_id: Option<String>) -> (impl Fn() -> bool + Send + 'static, impl Fn() + 'static) {
    let open = expect_context::<Open>();
    let here = node_id.clone();
    let is_here = move || here.is_some() && open.selected.with(|selected| *selected == here);
    let choose = move || {
        if let Some(id) = &node_id {
            open.select(Some(id.clone()));
        }
    };
    (is_here, choose)
}

/// Marks the last step that has happened at the time that is looked at, and scrolls it into view. One class on one row:
/// what comes after it is told apart by the style sheet.
fn keep_current(frame: NodeRef<html::Div>, open: Open, shown: Memo<Arc<Shown>>, listed: Listed) {
    // The position of the row, and whether it may be among those that are not listed.
    let current = Memo::new(move |_| {
        let until = open.until.get();
        shown.with(|shown| {
            let behind = shown.rows.partition_point(|row| row.at <= until);
            let is_missing = (behind == shown.rows.len() && shown.more > 0) || (behind == 0 && shown.before > 0);
            (until != Seconds::MAX).then_some((behind, is_missing))
        })
    });
    Effect::new(move |_| {
        let (current, _) = (current.get(), shown.track());
        let as_table = open.playback.as_table.get();
        if let Some((_, true)) = current {
            let until = open.until.get_untracked();
            let (behind, count) = open.trace.with_untracked(|trace| {
                (trace.steps.partition_point(|step| step.after_seconds <= until), trace.steps.len())
            });
            if listed.around(behind, count) {
                return;
            }
        }
        // Once the rows are there.
        request_animation_frame(move || {
            let Some(frame) = frame.try_get_untracked().flatten() else { return };
            mark(&frame, current.map(|(behind, _)| behind), as_table);
        });
    });
}

fn mark(frame: &HtmlElement, behind: Option<usize>, as_table: bool) {
    let (rows, scrolled) = if as_table { ("tbody", ".table-frame") } else { ("ol", "ol") };
    let find = |what: &str| frame.query_selector(what).ok().flatten();
    let before = find(".step.now");
    let row = behind.and_then(|behind| {
        let rows = find(rows)?.children();
        rows.item(u32::try_from(behind.checked_sub(1)?).ok()?)
    });
    if before != row {
        if let Some(before) = before {
            set_now(&before, false);
        }
        if let Some(row) = &row {
            set_now(row, true);
        }
    }
    let _same = frame.class_list().toggle_with_force("played", behind.is_some());
    let (Some(row), Some(scrolled)) = (row, find(scrolled)) else { return };
    // By hand: the page around it must not move.
    let (row, around) = (row.get_bounding_client_rect(), scrolled.get_bounding_client_rect());
    let head = if as_table { 32.0 } else { 0.0 };
    if row.top() >= around.top() + head && row.bottom() <= around.bottom() {
        return;
    }
    // With some of what came before it, and room for what follows.
    let shift = row.top() - around.top() - head - (around.height() - head) / 3.0;
    scrolled.set_scroll_top(scrolled.scroll_top() + shift.round() as i32);
}

fn set_now(row: &Element, is_now: bool) {
    let _same = row.class_list().toggle_with_force("now", is_now);
    let _same = if is_now { row.set_attribute("aria-current", "step") } else { row.remove_attribute("aria-current") };
}
