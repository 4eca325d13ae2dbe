//! How the server is told what to do.

mod file;

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderName, Uri};
use clap::{Parser, Subcommand, ValueEnum};
use openidconnect::ClientSecret;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::access::{Network, Right, Role, Sessions, names};
use crate::clock::Clock;
use crate::error::StartError;
use crate::limits::Rates;
use crate::oidc::{GroupRole, OidcConfig};
use crate::store::Address;
use crate::{files, guard};

pub use file::{Read, Setting, Source};

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;

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

    /// Address and port to listen on. On this machine nobody has to say who they are; on any other address an API key, an
    /// account, a provider, a user header or --anonymous is needed
    #[arg(long, default_value = "127.0.0.1:8787", env = "ESCALATION_LISTEN", global = true)]
    pub listen: SocketAddr,

    /// Folder of the database. As a proxy it has API keys, accounts, sessions and the audit log
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

    /// Another name by which browsers reach this server than its address and localhost; may be given several times.
    /// Requests to other names are refused, so that no foreign page can reach it under a name of its own
    #[arg(long = "allow-host", value_name = "NAME", value_parser = guard::host_name)]
    pub allow_hosts: Vec<String>,

    /// A page that may show the app in a frame, such as https://portal.example.com; may be given several times. Without
    /// it none may: a page that frames another can make people click what they do not see
    #[arg(long = "allow-frame", value_name = "ORIGIN", value_parser = origin)]
    pub allow_frames: Vec<String>,

    /// A page of another origin that may have elements of the app, and read and change paths with the API keys that it
    /// has, such as https://portal.example.com; may be given several times. Cookies are not taken from there
    #[arg(long = "allow-origin", value_name = "ORIGIN", value_parser = origin)]
    pub allow_origins: Vec<String>,

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

    /// Memory for bodies and answers that are on their way, in MB. Requests for which there is none are answered with 503
    #[arg(long, value_name = "MB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(64..=65_536))]
    pub memory: u32,

    /// Let people sign in at this provider of OpenID Connect, such as https://accounts.example.com. It must send them back
    /// to /sign-in/callback below --public-url
    #[arg(
        long,
        value_name = "URL",
        env = "ESCALATION_OIDC_ISSUER",
        requires_all = ["oidc_client_id", "public_url"]
    )]
    pub oidc_issuer: Option<String>,

    /// What this server is called there
    #[arg(long, value_name = "ID", env = "ESCALATION_OIDC_CLIENT_ID", requires = "oidc_issuer")]
    pub oidc_client_id: Option<String>,

    /// The secret for it, if it has one; better in the environment or in a file than here, where others see it
    #[arg(
        long,
        value_name = "SECRET",
        env = "ESCALATION_OIDC_CLIENT_SECRET",
        hide_env_values = true,
        requires = "oidc_issuer",
        conflicts_with = "oidc_client_secret_file"
    )]
    pub oidc_client_secret: Option<Secret>,

    /// File that holds the secret for it
    #[arg(long, value_name = "FILE", env = "ESCALATION_OIDC_CLIENT_SECRET_FILE", requires = "oidc_issuer")]
    pub oidc_client_secret_file: Option<PathBuf>,

    /// The role of those in a group of the provider, such as platform=editor, or for what one team owns
    /// platform=editor@TEAM-ID; may be given several times, and the highest counts
    #[arg(long = "oidc-group", value_name = "GROUP=ROLE[@TEAM]", requires = "oidc_issuer", value_parser = group)]
    pub oidc_groups: Vec<GroupRole>,

    /// The claim of the provider's token with the names of groups
    #[arg(long, value_name = "NAME", default_value = "groups")]
    pub oidc_groups_claim: String,

    /// What to ask the provider for beside openid, profile and email, such as groups; may be given several times
    #[arg(long = "oidc-scope", value_name = "SCOPE", requires = "oidc_issuer")]
    pub oidc_scopes: Vec<String>,

    /// The role of those who are in none of these groups. Without it: nothing; without groups: viewer
    #[arg(long, value_name = "ROLE", value_enum, requires = "oidc_issuer")]
    pub oidc_default_role: Option<Role>,

    /// Only those sign in who have a verified e-mail address of this domain; may be given several times
    #[arg(long = "oidc-domain", value_name = "DOMAIN", requires = "oidc_issuer")]
    pub oidc_domains: Vec<String>,

    /// After how many hours without a request a session is over
    #[arg(long, value_name = "HOURS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_idle_hours: u32,

    /// After how many hours a session is over in any case
    #[arg(long, value_name = "HOURS", default_value_t = 168, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_hours: u32,

    /// Nobody may change anything: the server is for reading
    #[arg(long, conflicts_with = "editors")]
    pub read_only: bool,

    /// How many requests a minute each caller may make: an API key, else whoever has signed in or the user header names,
    /// else whoever has the address that they come from; 0: as many as they like. As a proxy, the API behind it counts instead
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
    #[arg(long, value_name = "URL", value_parser = public_url, global = true)]
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
    #[arg(long, value_name = "URL", requires = "upstream_key_file")]
    pub upstream: Option<String>,

    /// File that holds the key for it; the key stays in this process
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub upstream_key_file: Option<PathBuf>,

    /// How many requests a minute this server makes there for everybody together; others wait. Of incident.io's 1,200 a key
    /// the rest is left for whatever else uses the key
    #[arg(long, value_name = "NUMBER", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub upstream_requests_per_minute: u32,

    /// For how many seconds what was read there is shared with others who ask for the same; 0: only with those who wait
    /// for it. A path that is opened or saved is always read anew
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=60))]
    pub upstream_cache_seconds: u32,

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

    /// Give out links to sign in, list and disable accounts
    #[command(subcommand)]
    Account(AccountCommand),

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
        /// The id of a team: the key changes only what this team owns, and reads all; may be given several times
        #[arg(long = "team", value_name = "ID", value_parser = names::team)]
        teams: Vec<String>,
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

