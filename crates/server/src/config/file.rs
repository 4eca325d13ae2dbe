//! One configuration from three places: what the command line says, else the environment, else a file in TOML, else the
//! default. The options of the command line are the one list of all that there is.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::builder::OsStr;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _, Error, FromArgMatches as _};
use toml::{Table, Value};

use super::Config;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;
/// What every variable of the environment begins with.
const PREFIX: &str = "ESCALATION_";
/// Options that are about the configuration, and so in no file.
const NOT_IN_FILES: [&str; 4] = ["config", "check-config", "help", "version"];
/// Options of which a variable holds several values, separated by commas, which none of them has in it.
const LISTS: [&str; 6] = ["allow-host", "allow-frame", "allow-origin", "trusted-proxy", "oidc-domain", "oidc-scope"];

/// A configuration, and where each part of it comes from.
#[derive(Debug)]
pub struct Read {
    /// The configuration.
    pub config: Config,
    /// Every option that has a value, by name.
    pub settings: Vec<Setting>,
}

/// An option that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name on the command line, without the dashes.
    pub name: String,
    /// Its value as it was written, several separated by commas; secrets are not in it.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// A variable of the environment.
    Environment,
    /// The file.
    File,
    /// Nobody has said anything else.
    Default,
}

impl Source {
    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

impl Config {
    /// Reads the configuration from the command line (with the name of the program), the environment and the file that
    /// either of them names.
    ///
    /// # Errors
    /// As clap tells it: what is wrong, where, and how it should be.
    pub fn read(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Read, Error> {
        let mut all: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let command = command();
        // What is wrong is told below.
        let first = command.clone().ignore_errors(true).try_get_matches_from(all.iter())?;
        let mut from_file = BTreeSet::new();
        if let Some(file) = first.get_one::<PathBuf>("config") {
            let wrong =
                |what: String| command.clone().error(ErrorKind::InvalidValue, format!("{}: {what}", file.display()));
            let table = table(file).map_err(wrong)?;
            let more = in_file(&table, &command, &first).map_err(wrong)?;
            from_file.extend(more.iter().map(|(name, _)| name.clone()));
            // Before a subcommand.
            let at = 1.min(all.len());
            all.splice(at..at, more.into_iter().map(|(_, argument)| argument.into()));
        }
        let matches = command.clone().try_get_matches_from(all)?;
        let config = Self::from_arg_matches(&matches)?;
        let settings = options(&command).filter_map(|option| setting(option, &matches, &from_file)).collect();
        Ok(Read { config, settings })
    }
}

/// The command line, with a variable of the environment for each option.
fn command() -> Command {
    Config::command().mut_args(|option| {
        let Some(long) = option.get_long().filter(|long| !NOT_IN_FILES[1..].contains(long)) else { return option };
        let (is_list, variable) = (LISTS.contains(&long), variable(long));
        let option = if option.get_env().is_none() { option.env(OsStr::from(variable)) } else { option };
        if is_list { option.value_delimiter(',') } else { option }
    })
}

/// What the variable for an option is called.
fn variable(long: &str) -> String {
    format!("{PREFIX}{}", long.replace('-', "_").to_uppercase())
}

/// The options that may be in a file.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    let is_in_files = |option: &&Arg| option.get_long().is_some_and(|long| !NOT_IN_FILES.contains(&long));
    command.get_arguments().filter(is_in_files)
}

fn table(file: &Path) -> Result<Table, String> {
    let mut text = String::new();
    let opened = File::open(file).map_err(|error| format!("cannot be read: {error}"))?;
    opened.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| format!("cannot be read: {error}"))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_FILE) {
        return Err("is larger than 1 MB".to_string());
    }
    text.parse::<Table>().map_err(|error| {
        // Where it is and why, and not the line itself: there may be a secret in it.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        format!("line {line}, column {column}: {}", error.message())
    })
}

