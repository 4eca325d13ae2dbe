//! How the server is told what to do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::http::{HeaderName, Uri};
use clap::Parser;

use crate::{guard, who};

/// Serves the Escalation Path Builder: the app and the API behind it.
#[derive(Debug, Clone, Parser)]
#[command(name = "escalation-server", version)]
pub struct Config {
    /// Address and port to listen on. Anybody who reaches it can read and change paths: keep it on the loopback
    /// interface or behind something that knows who is asking
    #[arg(long, default_value = "127.0.0.1:8787", env = "ESCALATION_LISTEN")]
    pub listen: SocketAddr,

    /// Folder of the database
    #[arg(long, default_value = "data", env = "ESCALATION_DATA")]
    pub data: PathBuf,

    /// Start a new database without the demo organisation
    #[arg(long)]
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
    /// that name. Only for something that replaces what a browser sends in it: it is believed
    #[arg(long, value_name = "HEADER")]
    pub user_header: Option<HeaderName>,

    /// Somebody who may change paths, as the user header names them; may be given several times. Everybody else only
    /// reads. Without it, whoever reaches the server may change paths
    #[arg(long = "editor", value_name = "NAME", requires = "user_header", value_parser = who::name)]
    pub editors: Vec<String>,

    /// Nobody may change anything: the server is for reading
    #[arg(long, conflicts_with = "editors")]
    pub read_only: bool,

    /// Pass requests on to this API instead of answering from a database, such as https://api.incident.io
    #[arg(long, value_name = "URL", requires = "upstream_key_file")]
    pub upstream: Option<String>,

    /// File that holds the key for it; the key stays in this process
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub upstream_key_file: Option<PathBuf>,

    /// JSON file with the priorities and channels, of which the vendor's API has no lists:
    /// {"priorities": [{"id", "name"}], "channels": [{"id", "type", "name"}]}
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub organisation: Option<PathBuf>,
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
}

/// An origin as a policy names it: scheme, host and port. Nothing else may stand there, for it ends up in a header.
fn origin(text: &str) -> Result<String, String> {
    let uri = text.parse::<Uri>().ok();
    let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?.as_str())));
    let named = parts
        .filter(|(scheme, _)| matches!(*scheme, "https" | "http"))
        .map(|(scheme, host)| format!("{scheme}://{host}"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.:/[]".contains(c);
    named
        .filter(|origin| origin == text.trim_end_matches('/') && origin.chars().all(plain))
        .ok_or_else(|| "an origin is scheme, name and port, such as https://portal.example.com".to_string())
}
