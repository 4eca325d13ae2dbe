//! How the server is told what to do.

mod file;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use axum::http::{HeaderName, Uri};
use clap::{Parser, Subcommand, ValueEnum};
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::access::{Network, Right, Role, names};
use crate::error::StartError;
use crate::limits::Rates;
use crate::run::Clock;
use crate::store::Address;
use crate::{files, guard};

pub use file::{Read, Setting, Source};

/// Serves the Escalation Path Builder: the app and the API behind it.
#[derive(Debug, Clone, Parser)]
#[command(name = "escalation-server", version, args_conflicts_with_subcommands = false)]
pub struct Config {
    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,

    /// A file in TOML with any of these options, without the dashes: `listen = "127.0.0.1:8787"`. Flags and variables of
    /// the environment go before it
    #[arg(long, value_name = "FILE", env = "ESCALATION_CONFIG", global = true)]
    pub config: Option<PathBuf>,

    /// Say what is configured and where each value comes from, read the files that are named, and exit; the database is
    /// not opened
    #[arg(long)]
    pub check_config: bool,

    /// How the log on standard error is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,

    /// File with the certificate of this server and those that it follows from, in PEM: it answers by https then. It is
    /// read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// File with the key for the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Address and port to listen on. On this machine nobody has to say who they are; on any other address an API key, a
    /// user header or --anonymous is needed
    #[arg(long, default_value = "127.0.0.1:8787", env = "ESCALATION_LISTEN")]
    pub listen: SocketAddr,

    /// Folder of the database
    #[arg(long, default_value = "data", env = "ESCALATION_DATA", global = true)]
    pub data: PathBuf,

    /// Keep everything in this PostgreSQL database instead, which several servers may share, such as
    /// postgres://user@host/name; a password is better in the environment than here, where others see it
    #[arg(long, value_name = "ADDRESS", env = "ESCALATION_DATABASE", hide_env_values = true, global = true)]
    pub database: Option<Address>,

    /// Start a new database without the demo organisation
    #[arg(long, global = true)]
    pub empty: bool,

    /// Folder of the built app; absent: the one inside this program, if there is one
    #[arg(long, env = "ESCALATION_APP")]
    pub app: Option<PathBuf>,

    /// A name by which browsers reach this server, besides its address and localhost; may be given several times.
    /// Requests to other names are refused, so that no foreign page can reach it under a name of its own
    #[arg(long = "allow-host", value_name = "NAME", value_parser = guard::host_name)]
    pub allow_hosts: Vec<String>,

    /// A page that may show the app in a frame, such as https://portal.example.com; may be given several times. Without
    /// it none may: a page that frames another can make people click what they do not see
    #[arg(long = "allow-frame", value_name = "ORIGIN", value_parser = origin)]
    pub allow_frames: Vec<String>,

    /// The header in which what stands in front says who is asking, such as X-Forwarded-Email; revisions are kept with
    /// that name. Only for something that replaces what a browser sends in it: it is believed from --trusted-proxy
    #[arg(long, value_name = "HEADER")]
    pub user_header: Option<HeaderName>,

    /// An address or a network from which the user header is believed, such as 10.0.0.0/8; may be given several times.
    /// Without it, it is believed from this machine
    #[arg(long = "trusted-proxy", value_name = "NETWORK", requires = "user_header")]
    pub trusted_proxies: Vec<Network>,

    /// What somebody may do who does not say who they are. Without it: everything where the server listens on this
    /// machine only (with a user header, what an editor may), else nothing
    #[arg(long, value_name = "ROLE", value_enum)]
    pub anonymous: Option<Role>,

    /// Somebody who may change paths, as the user header names them; may be given several times. Everybody else only
    /// reads. Without it, whoever reaches the server may change paths
    #[arg(long = "editor", value_name = "NAME", requires = "user_header", value_parser = names::person)]
    pub editors: Vec<String>,

    /// Memory for bodies and answers that are on their way, in MB. Requests for which there is none are told to try again
    #[arg(long, value_name = "MB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(64..=65_536))]
    pub memory: u32,

    /// Nobody may change anything: the server is for reading
    #[arg(long, conflicts_with = "editors")]
    pub read_only: bool,

    /// How many requests a minute each caller may make: an API key, else whoever the user header names, else whoever has
    /// the address that they come from; 0: as many as they like. As a proxy, the API behind it counts instead
    #[arg(long, value_name = "NUMBER", default_value_t = 1_200, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub requests_per_minute: u32,

    /// How many escalations a minute each caller may begin; 0: as many as they like. Alerts are not counted
    #[arg(long, value_name = "NUMBER", default_value_t = 60, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub escalations_per_minute: u32,

    /// The id of the priority of escalations that are begun by somebody who cannot choose one; absent: the highest
    #[arg(long, value_name = "ID")]
    pub default_priority: Option<String>,

