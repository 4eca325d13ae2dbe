//! Reading files, with the name of the file and the place of the fault in every error.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow, bail};
use escalation_api::{At, Faults, Json as _, PathPayload, Schedule, Value};
use escalation_engine::instant::DAY;
use escalation_engine::prove::Expectation;
use escalation_engine::schedule::{Layers, Override};
use escalation_engine::{Document, Index, Instant, Scenario, World};
use serde::Deserialize;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Reads a file, or standard input for `-`.
fn text(file: &Path) -> Result<String> {
    let name = file.display();
    let mut text = String::new();
    if file.as_os_str() == "-" {
        let read = std::io::stdin().lock().take(MAX_FILE + 1).read_to_string(&mut text);
        read.context("can't read standard input")?;
    } else {
        let opened = fs::File::open(file).with_context(|| format!("can't read {name}"))?;
        opened.take(MAX_FILE + 1).read_to_string(&mut text).with_context(|| format!("can't read {name}"))?;
    }
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_FILE) {
        bail!("{name} is too large (limit {MAX_FILE} bytes)");
    }
    Ok(text)
}

/// A path with its id, empty for one that has none; and what a bundle has beside it.
pub struct NamedPath {
    pub id: String,
    pub path: PathPayload,
    pub world: Option<Index>,
    pub expectations: Option<Vec<Expectation>>,
}

impl NamedPath {
    /// The path as a scenario has it: with its id, so that a hand-over back to it is known for one.
    pub fn inline(&self) -> Value {
        let mut value = self.path.write();
        if let (false, Some(path)) = (self.id.is_empty(), value.as_object_mut()) {
            path.insert("id".to_string(), Value::from(self.id.as_str()));
        }
        value
    }
}

/// Reads a path: as it is returned, as it is sent, the whole answer that has it, or a bundle.
pub fn path(file: &Path) -> Result<NamedPath> {
    let value: Value = serde_json::from_str(&text(file)?).with_context(|| format!("{} is not JSON", file.display()))?;
    let Document { id, path, world, expectations, .. } = Document::read(value).map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        // What a bundle has beside its path says by its place that it is not the path.
        anyhow!("{} cannot be used: {}", file.display(), errors.join("; "))
    })?;
    Ok(NamedPath { id, path, world: world.map(Index::new), expectations })
}

/// The world that is given, or else the bundle's.
pub fn world_of(file: Option<&Path>, path: &mut NamedPath) -> Result<Index> {
    match (file, path.world.take()) {
        (None, Some(world)) => Ok(world),
        (file, _) => world(file),
    }
}

/// Reads a world; without a file one in which nobody and nothing is known.
pub fn world(file: Option<&Path>) -> Result<Index> {
    let Some(file) = file else { return Ok(Index::new(World::default())) };
    let world = World::from_text(&text(file)?);
    world.map(Index::new).map_err(|error| anyhow!("{} is not a world: {error}", file.display()))
}

/// The instants that a question is about: those given, otherwise from now to where the known entries end, or a year.
pub fn horizon(from: Option<Instant>, until: Option<Instant>, index: &Index) -> Result<(Instant, Instant)> {
    let world = index.world();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = Instant::from_unix(i64::try_from(now).unwrap_or_default());
    // A world of the past or the future is asked about its own time.
    let known =
        world.entries_from.is_none_or(|from| from <= now) && world.entries_until.is_none_or(|until| now < until);
    let from = from.or(world.entries_from.filter(|_| !known)).unwrap_or(now);
    let end = from + 365 * DAY;
    let until = until.unwrap_or_else(|| world.entries_until.map_or(end, |until| until.min(end)));
    if until <= from {
        bail!("no time between {from} and {until}");
    }
    Ok((from, until))
}

/// Reads a list of expectations.
pub fn expectations(file: &Path) -> Result<Vec<Expectation>> {
    let list = Expectation::list_from_text(&text(file)?);
    list.map_err(|error| anyhow!("{} is not a list of expectations: {error}", file.display()))
}