/// What is done with accounts. The server may run meanwhile.
#[derive(Debug, Clone, Subcommand)]
pub enum AccountCommand {
    /// Make a link by which somebody signs in once, and print it: it is shown this once. Links that were made for them
    /// before are good for nothing then
    Link {
        /// Who it is. The account with that name, if there is one, gets the role
        #[arg(long, value_parser = names::key)]
        name: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: Role,
        /// What they may do besides with what one team owns, such as editor@TEAM-ID; may be given several times
        #[arg(long = "team-role", value_name = "ROLE@TEAM", value_parser = team_role)]
        team_roles: Vec<(String, Role)>,
        /// For how many minutes it is good
        #[arg(long, default_value_t = 1_440, value_parser = clap::value_parser!(u32).range(1..=43_200))]
        minutes: u32,
    },
    /// List accounts: id, name, role, and how somebody signs in with it
    List,
    /// Disable an account, which ends its sessions
    Disable {
        /// Its id
        id: String,
    },
}

/// A secret from the command line or the environment, which is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_string()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where people reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// Without a slash at the end.
    pub(crate) base: String,
    pub(crate) host: String,
    /// The path below which the server is, without a slash at the end.
    pub(crate) path: String,
    /// Scheme, name and port, as browsers say them.
    pub(crate) origin: String,
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
    /// The most requests in a minute.
    pub(crate) per_minute: NonZeroU32,
    /// How old what is read may be for others.
    pub(crate) fresh: Duration,
}

impl Config {
    /// The API that requests go on to, if they do.
    pub(crate) fn upstream(&self) -> Option<Upstream<'_>> {
        let (url, key_file) = (self.upstream.as_deref()?, self.upstream_key_file.as_deref()?);
        Some(Upstream {
            url,
            key_file,
            organisation: self.organisation.as_deref(),
            per_minute: NonZeroU32::new(self.upstream_requests_per_minute).unwrap_or(NonZeroU32::MIN),
            fresh: Duration::from_secs(self.upstream_cache_seconds.into()),
        })
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