    /// For how many days what is over is kept: escalations that are resolved, expired or cancelled, or acknowledged with
    /// nothing to come, with all that happened to them and was sent; then alerts that are resolved. Without it all is kept
    #[arg(
        long,
        value_name = "DAYS",
        env = "ESCALATION_KEEP",
        value_parser = clap::value_parser!(u32).range(1..=36_500),
        conflicts_with = "upstream"
    )]
    pub keep_escalations: Option<u32>,

    /// The mail server that pages are sent through: smtps://user@host:465, or smtp://user@host:587, which is encrypted by
    /// STARTTLS unless it is on this machine. Without it nothing is sent by e-mail
    #[arg(long, value_name = "URL", requires_all = ["smtp_from", "public_url"], conflicts_with = "upstream")]
    pub smtp: Option<String>,

    /// File that holds the password for it; without it the variable ESCALATION_SMTP_PASSWORD counts, if there is one
    #[arg(long, value_name = "FILE", requires = "smtp")]
    pub smtp_password_file: Option<PathBuf>,

    /// The sender of e-mail, such as "Paging <paging@example.com>"
    #[arg(long, value_name = "ADDRESS", requires = "smtp")]
    pub smtp_from: Option<String>,

    /// Where people reach this server, such as https://paths.example.com/tools: links in e-mail begin with it
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<PublicUrl>,

    /// An address that is called every 10 seconds for as long as escalations are run, for a dead man's switch to wait for
    #[arg(
        long,
        value_name = "URL",
        env = "ESCALATION_HEARTBEAT_URL",
        hide_env_values = true,
        conflicts_with = "upstream"
    )]
    pub heartbeat_url: Option<String>,

    /// Let webhooks and the heartbeat go to http addresses on other machines, too. What they say can be read on the way then
    #[arg(long)]
    pub allow_http_webhooks: bool,

    /// The clock that escalations run by; a test has one of its own
    #[arg(skip)]
    pub clock: Clock,

    /// Pass requests on to this API instead of answering from a database, such as https://api.incident.io
    #[arg(long, value_name = "URL", requires = "upstream_key_file", conflicts_with = "database")]
    pub upstream: Option<String>,

    /// File that holds the key for it; the key stays in this process
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub upstream_key_file: Option<PathBuf>,

    /// JSON file with the priorities and channels, of which the vendor's API has no lists:
    /// {"priorities": [{"id", "name"}], "channels": [{"id", "type", "name"}]}
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub organisation: Option<PathBuf>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line of text for each event.
    Text,
    /// A JSON object for each event, in a line.
    Json,
}

/// What to do instead of serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Key(KeyCommand),

    /// Make, verify and restore backups
    #[command(flatten)]
    Backups(BackupCommand),
}

/// What is done with backups of a database that is a file.
#[derive(Debug, Clone, Subcommand)]
pub enum BackupCommand {
    /// Copy the database to a new file, as it is at one instant, and verify that. The server may run meanwhile
    Backup {
        /// The file to make
        to: PathBuf,
    },
    /// Open a copy of a backup as a server would, and say what is in it
    Verify {
        /// The backup
        from: PathBuf,
    },
    /// Put a backup in the place of the database. Stop the server first
    Restore {
        /// The backup
        from: PathBuf,
        /// Replace the database that is there; it is kept beside it under another name
        #[arg(long)]
        replace: bool,
    },
}

/// What is done with API keys. The server may run meanwhile.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a key, and print it: it is shown this once
    Create {
        /// For whom or what it is
        #[arg(long, value_parser = names::key)]
        name: String,
        /// What it allows; may be given several times
        #[arg(long = "right", required = true, value_enum)]
        rights: Vec<Right>,
        /// After how many days it expires; absent: never
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3_650))]
        expires_in_days: Option<u32>,
    },
    /// List the keys: id, name, rights, last use
    List,
    /// Revoke a key
    Revoke {
        /// Its id
        id: String,
    },
}

/// Where people reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// Without a slash at the end.
    pub(crate) base: String,
    pub(crate) host: String,
}

/// How mail is sent. It is not printed: there may be a password in it.
pub(crate) struct Smtp {
    /// Encrypted from the first byte.
    pub(crate) is_tls: bool,
    /// On this machine.
    pub(crate) is_here: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// User and password.
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) from: String,
    pub(crate) base: String,
}

/// The API that requests go on to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upstream<'a> {
    pub(crate) url: &'a str,
    pub(crate) key_file: &'a Path,
    pub(crate) organisation: Option<&'a Path>,
}

