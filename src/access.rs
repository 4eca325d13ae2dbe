//! Who gets in, for administrators: API keys, which are made and revoked here, and sessions, which are ended here.

use escalation_engine::Instant;
use escalation_engine::calendar::Zone;
use escalation_engine::words::date_with_year;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use crate::clock;
use crate::editor::link;
use crate::net::{self, ApiKey, Net, Session};
use crate::parts::crumbs::Crumbs;
use crate::parts::dialog::Dialog;
use crate::parts::notice::Notice;
use crate::route::Route;
use crate::session::{Session as AppSession, session};
use crate::strings::{self, access as say, rights};
use crate::theme::ThemeSwitch;

/// The right to see it.
pub const RIGHT: &str = "admin";

/// What a key can allow, as the server names it.
const RIGHTS: [&str; 6] = ["view", "edit", "escalate", "respond", "act_on_behalf", "admin"];
/// After how many days a key can expire.
const EXPIRIES: [u32; 3] = [30, 90, 365];
/// After how many it does, unless something else is chosen.
const USUAL_EXPIRY: u32 = 90;
/// The longest name of a key, in characters.
const MAX_NAME: &str = "100";
/// A day, in seconds.
const DAY: i64 = 86_400;

/// What only administrators see; for others, that it is for them alone. Where it is not known who asks, the server says
/// whether they may.
pub fn for_administrators(title: &'static str, may: fn(AppSession) -> bool, screen: fn() -> AnyView) -> impl IntoView {
    let session = session();
    let may = move || session.me.with(Option::is_none) || may(session);
    move || {
        if may() {
            screen()
        } else {
            view! {
                <Notice title=title.to_string() hint=say::NOT_ALLOWED_HINT.to_string()>
                    <a class="primary" href=Route::List.href()>{strings::BACK_TO_PATHS}</a>
                </Notice>
            }
            .into_any()
        }
    }
}

#[component]
pub fn AccessScreen() -> impl IntoView {
    for_administrators(say::NOT_ALLOWED, may_see_keys, || Access().into_any())
}

/// Whether the reader may manage all access, or that to what a team of theirs owns.
pub fn may_see_keys(session: AppSession) -> bool {
    session.may(RIGHT) || !session.teams_with(RIGHT).is_empty()
}

/// What is about to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Taken {
    Key(String),
    Session(String),
}

/// What is known, and what is asked.
#[derive(Clone, Copy)]
struct Known {
    net: Net,
    keys: RwSignal<Option<net::List<ApiKey>>>,
    sessions: RwSignal<Option<net::List<Session>>>,
    trouble: RwSignal<Option<String>>,
    /// Whether the reader manages all access, and not that to what single teams own.
    sees_sessions: bool,
    /// How often it was read: an answer that comes after a later one says what was before.
    reads: StoredValue<u32>,
    /// With the name of what it is.
    taking: RwSignal<Option<(Taken, String)>>,
}

impl Known {
    fn read(self) {
        let net = self.net;
        let Some(number) = self.reads.try_update_value(|reads| {
            *reads += 1;
            *reads
        }) else {
            return;
        };
        spawn_local(async move {
            // Sessions are the organisation's.
            let sessions = async { if self.sees_sessions { net.sessions().await } else { Ok(net::List::default()) } };
            let (keys, sessions) = futures::future::join(net.api_keys(), sessions).await;
            if self.reads.try_get_value() != Some(number) {
                return;
            }
            let mut trouble = Vec::new();
            match keys {
                Ok(list) => drop(self.keys.try_set(Some(list))),
                Err(error) => trouble.push(error.after(say::KEYS_NOT_READ)),
            }
            match sessions {
                Ok(list) => drop(self.sessions.try_set(Some(list))),
                Err(error) => trouble.push(error.after(say::SESSIONS_NOT_READ)),
            }
            let _left = self.trouble.try_set((!trouble.is_empty()).then(|| trouble.join(" ")));
        });
    }
}

