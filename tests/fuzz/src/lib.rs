//! What reads bytes that others send: answers of an API, files, drafts, links, what is pasted, headers. Each target may be
//! called with any bytes; a panic or a hang is a fault, and so is what a target finds to be untrue.
//!
//! The last of them sends requests to a server that runs: whatever they are, none is answered with an error of the server.
//!
//! `cargo test` calls each with mutated examples. `cargo xtask fuzz TARGET` has libFuzzer look for more.

mod server;

use std::sync::LazyLock;

use escalation_api::template::Template;
use escalation_api::{ErrorResponse, Json, Path, PathPayload, Pause, Schedule, Team, User, Value};
use escalation_editor::{clipboard, draft, duration, import, retry, share, tag};
use escalation_engine::calendar::Zone;
use escalation_engine::instant::DAY;
use escalation_engine::prove::{Expect, Expectation, Horizon, prove};
use escalation_engine::{CompiledPath, Index, Instant, Scenario, World, check, schedule, simulate};

/// The largest input that is looked at, in bytes: what matters fits into it, and more is slow.
pub const MAX_INPUT: usize = 32 * 1024;

/// How many steps a simulation has at most: one that never ends is cut.
const MAX_STEPS: u32 = 1_000;

/// Something that reads bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is called. It does nothing with what is no text, or too long.
    pub run: fn(&str),
}

/// All of them.
pub const TARGETS: [Target; 8] = [
    Target { name: "api", run: api },
    Target { name: "path", run: path },
    Target { name: "world", run: world },
    Target { name: "scenario", run: scenario },
    Target { name: "import", run: imported },
    Target { name: "draft", run: drafted },
    Target { name: "text", run: text },
    Target { name: "server", run: server::asked },
];

/// Calls a target with any bytes.
pub fn run(target: &Target, bytes: &[u8]) {
    if let Some(text) = str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_INPUT) {
        (target.run)(text);
    }
}

/// What is read of the API is written as it came: nothing that is not understood is lost.
fn lossless<T: Json>(text: &str) {
    let Ok(read) = T::from_text(text) else { return };
    let written = read.write();
    let again = T::read(written.clone()).map(|again| again.write());
    assert_eq!(again.as_ref().ok(), Some(&written), "what was written is read as something else");
}

fn api(text: &str) {
    lossless::<Path>(text);
    lossless::<PathPayload>(text);
    lossless::<Schedule>(text);
    lossless::<Template>(text);
    lossless::<Pause>(text);
    lossless::<User>(text);
    lossless::<Team>(text);
    lossless::<ErrorResponse>(text);
}

/// Any path in an empty world: checked, every fix applied, played and proven.
fn path(text: &str) {
    let Ok(path) = PathPayload::from_text(text) else { return };
    let index = Index::new(World::default());
    for problem in check("", &path, &index) {
        if let Some(fix) = problem.fix {
            assert!(fix.apply(&path).is_ok(), "a fix is for the path for which it was made");
        }
    }
    let compiled = CompiledPath::new("", &path, &index);
    let mut scenario = Scenario::default();
    scenario.semantics.max_steps = MAX_STEPS;
    let trace = simulate::trace(&compiled, &index, &scenario);
    assert!(trace.steps.is_sorted_by_key(|step| step.at), "steps are in the order of time");
    let from = scenario.fired_at;
    let horizon = Horizon { from, until: from + 3_600, scenario };
    let expectations = [Expect::PagesSomeone, Expect::EveryNodeReachable].map(Expectation::new);
    assert!(prove(&compiled, &index, &horizon, &expectations).is_ok(), "these take any path");
}

/// Any world: its paths are checked and simulated, whatever is in it. The same text as expectations and as a schedule.
fn world(text: &str) {
    let _expectations = Expectation::list_from_text(text);
    let from = Instant::from_unix(1_774_256_400);
    if let Ok(of) = Schedule::from_text(text) {
        let _shifts = schedule::shifts(&of, from, from + DAY);
    }
    let Ok(world) = World::from_text(text) else { return };
    let index = Index::new(world);
    let mut scenario = Scenario { fired_at: from, ..Scenario::default() };
    scenario.semantics.max_steps = MAX_STEPS;
    for path in index.world().paths.iter().take(3) {
        let payload = PathPayload::from(path);
        let _problems = check(&path.id, &payload, &index);
        let compiled = CompiledPath::new(&path.id, &payload, &index);
        let first = simulate::trace(&compiled, &index, &scenario);
        assert_eq!(first, simulate::trace(&compiled, &index, &scenario), "the same input, and another simulation");
    }
}

/// Any scenario in the world of the corpus, and as a link.
fn scenario(text: &str) {
    static INDEX: LazyLock<Index> = LazyLock::new(|| {
        let world = World::from_text(include_str!("../../corpus/worlds/base.json"));
        Index::new(world.unwrap_or_default())
    });
    if let Ok(scenario) = share::read(text) {
        let written = share::write(&scenario).ok();
        assert!(
            written.is_none_or(|written| share::read(&written).as_ref() == Ok(&scenario)),
            "a link leads elsewhere"
        );
    }
    let Ok(mut scenario) = Scenario::from_text(text) else { return };
    scenario.semantics.max_steps = scenario.semantics.max_steps.min(MAX_STEPS);
    if let Ok(trace) = simulate(&INDEX, &scenario) {
        assert_eq!(simulate(&INDEX, &scenario).as_ref(), Ok(&trace), "the same input, and another simulation");
    }
}

fn imported(text: &str) {
    let _files = import::read_all(text);
    let _pasted = clipboard::read(text);
}

fn drafted(text: &str) {
    let Ok(read) = draft::read(text) else { return };
    let written = draft::write(&read);
    let again = draft::read(&written).map(|again| draft::write(&again));
    assert_eq!(again.ok(), Some(written), "a draft comes back as another");
}

/// Short texts: what somebody types, and headers.
fn text(text: &str) {
    let _duration = duration::parse(text);
    let _wait = retry::read(text, Instant::from_unix(0));
    let _tag = tag::own(text);
    let _zone = Zone::get(text);
    if let Ok(at) = text.parse::<Instant>() {
        assert_eq!(at.to_string().parse::<Instant>().ok(), Some(at), "an instant is written as another");
    }
    let _json = serde_json::from_str::<Value>(text);
}