impl Config {
    /// The API that requests go on to, if they do.
    pub(crate) fn upstream(&self) -> Option<Upstream<'_>> {
        let (url, key_file) = (self.upstream.as_deref()?, self.upstream_key_file.as_deref()?);
        Some(Upstream { url, key_file, organisation: self.organisation.as_deref() })
    }

    /// How much each caller may ask. Of what is passed on the API behind it keeps count.
    pub(crate) fn rates(&self) -> Rates {
        let per_minute = |number| NonZeroU32::new(number).filter(|_| self.upstream.is_none());
        Rates { requests: per_minute(self.requests_per_minute), escalations: per_minute(self.escalations_per_minute) }
    }

    /// What somebody may do who does not say who they are.
    pub(crate) fn anonymous(&self) -> Role {
        let is_here = self.listen.ip().to_canonical().is_loopback();
        self.anonymous.unwrap_or(match (is_here, &self.user_header) {
            (true, None) => Role::Admin,
            // Whoever a proxy does not name may not do more than those whom it names.
            (true, Some(_)) => Role::Editor,
            (false, _) => Role::None,
        })
    }

    /// How mail is sent, if it is.
    pub(crate) fn smtp(&self) -> Result<Option<Smtp>, StartError> {
        let (Some(url), Some(from), Some(public)) = (&self.smtp, &self.smtp_from, &self.public_url) else {
            return Ok(None);
        };
        // It is not repeated: someone may have put a password into it.
        let wrong = |what: &str| StartError::Smtp { what: what.to_string() };
        let url = Url::parse(url).map_err(|_| wrong("it must look like smtps://user@host:465"))?;
        let (is_tls, port) = match url.scheme() {
            "smtps" => (true, 465),
            "smtp" => (false, 587),
            _ => return Err(wrong("it must begin with smtps:// or smtp://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it must name a host"))?;
        if url.password().is_some() {
            return Err(wrong("the password must not be in it: everybody on this machine could read it"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a scheme, a user, a host and perhaps a port, and nothing else"));
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_string();
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let user = percent_decode_str(url.username()).decode_utf8().map_err(|_| wrong("its user is not UTF-8"))?;
        let user = user.into_owned();
        let password = self.smtp_password()?;
        let credentials = match (user.is_empty(), password) {
            (true, None) => None,
            (false, Some(password)) => Some((user, password)),
            (true, Some(_)) => return Err(wrong("there is a password, and no user in the URL")),
            (false, None) => return Err(wrong("there is a user, and no password: give --smtp-password-file")),
        };
        let port = url.port().unwrap_or(port);
        let (from, base) = (from.clone(), public.base.clone());
        Ok(Some(Smtp { is_tls, is_here, host, port, credentials, from, base }))
    }

    fn smtp_password(&self) -> Result<Option<String>, StartError> {
        let Some(file) = self.smtp_password_file.clone() else {
            return Ok(std::env::var("ESCALATION_SMTP_PASSWORD").ok().filter(|password| !password.is_empty()));
        };
        let content = std::fs::read_to_string(&file);
        let content = content.map_err(|source| StartError::Read { file: file.clone(), source })?;
        if files::is_for_everybody(&file) {
            let file = file.display();
            tracing::warn!(%file, "everybody on this machine can read the password; `chmod 600` keeps it to you");
        }
        let password = content.trim_end_matches(['\r', '\n']);
        if password.is_empty() || password.contains(char::is_control) {
            let what = "does not hold a password: one line".to_string();
            return Err(StartError::Content { file, what });
        }
        Ok(Some(password.to_string()))
    }
}

/// Where people reach the server, with the name that requests have then.
fn public_url(text: &str) -> Result<PublicUrl, String> {
    let wrong =
        || "it has a scheme, a name and perhaps a port and a path, such as https://paths.example.com".to_string();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "https" | "http") || !is_plain || url.fragment().is_some() {
        return Err(wrong());
    }
    let host = guard::host_name(url.host_str().ok_or_else(wrong)?)?;
    Ok(PublicUrl { base: url.as_str().trim_end_matches('/').to_string(), host })
}

/// An origin as a policy names it: scheme, host and port. Nothing else may stand there, for it ends up in a header.
fn origin(text: &str) -> Result<String, String> {
    let uri = text.parse::<Uri>().ok();
    let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?.as_str())));
    let named = parts
        .filter(|(scheme, _)| matches!(*scheme, "https" | "http"))
        .map(|(scheme, host)| format!("{scheme}://{host}"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.:/[]".contains(c);
    // A browser would take no notice of a port or a name that is none.
    let host = uri
        .as_ref()
        .and_then(|uri| Some((uri.host()?, uri.port())))
        .filter(|(host, port)| guard::host_name(host).is_ok() && port.as_ref().is_none_or(|port| port.as_u16() > 0));
    named
        .filter(|origin| origin == text.trim_end_matches('/') && origin.chars().all(plain))
        .filter(|origin| host.is_some() && !origin.ends_with(':') && url::Url::parse(origin).is_ok())
        .ok_or_else(|| "an origin is scheme, name and port, such as https://portal.example.com".to_string())
}
