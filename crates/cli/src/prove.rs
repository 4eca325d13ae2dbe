//! `escalation prove`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use escalation_engine::prove::{Expect, Expectation, Horizon, PriorityInterval, Scope, Verdict, VerdictKind, prove};
use escalation_engine::{CompiledPath, Index, Instant, Scenario};

use crate::output::plain;
use crate::{Findings, Format, input, output};

#[derive(clap::Args)]
pub struct Options {
    /// The path, or a bundle: one file with the `path`, the `world` and the `expectations`
    path: PathBuf,

    /// World the path refers to; replaces the bundle's
    #[arg(long)]
    world: Option<PathBuf>,

    /// Expectations, a JSON list [default: somebody is paged, every step is reached]
    #[arg(long)]
    expectations: Option<PathBuf>,

    /// First alert time [default: now, or where the known entries begin]
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,

    /// End of alert times, exclusive [default: where the known entries end, at most a year later]
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,
}

pub fn run(options: &Options, format: Format) -> Result<Findings> {
    let mut path = input::path(&options.path)?;
    if options.world.is_none() && path.world.is_none() {
        bail!("no world given: use --world, or a bundle that has one");
    }
    let index = input::world_of(options.world.as_deref(), &mut path)?;
    let expectations = match (&options.expectations, path.expectations.take()) {
        (Some(file), _) => input::expectations(file)?,
        (None, Some(expectations)) => expectations,
        (None, None) => [Expect::PagesSomeone, Expect::EveryNodeReachable].map(Expectation::new).to_vec(),
    };
    let (from, until) = input::horizon(options.from, options.until, &index)?;
    let compiled = CompiledPath::new(&path.id, &path.path, &index);
    let scenario = Scenario { path: Some(path.inline()), ..Scenario::default() };
    let verdicts = prove(&compiled, &index, &Horizon { from, until, scenario }, &expectations);
    let verdicts = verdicts
        .map_err(|error| anyhow!("{}: {error}", options.expectations.as_ref().unwrap_or(&options.path).display()))?;
    match format {
        Format::Json => output::json(&verdicts)?,
        Format::Text => output::text(&(table(&verdicts, &index, until) + "\n"))?,
    }
    // Whoever says until when it must hold is not content with less.
    let covers = |verdict: &Verdict| options.until.is_none_or(|until| until <= verdict.scope.until);
    let holds = |verdict: &Verdict| match verdict.verdict {
        VerdictKind::Proven => covers(verdict),
        VerdictKind::NotApplicable => true,
        VerdictKind::Refuted | VerdictKind::Incomplete => false,
    };
    Ok(if verdicts.iter().all(holds) { Findings::Nothing } else { Findings::Something })
}

fn table(verdicts: &[Verdict], index: &Index, until: Instant) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    for verdict in verdicts {
        let scope = &verdict.scope;
        let (word, about) = match verdict.verdict {
            VerdictKind::Proven => {
                let rest = if scope.until < until { "; unknown after that" } else { "" };
                ("proven", format!("at every instant from {} until {}{rest}", scope.from, scope.until))
            }
            VerdictKind::Refuted => ("refuted", refuted(verdict, index)),
            VerdictKind::NotApplicable => ("not applicable", "nothing on the path that this applies to".to_string()),
            VerdictKind::Incomplete => ("incomplete", incomplete(verdict, index)),
        };
        table.add_row([word, &verdict.expectation.sentence(index), &about].map(plain));
    }
    let mut scopes: Vec<String> = Vec::new();
    for verdict in verdicts {
        let Scope { cells, assumed, limit, .. } = &verdict.scope;
        let limit = limit.as_ref().map_or(String::new(), |limit| format!("; {limit}"));
        let scope = plain(&format!("{cells} cells; assumed: {}{limit}", assumed.join("; ")));
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    format!("{table}\n\n{}", scopes.join("\n"))
}

fn refuted(verdict: &Verdict, index: &Index) -> String {
    let Some(first) = verdict.refuted_during.first() else { return format!("never: {}", verdict.never.join(", ")) };
    let priority = index.priority_name(&first.priority_id);
    let more = match verdict.refuted_during.len() - 1 {
        0 => String::new(),
        count => format!(", and {count} more times"),
    };
    format!("{priority} from {} until {}{more}", first.from, first.until)
}

fn incomplete(verdict: &Verdict, index: &Index) -> String {
    let Expectation { expect, pairs, .. } = &verdict.expectation;
    if *expect == Expect::NotLouderThan && pairs.is_none() && !index.world().knows_priority_order() {
        return "the order of priorities is unknown: set `pairs`".to_string();
    }
    let unknown = &verdict.unknown_during;
    let more = match unknown.iter().map(|during| (during.from, during.until)).collect::<BTreeSet<_>>().len() {
        0 | 1 => String::new(),
        2 => ", and at another time".to_string(),
        count => format!(", and at {} other times", count - 1),
    };
    let first = |during: &PriorityInterval| format!("unknown from {} until {}{more}", during.from, during.until);
    unknown.first().map_or(String::new(), first)
}