    /// Where people reach the server: the address of its app, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        self.base_at(self.listen)
    }

    /// The same where the server listens at this address.
    pub(crate) fn base_at(&self, address: SocketAddr) -> String {
        let own = || format!("{}://{address}", self.scheme());
        self.public_url.as_ref().map_or_else(own, |url| url.base.clone())
    }

    /// By which the server itself is reached: `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.tls_cert.is_some() { "https" } else { "http" }
    }

    /// How long sessions last.
    pub(crate) fn sessions(&self) -> Sessions {
        Sessions {
            idle: i64::from(self.session_idle_hours) * HOUR,
            longest: i64::from(self.session_hours) * HOUR,
            origin: self.public_url.as_ref().map(|url| url.origin.clone()),
        }
    }

    /// The provider at which people sign in, if there is one.
    pub(crate) fn oidc(&self) -> Result<Option<OidcConfig>, StartError> {
        let (Some(issuer), Some(client_id), Some(public)) = (&self.oidc_issuer, &self.oidc_client_id, &self.public_url)
        else {
            return Ok(None);
        };
        let secret = match (&self.oidc_client_secret, &self.oidc_client_secret_file) {
            (Some(Secret(secret)), _) => Some(secret.clone()),
            (None, Some(file)) => Some(secret_of(file, "the client secret")?),
            (None, None) => None,
        };
        if secret.as_ref().is_some_and(|secret| secret.is_empty()) {
            return Err(StartError::Oidc { what: "--oidc-client-secret is empty".to_string() });
        }
        let default_role =
            if self.oidc_groups.iter().all(|given| given.team.is_some()) { Role::Viewer } else { Role::None };
        Ok(Some(OidcConfig {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret: secret.map(ClientSecret::new),
            redirect: format!("{}/sign-in/callback", public.base),
            groups_claim: self.oidc_groups_claim.clone(),
            scopes: self.oidc_scopes.clone(),
            roles: self.oidc_groups.clone(),
            default_role: self.oidc_default_role.unwrap_or(default_role),
            domains: self.oidc_domains.clone(),
        }))
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
        secret_of(&file, "the password").map(Some)
    }
}

/// The secret in a file, which is one line.
fn secret_of(file: &Path, what: &str) -> Result<String, StartError> {
    let content = std::fs::read_to_string(file);
    let content = content.map_err(|source| StartError::Read { file: file.to_path_buf(), source })?;
    if files::is_for_everybody(file) {
        let file = file.display();
        tracing::warn!(%file, "everybody on this machine can read {what}; `chmod 600` keeps it to you");
    }
    let secret = content.trim_end_matches(['\r', '\n']);
    if secret.is_empty() || secret.contains(char::is_control) {
        let what = format!("does not hold {what}: one line");
        return Err(StartError::Content { file: file.to_path_buf(), what });
    }
    Ok(secret.to_string())
}

/// A group of the provider, and the role of those in it.
fn group(text: &str) -> Result<GroupRole, String> {
    let wrong = "it must be GROUP=ROLE, such as platform=editor";
    let (group, role) = text.rsplit_once('=').filter(|(group, _)| !group.is_empty()).ok_or(wrong)?;
    let (role, team) = match role.split_once('@') {
        Some((role, team)) => (role, Some(names::team(team)?)),
        None => (role, None),
    };
    Ok(GroupRole { group: group.to_string(), role: role.parse()?, team })
}

/// A role in a team.
fn team_role(text: &str) -> Result<(String, Role), String> {
    let (role, team) = text.split_once('@').ok_or("it must be ROLE@TEAM, such as editor@TEAM-ID")?;
    Ok((names::team(team)?, role.parse()?))
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
    let origin = url.origin().ascii_serialization();
    let whole = |text: &str| text.trim_end_matches('/').to_string();
    Ok(PublicUrl { base: whole(url.as_str()), path: whole(url.path()), host, origin })
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
