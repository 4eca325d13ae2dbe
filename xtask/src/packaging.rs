//! `cargo xtask test packaging`: what is in packaging/ is read by the tools that it is for, as far as that goes without
//! starting it, and names no option of the server that there is not.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result};

use crate::{setup, shell};

const UNIT: &str = "packaging/systemd/escalation-server.service";
const USERS: &str = "packaging/systemd/escalation.sysusers.conf";
const CONTAINERFILE: &str = "packaging/container/Containerfile";
const COMPOSE: &str = "packaging/compose/compose.yaml";
const COMPOSE_VALUES: &str = "packaging/compose/example.env";
const CHART_VALUES: &str = "packaging/helm/escalation-path-builder/values.yaml";
const TABLE: &str = "docs/operating.md";

/// How much the unit may be exposed, in tenths of what `systemd-analyze security` says.
const MAX_EXPOSURE: &str = "13";

/// Flags in these files that are another program's than the server's, and whose.
const FLAGS_OF_OTHERS: &[(&str, &str, &[&str])] = &[
    (
        "packaging/container/Containerfile",
        "docker and podman",
        &[
            "--cap-drop",
            "--chmod",
            "--chown",
            "--file",
            "--format",
            "--interval",
            "--publish",
            "--retries",
            "--security-opt",
            "--start-period",
            "--tag",
            "--timeout",
            "--tmpfs",
            "--volume",
        ],
    ),
    (
        "packaging/container/Containerfile",
        "apt-get and install",
        &["--directory", "--group", "--mode", "--no-install-recommends", "--owner", "--yes"],
    ),
    ("packaging/compose/compose.yaml", "PostgreSQL", &["--dbname", "--encoding", "--username"]),
];

/// The folder for what the chart makes of its examples.
pub fn rendered() -> PathBuf {
    shell::target().join("packaging/rendered")
}

/// Has each file read by its tool, and returns how many checks passed and failed.
pub fn check() -> Result<(u64, u64)> {
    let python = setup::packaging()?;
    let tools = python.parent().context("a program is in a folder")?;
    let root = shell::root();

    // The unit is for a machine that has the server, which this one need not be.
    let folder = shell::target().join("packaging/unit");
    fs::create_dir_all(&folder)?;
    let unit = folder.join("escalation-server.service");
    let text = fs::read_to_string(root.join(UNIT)).context(UNIT)?;
    fs::write(&unit, text.replace("/usr/local/bin/escalation-server", "/bin/true"))?;

    let analyze = setup::systemd_analyze()?;
    let mut verify = shell::command(&analyze);
    verify.args(["verify", "--man=no"]).arg(&unit);
    let mut security = shell::command(&analyze);
    security.args(["security", "--offline=true", "--no-pager", "--threshold", MAX_EXPOSURE]).arg(&unit);
    let mut users = shell::command("systemd-sysusers");
    users.arg("--dry-run").arg(root.join(USERS));
    let mut lint = shell::command(tools.join("hadolint"));
    lint.args(["--failure-threshold", "info", CONTAINERFILE]);
    let mut compose = shell::command(tools.join("docker-compose"));
    compose.args(["--file", COMPOSE, "--env-file", COMPOSE_VALUES, "config", "--quiet"]);

    let mut counts = (0, 0);
    count(&mut counts, verify_unit(&mut verify));
    for command in [&mut security, &mut users, &mut lint, &mut compose] {
        count(&mut counts, run_quietly(command));
    }
    count(&mut counts, check_health());
    Ok(counts)
}

/// What a unit says wrongly is only warned about: the rest of it would be used. What is said about other units of this
/// machine does not count.
fn verify_unit(verify: &mut Command) -> Result<()> {
    let out = verify.stdin(Stdio::null()).output().context("cannot start `systemd-analyze`")?;
    let said = String::from_utf8_lossy(&out.stderr);
    let about: Vec<&str> = said.lines().filter(|line| line.contains("escalation-server.service")).collect();
    anyhow::ensure!(about.is_empty(), "{UNIT}: {}", about.join("\n"));
    anyhow::ensure!(out.status.success(), "{said}`systemd-analyze verify` failed ({})", out.status);
    Ok(())
}

