//! A server of our own, and the vendor's client of it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use incident_io::apis::configuration::Configuration;
use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tempfile::TempDir;

/// The server that `SERVER` names, on a database of its own.
pub struct Served {
    process: Child,
    address: String,
    _folder: TempDir,
}

impl Served {
    /// Starts it.
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("index.html"), "").unwrap();
        let mut command = Command::new(std::env::var_os("SERVER").unwrap());
        command.args(["--listen", "127.0.0.1:0", "--app"]).arg(folder.path()).arg("--data").arg(folder.path());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.trim().rsplit(' ').next().unwrap().trim_end_matches('/').to_string();
        Self { process, address, _folder: folder }
    }

    /// The client, as anybody would make it.
    pub fn client(&self) -> Configuration {
        let mut configuration = Configuration::new();
        configuration.base_path.clone_from(&self.address);
        configuration.bearer_access_token = Some("any".to_string());
        configuration
    }

    /// The same on behalf of a user.
    pub fn acting_for(&self, user: &str) -> Configuration {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("x-incident-user"), HeaderValue::from_str(user).unwrap());
        let mut configuration = self.client();
        configuration.client = Client::builder().default_headers(headers).build().unwrap();
        configuration
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}