/// Reads a schedule: as it is returned, or the whole answer that has it.
pub fn schedule(file: &Path) -> Result<Schedule> {
    let value: Value = serde_json::from_str(&text(file)?).with_context(|| format!("{} is not JSON", file.display()))?;
    let value = match value {
        Value::Object(mut answer) if answer.contains_key("schedule") => answer.remove("schedule").unwrap_or_default(),
        other => other,
    };
    Schedule::read(value).map_err(|value| {
        let mut faults = Faults::new();
        Schedule::explain(&value, &At::Top, &mut faults);
        let faults: Vec<_> = faults.iter().map(|fault| format!("{}: {fault}", fault.pointer)).collect();
        anyhow!("{} is not a schedule: {}", file.display(), faults.join("; "))
    })
}

/// An override as the API tells it.
#[derive(Deserialize)]
struct ApiOverride {
    id: Option<String>,
    schedule_id: Option<String>,
    created_at: Option<Instant>,
    rotation_id: String,
    layer_id: String,
    user: Option<ApiUser>,
    start_at: Instant,
    end_at: Instant,
}

#[derive(Deserialize)]
struct ApiUser {
    id: String,
}

#[derive(Deserialize)]
struct ApiOverrides {
    overrides: Vec<ApiOverride>,
}

/// Reads the overrides of a schedule: the answer of the API that lists them; those of other schedules are left out. They
/// are in the order in which they were made, whatever the order of the list is: of two at one time the later counts.
pub fn overrides(file: &Path, schedule: &Schedule) -> Result<Vec<Override>> {
    let list: ApiOverrides =
        serde_json::from_str(&text(file)?).with_context(|| format!("{} has no list of `overrides`", file.display()))?;
    let mut overrides = list.overrides;
    overrides.retain(|one| one.schedule_id.as_ref().is_none_or(|id| *id == schedule.id));
    // The ids of the API, too, are in the order in which they were made.
    let all_say_when = overrides.iter().all(|one| one.created_at.is_some());
    let made = |one: &ApiOverride| (one.created_at.filter(|_| all_say_when), one.id.clone());
    overrides.sort_by_key(made);
    for (position, one) in overrides.iter().enumerate() {
        let same_place = |other: &&ApiOverride| one.rotation_id == other.rotation_id && one.layer_id == other.layer_id;
        let mut others = overrides.iter().skip(position + 1).take_while(|other| made(other) == made(one));
        let clash = |other: &ApiOverride| one.start_at < other.end_at && other.start_at < one.end_at;
        if others.any(|other| same_place(&other) && clash(other) && !one.is_same(other)) {
            let (file, from) = (file.display(), one.start_at);
            bail!("{file}: of two overrides at {from} neither says when it was made (`created_at`), so none counts");
        }
    }
    for one in &overrides {
        let (file, from) = (file.display(), one.start_at);
        if one.end_at <= from {
            bail!("{file}: an override must end after it starts; one starts at {from} and ends at {}", one.end_at);
        }
        if one.user.as_ref().is_some_and(|user| user.id.trim().is_empty()) {
            bail!("{file}: the override at {from} has a user without an id");
        }
    }
    let layers = Layers::of(schedule);
    let place = |one: ApiOverride| {
        let user_id = one.user.map(|user| user.id);
        Ok(layers.place(&one.rotation_id, &one.layer_id, user_id, (one.start_at, one.end_at))?)
    };
    overrides.into_iter().map(place).collect()
}

impl ApiOverride {
    /// Whether both put the same person on call, so that it does not matter which of them counts.
    fn is_same(&self, other: &Self) -> bool {
        self.user.as_ref().map(|user| &user.id) == other.user.as_ref().map(|user| &user.id)
    }
}

/// Reads a scenario: alone, or in a case of the corpus.
pub fn scenario(file: &Path) -> Result<Scenario> {
    let mut text = text(file)?;
    if let Ok(Value::Object(mut case)) = serde_json::from_str::<Value>(&text)
        && let Some(scenario) = case.remove("scenario")
    {
        text = scenario.to_string();
    }
    Scenario::from_text(&text).map_err(|error| anyhow!("{} is not a scenario: {error}", file.display()))
}