#[component]
fn Access() -> impl IntoView {
    let known = Known {
        net: session().net,
        keys: RwSignal::new(None),
        sessions: RwSignal::new(None),
        sees_sessions: session().me.with_untracked(Option::is_none) || untrack(|| session().may(RIGHT)),
        trouble: RwSignal::new(None),
        reads: StoredValue::new(0),
        taking: RwSignal::new(None),
    };
    known.read();
    let making = RwSignal::new(false);
    let zone_name = clock::viewer_zone();
    let zone = StoredValue::new(Zone::get(&zone_name).unwrap_or_else(Zone::utc));
    let when = move |text: &str| zone.with_value(|zone| told_at(zone, text));
    let keys = move || {
        let list = known.keys.get()?;
        let rows = list.items.into_iter().map(|key| key_row(key, known, when)).collect_view();
        Some(view! { {unread(list.is_whole)}<ul class="access-rows" aria-label=say::KEYS>{rows}</ul> })
    };
    let has_no_keys = move || known.keys.with(|keys| keys.as_ref().is_some_and(|keys| keys.items.is_empty()));
    let sessions = move || {
        let list = known.sessions.get()?;
        let rows = list.items.into_iter().map(|session| session_row(session, known, when)).collect_view();
        Some(view! { {unread(list.is_whole)}<ul class="access-rows" aria-label=say::SESSIONS>{rows}</ul> })
    };
    let has_no_sessions = move || known.sessions.with(|all| all.as_ref().is_some_and(|all| all.items.is_empty()));
    view! {
        <header class="bar">
            <Crumbs/>
            <h1>{say::ACCESS}</h1>
            <span class="spring"></span>
            <ThemeSwitch/>
            <button class="primary" on:click=move |_| making.set(true)>{say::CREATE_KEY}</button>
        </header>
        <main class="list access">
            <p class="list-note">{strings::save::times_in(&zone_name)}</p>
            {move || known.trouble.get().map(|text| view! { <p class="fault" role="alert">{text}</p> })}
            <section>
                <h2>{say::KEYS}</h2>
                <p class="list-note">{say::ABOUT_KEYS}</p>
                <Show when=has_no_keys><p>{say::NO_KEYS}</p></Show>
                {keys}
            </section>
            <Show when=move || known.sees_sessions>
                <section>
                    <h2>{say::SESSIONS}</h2>
                    <p class="list-note">{say::ABOUT_SESSIONS}</p>
                    <Show when=has_no_sessions><p>{say::NO_SESSIONS}</p></Show>
                    {sessions}
                </section>
            </Show>
        </main>
        <Show when=move || making.get()><NewKey making known/></Show>
        {move || known.taking.get().map(|(what, name)| view! { <TakeAway what name known/> })}
    }
}

fn unread(is_whole: bool) -> Option<impl IntoView> {
    (!is_whole).then(|| view! { <p class="fault" role="alert">{say::SOME_UNREADABLE}</p> })
}

/// An instant of the server in a zone, to the minute; or as it came.
fn told_at(zone: &Zone, text: &str) -> String {
    let Ok(at) = text.parse::<Instant>() else { return text.to_string() };
    date_with_year(zone, Instant::from_unix(at.unix().div_euclid(60) * 60))
}

fn key_row(key: ApiKey, known: Known, when: impl Fn(&str) -> String) -> impl IntoView {
    let rights = key.rights.iter().map(|right| say::right(right)).collect::<Vec<_>>().join(", ");
    let teams =
        key.team_ids.as_ref().map(|ids| ids.iter().map(|id| session().team_name(id)).collect::<Vec<_>>().join(", "));
    let used = key.last_used_at.as_deref().map_or(say::NEVER_USED.to_string(), |at| say::last_used(&when(at)));
    let ends = key.expires_at.as_deref().map_or(say::NEVER_EXPIRES.to_string(), |at| say::expires(&when(at)));
    let made = say::created(&when(&key.created_at), key.created_by.as_deref());
    let is_over = key.revoked_at.is_some();
    let state = key.revoked_at.as_deref().map(|at| say::revoked(&when(at)));
    let take = (Taken::Key(key.id), key.name.clone());
    let label = say::revoke(&key.name);
    view! {
        <li class="access-row" class:over=is_over>
            <div>
                <p>
                    <strong><bdi>{key.name}</bdi></strong>
                </p>
                <p class="access-about">{escalation_api::capitalised(&rights)}</p>
                {teams.map(|teams| view! { <p class="access-about">{say::only_teams(&teams)}</p> })}
                <p class="access-about">{made}" "{used}" "{state.unwrap_or(ends)}</p>
            </div>
            {(!is_over).then(|| view! {
                <button class="quiet" aria-label=label on:click=move |_| known.taking.set(Some(take.clone()))>{say::REVOKE}</button>
            })}
        </li>
    }
}