/// Runs a command, and shows what it prints only if it fails: some of these print every rule that is kept.
fn run_quietly(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{name}`"))?;
    if !out.status.success() {
        let [said, errors] = [&out.stdout, &out.stderr].map(|text| String::from_utf8_lossy(text));
        anyhow::bail!("{said}{errors}`{name}` failed ({})", out.status);
    }
    Ok(())
}

fn count(counts: &mut (u64, u64), checked: Result<()>) {
    match checked {
        Ok(()) => counts.0 += 1,
        Err(error) => {
            counts.1 += 1;
            println!("{error:#}");
        }
    }
}

/// Runs the check of the image's health beside a server that is well, one that is not, and none.
fn check_health() -> Result<()> {
    let text = fs::read_to_string(shell::root().join(CONTAINERFILE)).context(CONTAINERFILE)?;
    let words = health_command(&text)?;
    let (program, rest) = words.split_first().context("the HEALTHCHECK has no command")?;
    for (answer, is_well) in [(Some("200 OK"), true), (Some("503 Service Unavailable"), false), (None, false)] {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port().to_string();
        let server = answer.map(|answer| {
            thread::spawn(move || -> std::io::Result<String> {
                let (mut client, _) = listener.accept()?;
                let (mut asked, mut more) = (String::new(), [0; 512]);
                // It comes line by line.
                while !asked.ends_with("\r\n\r\n") {
                    let length = client.read(&mut more)?;
                    if length == 0 {
                        break;
                    }
                    asked.push_str(&String::from_utf8_lossy(more.get(..length).unwrap_or_default()));
                }
                write!(client, "HTTP/1.0 {answer}\r\ncontent-length: 0\r\n\r\n")?;
                Ok(asked)
            })
        });
        let mut command = shell::command(program);
        command.args(rest.iter().map(|word| word.replace("8787", &port)));
        anyhow::ensure!(
            shell::ask(&mut command).is_some() == is_well,
            "{CONTAINERFILE}: the HEALTHCHECK is wrong where the server answers {answer:?}"
        );
        if let Some(server) = server {
            let asked = server.join().ok().context("the server of the check ended early")??;
            anyhow::ensure!(
                asked == "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n",
                "{CONTAINERFILE}: the HEALTHCHECK asks {asked:?}"
            );
        }
    }
    Ok(())
}

/// The words of the command of a HEALTHCHECK, which stand in JSON.
fn health_command(containerfile: &str) -> Result<Vec<String>> {
    let (_, after) = containerfile.split_once("\nHEALTHCHECK ").context("there is no HEALTHCHECK")?;
    let (_, command) = after.split_once("CMD ").context("the HEALTHCHECK has no CMD")?;
    Ok(serde_json::from_str(command.lines().next().unwrap_or_default())?)
}

/// What the table of options names.
#[derive(Debug, Default)]
struct Options {
    flags: BTreeSet<String>,
    variables: BTreeSet<String>,
}

impl Options {
    fn read(document: &str) -> Result<Self> {
        let (_, table) = document.split_once("<!-- options -->").context("there is no table of options")?;
        let (table, _) = table.split_once("<!-- end of options -->").context("the table of options has no end")?;
        let mut options = Self::default();
        for row in table.lines() {
            let mut cells = row.split('|').map(|cell| cell.trim().trim_matches('`').to_string()).skip(1);
            options.flags.extend(cells.next().filter(|flag| is_flag(flag)));
            options.variables.extend(cells.next().filter(|variable| variable.starts_with("ESCALATION_")));
        }
        Ok(options)
    }

    /// What in a text is named like an option of the server and is none.
    fn unknown(&self, file: &str, text: &str) -> Vec<String> {
        let of_others = |flag: &str| FLAGS_OF_OTHERS.iter().any(|(of, _, flags)| *of == file && flags.contains(&flag));
        let mut unknown = Vec::new();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        for word in text.split(|c: char| !is_part(c)) {
            let is_unknown = (is_flag(word) && !self.flags.contains(word) && !of_others(word))
                || (word.starts_with("ESCALATION_") && !self.variables.contains(word));
            if is_unknown {
                unknown.push(word.to_string());
            }
        }
        let keys = match Path::new(file).extension().and_then(|e| e.to_str()) {
            Some("toml") if !file.ends_with("about.toml") => toml_keys(text),
            Some("yaml") if file == CHART_VALUES || file.contains("/helm/examples/") => option_keys(text),
            _ => Vec::new(),
        };
        unknown.extend(keys.into_iter().filter(|key| !self.flags.contains(&format!("--{key}"))));
        unknown
    }
}

fn is_flag(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// The keys of a file of the configuration, also those in comments.
fn toml_keys(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| key(line.trim_start_matches(['#', ' ']), " = ")).collect()
}

/// The keys below `options:` in values of the chart, also those in comments.
fn option_keys(text: &str) -> Vec<String> {
    let below = text.lines().skip_while(|line| !line.starts_with("options:")).skip(1);
    let below = below.take_while(|line| line.is_empty() || line.starts_with("  "));
    below.filter_map(|line| key(line.trim_start_matches(['#', ' ']), ":")).collect()
}

