//! Whether there is always somebody, when there is not, and what each person carries.

use escalation_editor::coverage::{Load, colour, is_partly_open, loads, stretch_of_time, summary, title};
use escalation_editor::expect::State;
use leptos::prelude::*;

use super::simulate;
use crate::editor::state::Open;
use crate::parts::text::in_order;
use crate::strings::coverage as words;
use crate::strings::panel::more_times;

/// So many holes are listed.
const MOST: usize = 50;

/// By what people are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Name,
    All,
    Night,
    Weekend,
}

#[component]
pub fn CoverageSidebar() -> impl IntoView {
    view! {
        <div class="cover-beside">
            <Holes/>
            <People/>
        </div>
    }
}

#[component]
fn Holes() -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let found = move || {
        let found = coverage.listed.get()?;
        let zone = open.zone();
        let summary = summary(&found.rows, &found.index, &zone);
        let class = match summary.state {
            State::Holds => "cover-summary holds",
            State::Broken => "cover-summary broken",
            State::Unsure | State::Nothing => "cover-summary unsure",
        };
        let more = summary.holes.len().saturating_sub(MOST);
        let holes = summary.holes.iter().take(MOST).map(|hole| {
            let names: Vec<String> =
                hole.rows.iter().filter_map(|row| found.rows.get(*row)).map(|row| row.name(&found.index)).collect();
            let text = words::hole(&stretch_of_time(hole.from, hole.until, &zone), &names.join(", "));
            let (row, at) = (hole.rows.first().copied().unwrap_or_default(), hole.from);
            view! { <li><button class="link" on:click=move |_| simulate(open, row, at)>{text}</button></li> }
        });
        let list = (!summary.holes.is_empty()).then(|| {
            let more = (more > 0).then(|| view! { <li class="hint">{more_times(more)}</li> });
            view! { <ul class="cover-holes" aria-label=words::HOLES>{holes.collect_view()}{more}</ul> }
        });
        Some(view! {
            <p class=class data-summary><i class="verdict-mark" aria-hidden="true"></i>{summary.sentence}</p>
            {list}
        })
    };
    view! { <div class:stale=move || !coverage.is_fresh.get()>{found}</div> }
}

#[component]
fn People() -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let by = RwSignal::new(By::All);
    let all = Memo::new(move |_| {
        let (found, rank) = (coverage.listed.get(), coverage.question.get().rank());
        found.map_or_else(Vec::new, |found| loads(&found.rows, rank, &open.zone()))
    });
    let is_open = Memo::new(move |_| {
        let (found, rank) = (coverage.listed.get(), coverage.question.get().rank());
        found.is_some_and(|found| is_partly_open(&found.rows, rank))
    });
    let open_hint = move || is_open.get().then(|| view! { <p class="hint" data-open>{words::PEOPLE_DEPEND}</p> });
    let rows = move || {
        let Some(found) = coverage.listed.get() else { return Vec::new() };
        let mut all: Vec<(String, Load)> =
            all.get().into_iter().map(|load| (found.index.user_name(&load.id).to_string(), load)).collect();
        all.sort_by(|(one, a), (other, b)| match by.get() {
            By::Name => in_order(one, other),
            By::All => b.all.cmp(&a.all),
            By::Night => b.night.cmp(&a.night),
            By::Weekend => b.weekend.cmp(&a.weekend),
        });
        let row = |(name, load): (String, Load)| {
            let colour = colour(&found.people, &load.id);
            let plain = colour.strip_suffix(" textured").map(str::to_string);
            let texture =
                plain.is_some().then(|| view! { <rect class="texture" width="26" height="18" rx="3"></rect> });
            let letters = escalation_editor::card::initials(&name);
            view! {
                <tr>
                    <th scope="row">
                        <span>
                            <svg class="swatch" width="26" height="18" aria-hidden="true">
                                <rect class=plain.unwrap_or(colour) width="26" height="18" rx="3"></rect>
                                {texture}
                                <text class="on-people" x="13" y="13" text-anchor="middle">{letters}</text>
                            </svg>
                            {name}
                        </span>
                    </th>
                    <td>{words::hours(load.all)}</td>
                    <td>{words::hours(load.night)}</td>
                    <td>{words::hours(load.weekend)}</td>
                </tr>
            }
        };
        all.into_iter().map(row).collect::<Vec<_>>()
    };
    let head = move |this: By, name: &'static str, hint: &'static str| {
        let sort = move |_| {
            by.set(this);
            open.session.say(words::sorted(name));
        };
        let sorted = move || (by.get() == this).then_some(if this == By::Name { "ascending" } else { "descending" });
        view! {
            <th scope="col" aria-sort=sorted title=hint>
                <button on:click=sort>{name}</button>
            </th>
        }
    };
    let label = move || {
        words::by_person(&title(escalation_editor::coverage::CoverageQuestion::Rank(coverage.question.get().rank())))
    };
    view! {
        <h3>{label}</h3>
        <Show
            when=move || all.with(|all| !all.is_empty())
            fallback=move || (coverage.listed.with(Option::is_some) && !is_open.get()).then(|| view! { <p class="hint">{words::NO_PEOPLE}</p> })
        >
            <table class="cover-people" class:stale=move || !coverage.is_fresh.get() aria-label=label>
                <thead>
                    <tr>
                        {head(By::Name, words::PERSON, "")}
                        {head(By::All, words::HOURS, words::HOURS_HINT)}
                        {head(By::Night, words::NIGHTS, words::NIGHTS_HINT)}
                        {head(By::Weekend, words::WEEKENDS, words::WEEKENDS_HINT)}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="hint">{words::COUNTED}</p>
        </Show>
        {open_hint}
    }
}