fn session_row(one: Session, known: Known, when: impl Fn(&str) -> String) -> impl IntoView {
    let used = say::session_used(&when(&one.used_at), &when(&one.lasts_until));
    let account = one.account;
    let in_teams = account
        .team_roles
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, role)| rights::team_role(role.as_str().unwrap_or_default(), &session().team_name(id)));
    // Whoever has no role in the organisation reads.
    let own = Some(account.role.as_str()).filter(|role| *role != "none");
    let role =
        own.map(|role| rights::role(role).to_string()).into_iter().chain(in_teams).collect::<Vec<_>>().join(", ");
    let take = (Taken::Session(one.id), account.name.clone());
    let label = say::end_session_of(&account.name);
    view! {
        <li class="access-row">
            <div>
                <p>
                    <strong><bdi>{account.name}</bdi></strong>
                    {account.email.map(|email| view! { " "<bdi>{email}</bdi> })}
                </p>
                <p class="access-about">{role}". "{used}</p>
            </div>
            <button class="quiet" aria-label=label on:click=move |_| known.taking.set(Some(take.clone()))>{say::END_SESSION}</button>
        </li>
    }
}

/// Asks before something is taken away.
#[component]
fn TakeAway(what: Taken, name: String, known: Known) -> impl IntoView {
    let busy = RwSignal::new(false);
    let net = session().net;
    let trouble = RwSignal::new(String::new());
    let leave = move || known.taking.set(None);
    let (title, hint, act) = match &what {
        Taken::Key(_) => (say::revoke_key(&name), say::REVOKE_HINT, say::REVOKE),
        Taken::Session(_) => (say::end_session(&name), say::END_HINT, say::END_SESSION),
    };
    let take = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let what = what.clone();
        spawn_local(async move {
            let done = match &what {
                Taken::Key(id) => net.revoke_key(id).await,
                Taken::Session(id) => net.end_session(id).await,
            };
            match done {
                // What is not there any more somebody else has taken away.
                Err(error) if !error.is_not_found() => {
                    // Twice does no harm.
                    let told =
                        if error.may_be_done() { say::MAY_BE_DONE.to_string() } else { error.after(say::NOT_DONE) };
                    let _left = trouble.try_set(told);
                    let _left = busy.try_set(false);
                }
                Ok(()) | Err(_) => {
                    let _left = known.taking.try_set(None);
                    known.read();
                }
            }
        });
    };
    view! {
        <Dialog label=title.clone() leave>
            <form on:submit=take>
                <h2>{title}</h2>
                <p class="hint">{hint}</p>
                <p class="fault" role="alert">{move || trouble.get()}</p>
                <div class="dialog-actions">
                    <button type="button" class="quiet" autofocus=true on:click=move |_| leave()>{strings::transfer::CANCEL}</button>
                    <span class="spring"></span>
                    <button class="primary danger" disabled=move || busy.get()>{act}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// Makes a key, and shows it once.
#[component]
fn NewKey(making: RwSignal<bool>, known: Known) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let rights = RwSignal::new(vec!["view"]);
    let expiry = RwSignal::new(Some(USUAL_EXPIRY));
    let own = (!known.sees_sessions).then(|| session().teams_with(RIGHT));
    let team = RwSignal::new(own.as_ref().and_then(|own| own.first().cloned()));
    let busy = RwSignal::new(false);
    let net = session().net;
    let trouble = RwSignal::new(String::new());
    let secret = RwSignal::new(None::<String>);
    let leave = move || making.set(false);
    let ready =
        move || !busy.get() && name.with(|name| !name.trim().is_empty()) && rights.with(|rights| !rights.is_empty());
    let make = move |event: SubmitEvent| {
        event.prevent_default();
        if !untrack(ready) {
            return;
        }
        busy.set(true);
        trouble.set(String::new());
        let until = expiry.get_untracked().map(|days| clock::now() + i64::from(days) * DAY);
        let (name, rights, team) = (name.get_untracked(), rights.get_untracked(), team.get_untracked());
        spawn_local(async move {
            match net.make_key(name.trim(), &rights, team.as_deref(), until).await {
                Ok(made) => {
                    let _left = secret.try_set(Some(made));
                }
                Err(error) => {
                    // One whose secret nobody has seen is of no use, and is seen in the list.
                    let told =
                        if error.may_be_done() { say::MAY_BE_MADE.to_string() } else { error.after(say::NOT_MADE) };
                    let _left = trouble.try_set(told);
                }
            }
            known.read();
            let _left = busy.try_set(false);
        });
    };
    let choices = RIGHTS.map(|right| {
        let is_chosen = move || rights.with(|rights| rights.contains(&right));
        let choose = move |event| {
            let chosen = event_target_checked(&event);
            rights.update(|rights| {
                rights.retain(|one| *one != right);
                if chosen {
                    rights.push(right);
                }
            });
        };
        view! {
            <label class="access-right">
                <input type="checkbox" prop:checked=is_chosen on:change=choose/>
                <span>{say::right(right)}</span>
            </label>
        }
    });
    let expiries = EXPIRIES.map(|days| {
        view! { <option value=days.to_string() selected={days == USUAL_EXPIRY}>{say::after_days(days)}</option> }
    });
    let is_everybody = own.is_none();
    let teams = session().teams.get_untracked();
    let ids = own.unwrap_or_else(|| teams.iter().map(|team| team.id.clone()).collect());
    let teams = ids.into_iter().map(|id| view! { <option value=id.clone()>{session().team_name(&id)}</option> });
    let teams = teams.collect_view();
    let form = view! {
        <form on:submit=make>
            <h2>{say::CREATE_KEY}</h2>
            <label class="field-label" for="key-name">{say::NAME}</label>
            <input
                id="key-name"
                class="field"
                autofocus=true
                autocomplete="off"
                spellcheck="false"
                dir="auto"
                maxlength=MAX_NAME
                placeholder=say::NAME_HINT
                on:input=move |event| name.set(event_target_value(&event))
            />
            <fieldset class="access-rights">
                <legend class="field-label">{say::RIGHTS}</legend>
                {choices.collect_view()}
            </fieldset>
            <label class="field-label" for="key-team">{say::TEAM}</label>
            <select id="key-team" class="field" on:change=move |event| {
                let id = event_target_value(&event);
                team.set((!id.is_empty()).then_some(id));
            }>
                {is_everybody.then(|| view! { <option value="">{say::ALL_TEAMS}</option> })}
                {teams}
            </select>
            <label class="field-label" for="key-expiry">{say::EXPIRES}</label>
            <select id="key-expiry" class="field" on:change=move |event| expiry.set(event_target_value(&event).parse().ok())>
                {expiries.collect_view()}
                <option value="">{say::NEVER}</option>
            </select>
            <p class="fault" role="alert">{move || trouble.get()}</p>
            <div class="dialog-actions">
                <button type="button" class="quiet" on:click=move |_| leave()>{strings::transfer::CANCEL}</button>
                <span class="spring"></span>
                <button class="primary" disabled=move || !ready()>{say::CREATE}</button>
            </div>
        </form>
    };
    view! {
        <Dialog label=say::CREATE_KEY class="import" leave>
            <div hidden=move || secret.with(Option::is_some)>{form}</div>
            {move || secret.get().map(|secret| view! { <Made secret leave/> })}
        </Dialog>
    }
}

/// The key that was made: it is shown here, and nowhere again.
#[component]
fn Made(secret: String, leave: impl Fn() + Copy + 'static) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let said = RwSignal::new("");
    let text = StoredValue::new(secret.clone());
    Effect::new(move || {
        if let Some(field) = field.get() {
            request_animation_frame(move || {
                let _focused = field.focus();
                field.select();
            });
        }
    });
    let copy = move |_| {
        link::put(text.get_value(), move |copied| {
            let _left = said.try_set(if copied { say::COPIED } else { strings::NOT_COPIED });
        });
    };
    view! {
        <div>
            <h2>{say::MADE}</h2>
            <p class="hint">{say::ONLY_NOW}</p>
            <input node_ref=field class="field access-secret" readonly aria-label=say::KEY prop:value=secret/>
            <p class="hint" role="status">{move || said.get()}</p>
            <div class="dialog-actions">
                <button type="button" class="quiet" on:click=copy>{say::COPY}</button>
                <span class="spring"></span>
                <button type="button" class="primary" on:click=move |_| leave()>{say::DONE}</button>
            </div>
        </div>
    }
}