fn key(line: &str, end: &str) -> Option<String> {
    let (key, _) = line.split_once(end)?;
    (!key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '-')).then(|| key.to_string())
}

/// Prints every option that is not in the table, and returns how many files were read and how many name one.
pub fn check_names() -> Result<(u64, u64)> {
    let options = Options::read(&fs::read_to_string(shell::root().join(TABLE)).context(TABLE)?)?;
    anyhow::ensure!(options.flags.len() > 20, "{TABLE}: the table has few options");
    let mut files = Vec::new();
    list_files(&shell::root().join("packaging"), &mut files)?;
    list_files(&rendered(), &mut files)?;
    let (mut clean, mut dirty) = (0, 0);
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let file = path.strip_prefix(shell::root()).unwrap_or(&path).to_string_lossy().into_owned();
        let unknown = options.unknown(&file, &text);
        for word in &unknown {
            println!("{file}: {word} is not in the table of {TABLE}");
        }
        if unknown.is_empty() { clean += 1 } else { dirty += 1 }
    }
    Ok((clean, dirty))
}

fn list_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        entries.push(entry?.path());
    }
    entries.sort();
    for entry in entries {
        if entry.is_dir() { list_files(&entry, files)? } else { files.push(entry) }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn options() -> Options {
        Options::read(
            "x\n<!-- options -->\n| option | variable | default | what |\n|---|---|---|---|\n\
             | `--listen` | `ESCALATION_LISTEN` | `1` | A --trap |\n| `--check-config` |  |  | x |\n<!-- end of options -->\n",
        )
        .unwrap()
    }

    fn unknown(file: &str, text: &str) -> Vec<String> {
        options().unknown(file, text)
    }

    #[test]
    fn the_table_has_flags_and_variables() {
        let options = options();
        assert_eq!(options.flags.into_iter().collect::<Vec<_>>(), ["--check-config", "--listen"]);
        assert_eq!(options.variables.into_iter().collect::<Vec<_>>(), ["ESCALATION_LISTEN"]);
        assert!(Options::read("no table").is_err());
    }

    #[test]
    fn an_option_that_there_is_not_is_found() {
        let text =
            "run --listen=1 --listne 2 \"--check-config\" -- --- a--b\nESCALATION_LISTEN: ${ESCALATION_LISTNE}\n";
        assert_eq!(unknown("packaging/x", text), ["--listne", "ESCALATION_LISTNE"]);
        assert_eq!(unknown("packaging/compose/compose.yaml", "--username --owner"), ["--owner"]);
        assert_eq!(unknown("packaging/x.toml", "# A = b.\nlisten = 1\n# listne = 2\n"), ["listne"]);
        let values = "image:\n  tag: x\noptions:\n  listen: x\n  # listne: [y]\n\nother:\n  port: 1\n";
        assert_eq!(unknown(CHART_VALUES, values), ["listne"]);
        assert_eq!(unknown("packaging/other.yaml", values), [""; 0]);
    }

    #[test]
    fn no_flag_of_others_is_listed_in_vain() {
        for (file, whose, flags) in FLAGS_OF_OTHERS {
            let text = fs::read_to_string(shell::root().join(file)).unwrap();
            for flag in *flags {
                assert!(text.contains(flag), "{file}: {flag} of {whose}");
            }
        }
    }

    #[test]
    fn licences_are_accepted_in_both_places_or_in_none() {
        let [deny, about] =
            ["deny.toml", "packaging/about.toml"].map(|f| fs::read_to_string(shell::root().join(f)).unwrap());
        let lines = |text: &str| -> Vec<String> {
            text.lines()
                .filter_map(|line| Some(line.strip_prefix("    \"")?.strip_suffix("\",")?.to_string()))
                .collect()
        };
        assert!(lines(&deny).len() > 5);
        // deny.toml has more of them, for one package each.
        for (listed, other) in [(lines(&deny), &about), (lines(&about), &deny)] {
            for licence in listed {
                assert!(other.contains(&format!("\"{licence}\"")), "{licence}");
            }
        }
    }

    #[test]
    fn the_command_of_the_image_is_read() {
        let text = "FROM x\nHEALTHCHECK --interval=1s \\\n    CMD [\"bash\", \"-c\", \"a \\\\r\"]\nUSER y\n";
        assert_eq!(health_command(text).unwrap(), ["bash", "-c", "a \\r"]);
        assert!(health_command("FROM x\n").is_err());
    }
}
