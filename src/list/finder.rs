//! Finding a path among many: words, a team, what is wrong, and the order.

use std::sync::Arc;

use escalation_editor::search;
use leptos::prelude::*;

use super::row::Row;
use crate::parts::text::{folded, in_order};
use crate::session::{Session, session};
use crate::strings;

/// From so many paths on they can be searched.
const MANY: usize = 4;

/// Which paths are shown, and in what order. It stays for as long as the page does.
#[derive(Clone, Copy)]
pub struct Finder {
    typed: RwSignal<String>,
    /// The id of a team; empty: whoever owns them.
    team: RwSignal<String>,
    only: RwSignal<Only>,
    order: RwSignal<Order>,
}

/// Which paths are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    All,
    WithProblems,
    PagesNobody,
    WithDraft,
}

/// In what order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Name,
    Problems,
    Size,
}

const ONLY: [(Only, &str); 4] = [
    (Only::All, strings::list::ALL),
    (Only::WithProblems, strings::list::WITH_PROBLEMS),
    (Only::PagesNobody, strings::list::PAGES_NOBODY),
    (Only::WithDraft, strings::list::WITH_DRAFT),
];

const ORDERS: [(Order, &str); 3] = [
    (Order::Name, strings::list::BY_NAME),
    (Order::Problems, strings::list::BY_PROBLEMS),
    (Order::Size, strings::list::BY_SIZE),
];

impl Finder {
    pub fn new() -> Self {
        Self {
            typed: RwSignal::new(String::new()),
            team: RwSignal::new(String::new()),
            only: RwSignal::new(Only::All),
            order: RwSignal::new(Order::Name),
        }
    }

    /// Whether anything is left out.
    fn narrows(self) -> bool {
        self.typed.with(|typed| !typed.trim().is_empty())
            || self.team.with(|team| !team.is_empty())
            || self.only.get() != Only::All
    }

    fn clear(self) {
        self.typed.set(String::new());
        self.team.set(String::new());
        self.only.set(Only::All);
    }

    /// The rows that are shown, in their order.
    pub fn find(self, session: Session) -> Vec<Arc<Row>> {
        let (typed, team, only, order) =
            (folded(&self.typed.get()), self.team.get(), self.only.get(), self.order.get());
        let fits = |row: &Arc<Row>| {
            let has = match only {
                Only::All => true,
                Only::WithProblems => row.problems > 0,
                Only::PagesNobody => row.pages_nobody,
                Only::WithDraft => session.draft_of(&row.id).is_some(),
            };
            has && (team.is_empty() || row.teams.contains(&team))
        };
        let mut rows: Vec<_> = session.rows.with(|rows| rows.iter().filter(|row| fits(row)).cloned().collect());
        if !typed.trim().is_empty() {
            // The order of the list is what was chosen, not how well each fits.
            rows.retain(|row| search::rank(&typed, &folded(&words(session, row))).is_some());
        }
        match order {
            Order::Name => {}
            Order::Problems => rows.sort_by(|a, b| b.problems.cmp(&a.problems).then(in_order(&a.name, &b.name))),
            Order::Size => rows.sort_by(|a, b| b.steps.cmp(&a.steps).then(in_order(&a.name, &b.name))),
        }
        rows
    }
}

/// What a path is found by: its name, its teams and who is paged first.
fn words(session: Session, row: &Row) -> String {
    let teams = session.teams.with(|teams| {
        let named = teams.iter().filter(|team| row.teams.contains(&team.id)).map(|team| team.name.clone());
        named.collect::<Vec<_>>().join(" ")
    });
    format!("{} {teams} {}", row.name, row.first)
}

/// The fields above the list.
#[component]
pub fn FinderBar(
    /// How many paths are shown.
    shown: Memo<usize>,
) -> impl IntoView {
    let session = session();
    let finder = session.finder;
    let all = move || session.rows.with(|rows| rows.len());
    let is_useful = Memo::new(move |_| all() >= MANY);
    let teams = move || {
        session.teams.with(|teams| {
            let options = teams.iter().map(|team| {
                let (id, name) = (team.id.clone(), team.name.clone());
                let is_chosen = finder.team.with_untracked(|chosen| *chosen == id);
                view! { <option value=id selected=is_chosen>{name}</option> }
            });
            options.collect_view()
        })
    };
    let narrows = Memo::new(move |_| finder.narrows());
    let count = move || {
        narrows.get().then(|| {
            view! {
                <p class="list-note" role="status">
                    {strings::list::found(shown.get(), all())}
                    " "
                    <button class="link" on:click=move |_| finder.clear()>{strings::list::SHOW_ALL}</button>
                </p>
            }
        })
    };
    move || {
        is_useful.get().then(|| {
            view! {
                <div class="finder" role="search">
                    <input
                        type="search"
                        class="field grow"
                        aria-label=strings::list::SEARCH
                        placeholder=strings::list::SEARCH_HINT
                        autocomplete="off"
                        spellcheck="false"
                        dir="auto"
                        maxlength="200"
                        prop:value=move || finder.typed.get()
                        on:input=move |event| finder.typed.set(event_target_value(&event))
                    />
                    <select
                        class="field"
                        aria-label=strings::list::TEAM
                        prop:value=move || finder.team.get()
                        on:change=move |event| finder.team.set(event_target_value(&event))
                    >
                        <option value="">{strings::list::ALL_TEAMS}</option>
                        {teams}
                    </select>
                    <Choice label=strings::list::SHOW all=ONLY.to_vec() chosen=finder.only/>
                    <Choice label=strings::list::SORT all=ORDERS.to_vec() chosen=finder.order/>
                </div>
                {count}
            }
        })
    }
}

#[component]
fn Choice<T: Copy + PartialEq + Send + Sync + 'static>(
    label: &'static str,
    all: Vec<(T, &'static str)>,
    chosen: RwSignal<T>,
) -> impl IntoView {
    let options = all.iter().enumerate().map(|(position, (value, name))| {
        let is_chosen = chosen.with_untracked(|chosen| chosen == value);
        view! { <option value=position.to_string() selected=is_chosen>{*name}</option> }
    });
    let options = options.collect_view();
    let all = StoredValue::new(all);
    let position = move || all.with_value(|all| all.iter().position(|(value, _)| *value == chosen.get()));
    view! {
        <select
            class="field"
            aria-label=label
            prop:value=move || position().unwrap_or_default().to_string()
            on:change=move |event| {
                let value = event_target_value(&event).parse::<usize>().ok();
                let value = value.and_then(|position| all.with_value(|all| all.get(position).map(|(value, _)| *value)));
                if let Some(value) = value {
                    chosen.set(value);
                }
            }
        >
            {options}
        </select>
    }
}
