//! A PostgreSQL server for the tests: in a folder of its own, reached by a socket in it, and gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::{setup, shell};

/// As whom it runs where the tests run as root, which it refuses.
const ACCOUNT: &str = "postgres";
/// How long it may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs as long as this is kept.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    durability: Durability,
    child: Child,
}

/// Whether what is committed lasts when the power fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It does not: nothing of it outlives the tests, and no test cuts the power.
    None,
    /// It does, as PostgreSQL is set up unless told.
    Full,
}

impl Postgres {
    /// Starts one, and installs it before if there is none.
    pub fn start(durability: Durability) -> Result<Self> {
        let programs = setup::postgres()?;
        // Not in the target folder, whose path may be too long for a socket.
        let folder = std::env::temp_dir().join(format!("escalation-postgres-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let started = Self::start_in(programs, &folder, durability);
        if started.is_err() {
            let _rest = fs::remove_dir_all(&folder);
        }
        started
    }

    fn start_in(programs: PathBuf, folder: &Path, durability: Durability) -> Result<Self> {
        if is_root() {
            shell::run(shell::command("chown").arg(ACCOUNT).arg(folder))?;
        }
        let data = folder.join("data");
        // First with an order of text that is not that of its bytes, as most have it; not every version can.
        let orders = [&["--locale-provider=icu", "--icu-locale=en", "--no-locale"][..], &["--no-locale"]];
        let mut made = None;
        for order in orders {
            let mut make = unprivileged(&programs.join("initdb"));
            make.arg("--pgdata").arg(&data).args([
                "--username=escalation",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
            ]);
            let done = make.args(order).current_dir(folder).output().context("cannot start initdb")?;
            let succeeded = done.status.success();
            made = Some(done);
            if succeeded {
                break;
            }
        }
        if let Some(failed) = made.filter(|made| !made.status.success()) {
            bail!("initdb failed: {}", String::from_utf8_lossy(&failed.stderr).trim());
        }
        let child = serve(&programs, folder, durability)?;
        let mut server = Self { programs, folder: folder.to_path_buf(), durability, child };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Has it end at once, whoever is connected, as if it had failed, and starts it again on the same folder.
    pub fn restart(&mut self) -> Result<()> {
        self.quit();
        self.child = serve(&self.programs, &self.folder, self.durability)?;
        self.wait_until_ready()
    }

    fn quit(&mut self) {
        let id = self.child.id().to_string();
        let _asked = shell::run(shell::command("kill").args(["-QUIT", &id]));
        let _ended = self.child.wait();
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut ask = shell::command(self.programs.join("pg_isready"));
            if shell::ask(ask.arg("-q").arg("-h").arg(&self.folder)).is_some() {
                return Ok(());
            }
            if Instant::now() > until || self.child.try_wait()?.is_some() {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL does not start: {}", log.trim());
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// The address of its database.
    pub fn address(&self) -> String {
        format!("postgres://escalation@localhost/postgres?host={}", self.folder.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.quit();
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

fn serve(programs: &Path, folder: &Path, durability: Durability) -> Result<Child> {
    let log = fs::File::options().create(true).append(true).open(folder.join("log"));
    let log = log.context("cannot write the log of PostgreSQL")?;
    let mut serve = unprivileged(&programs.join("postgres"));
    serve.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-c", "listen_addresses="]);
    let more: &[&str] = match durability {
        Durability::None => &["-c", "fsync=off", "-c", "shared_buffers=64MB"],
        Durability::Full => &["-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"],
    };
    serve.args(more).args(["-c", "max_connections=300"]);
    serve.current_dir(folder).stdout(log.try_clone()?).stderr(log).spawn().context("cannot start postgres")
}

fn is_root() -> bool {
    shell::ask(shell::command("id").arg("-u")).as_deref() == Some("0")
}

/// A program that is not run as root, and that ends with this one where the system can see to it.
fn unprivileged(program: &Path) -> Command {
    if shell::which("setpriv").is_none() {
        let mut command = shell::command(program);
        command.stdin(Stdio::null());
        return command;
    }
    let mut command = shell::command("setpriv");
    if is_root() {
        command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups"]);
    }
    command.args(["--pdeathsig", "QUIT"]).arg(program).stdin(Stdio::null());
    command
}