/// What a file says and nothing before it does: the names of options, and the arguments that say the same.
fn in_file(table: &Table, command: &Command, first: &ArgMatches) -> Result<Vec<(String, String)>, String> {
    let mut arguments = Vec::new();
    for (name, value) in table {
        let Some(option) = options(command).find(|option| option.get_long() == Some(name)) else {
            return Err(format!("{name}: there is no such option; escalation-server --help lists them"));
        };
        let source = first.value_source(option.get_id().as_str());
        let is_flag = matches!(option.get_action(), ArgAction::SetTrue);
        let mut say = |argument: String| {
            if !matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
                arguments.push((name.clone(), argument));
            }
        };
        match value {
            Value::Boolean(is_on) if is_flag => {
                if *is_on {
                    say(format!("--{name}"));
                }
            }
            _ if is_flag => return Err(format!("{name}: must be true or false")),
            Value::Array(values) if matches!(option.get_action(), ArgAction::Append) => {
                for (position, value) in values.iter().enumerate() {
                    let text = text(value).ok_or_else(|| format!("{name}.{position}: must be a string"))?;
                    say(format!("--{name}={text}"));
                }
            }
            value => {
                let what = match option.get_action() {
                    ArgAction::Append => "a list of strings",
                    _ => "a string or a whole number",
                };
                let text = text(value).ok_or_else(|| format!("{name}: must be {what}"))?;
                say(format!("--{name}={text}"));
            }
        }
    }
    Ok(arguments)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn setting(option: &Arg, matches: &ArgMatches, from_file: &BTreeSet<String>) -> Option<Setting> {
    let (id, name) = (option.get_id().as_str(), option.get_long()?);
    let source = match matches.value_source(id)? {
        ValueSource::CommandLine if from_file.contains(name) => Source::File,
        ValueSource::CommandLine => Source::Flag,
        ValueSource::EnvVariable => Source::Environment,
        _ => Source::Default,
    };
    let value = if matches!(option.get_action(), ArgAction::SetTrue) {
        matches.get_flag(id).to_string()
    } else if option.is_hide_env_values_set() {
        "(not shown)".to_string()
    } else {
        let values = matches.get_raw(id)?.map(|value| value.to_string_lossy());
        values.collect::<Vec<_>>().join(", ")
    };
    Some(Setting { name: name.to_string(), value, source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::fmt::Write as _;
    use std::fs;

    use super::*;

    fn read(arguments: &[&str]) -> Result<Read, String> {
        Config::read(["escalation-server"].iter().chain(arguments)).map_err(|error| error.to_string())
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    fn with(text: &str, arguments: &[&str]) -> Result<Read, String> {
        let file = file(text);
        read(&[&["--config", file.path().to_str().unwrap()], arguments].concat())
    }

    #[test]
    fn a_flag_goes_before_the_file() {
        let text = r#"
            listen = "127.0.0.1:9000"
            memory = 128
            read-only = true
            empty = false
            allow-host = ["a.example.com", "b.example.com"]
        "#;
        let Read { config, settings } = with(text, &["--memory", "512"]).unwrap();
        assert_eq!((config.listen.port(), config.memory), (9000, 512));
        assert_eq!((config.read_only, config.empty), (true, false));
        assert_eq!(config.allow_hosts, ["a.example.com", "b.example.com"]);
        let source = |name: &str| settings.iter().find(|setting| setting.name == name).map(|found| found.source);
        assert_eq!(source("listen"), Some(Source::File));
        assert_eq!(source("memory"), Some(Source::Flag));
        assert_eq!(source("data"), Some(Source::Default));
        assert_eq!(source("upstream"), None);
    }

    #[test]
    fn a_file_counts_for_subcommands() {
        let Read { config, .. } = with("data = \"elsewhere\"\nlisten = \"0.0.0.0:80\"", &["key", "list"]).unwrap();
        assert_eq!(config.data, Path::new("elsewhere"));
        assert!(config.command.is_some());
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named() {
        for (text, expected) in [
            ("lisen = \"127.0.0.1:1\"", "lisen: there is no such option"),
            ("config = \"x\"", "config: there is no such option"),
            ("memory = 1.5", "memory: must be a string or a whole number"),
            ("memory = [1]", "memory: must be a string or a whole number"),
            ("memory = 5", "5 is not in 64..=65536"),
            ("read-only = 1", "read-only: must be true or false"),
            ("allow-host = [\"a.example.com\", 2.5]", "allow-host.1: must be a string"),
            ("allow-host = 2.5", "allow-host: must be a list of strings"),
            ("smtp = \"smtp://mail\"", "--smtp-from"),
            ("[smtp]\nurl = \"x\"", "smtp: must be a string"),
            ("listen", "line 1, column "),
            ("memory = 64\ndatabase = \"postgres://u:p\\sx@h/n\"", "line 2, column "),
        ] {
            let error = with(text, &[]).map(|read| read.config).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let error = read(&["--config", "/nowhere/at/all.toml"]).map(|read| read.config).unwrap_err();
        assert!(error.contains("/nowhere/at/all.toml: cannot be read"), "{error}");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_not_repeated() {
        for text in ["database = \"postgres://u:hunter2\\s@h/x\"", "oidc-client-secret = \"hunter2"] {
            let error = with(text, &[]).map(|read| read.config).unwrap_err();
            assert!(error.contains("line 1, column") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let text = "database = \"postgres://user:hunter2@host/name\"\nheartbeat-url = \"https://example.com/hunter2\"";
        let Read { settings, .. } = with(text, &[]).unwrap();
        assert!(settings.iter().any(|setting| setting.name == "database"));
        assert!(settings.iter().all(|setting| !setting.value.contains("hunter2")), "{settings:?}");
    }

    /// docs/operating.md has the same list as `--help`, made from it.
    #[test]
    fn the_documentation_has_every_option() {
        let mut table =
            "| option, key in the file | variable | default | what it does |\n|---|---|---|---|\n".to_string();
        let command = command();
        for option in command.get_arguments().filter(|option| option.get_id() != "help" && option.get_id() != "version")
        {
            let long = option.get_long().unwrap();
            let env = option.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default();
            let default = option.get_default_values().iter().filter(|_| option.get_action().takes_values());
            let default = default.map(|value| format!("`{}`", value.to_string_lossy())).collect::<Vec<_>>().join(", ");
            let help = option.get_help().unwrap().to_string().replace('\n', " ").replace('|', "\\|");
            writeln!(table, "| `--{long}` | {env} | {default} | {help} |").unwrap();
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating.md");
        let document = fs::read_to_string(&path).unwrap();
        let (before, rest) = document.split_once("<!-- options -->\n").unwrap();
        let (there, after) = rest.split_once("<!-- end of options -->").unwrap();
        if std::env::var_os("UPDATE").is_some() {
            let whole = format!("{before}<!-- options -->\n{table}<!-- end of options -->{after}");
            return fs::write(path, whole).unwrap();
        }
        assert_eq!(there, table, "UPDATE=1 writes the table anew");
    }
}
