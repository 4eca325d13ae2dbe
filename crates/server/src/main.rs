//! Starts the server.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use escalation_server::{
    Command, Config, LogFormat, Read, Setting, allow_open_files, check, run_accounts, run_backups, run_keys, start,
};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// How long what runs beside the server, such as a check of a path, may still take when it has ended.
const LEFT_OVER: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let Read { config, settings } = match Config::read(std::env::args_os()) {
        Ok(read) => read,
        Err(error) => error.exit(),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // What cannot be written is lost, and nothing else: a full disk or a closed pipe must not end a request, or the server.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    match config.log {
        // Colours are for people who look on, not for files.
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).init(),
    }
    if config.check_config {
        return match check(&config) {
            Ok(()) => {
                print_settings(&settings);
                ExitCode::SUCCESS
            }
            Err(error) => failed(&error),
        };
    }
    allow_open_files();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let code = match runtime.block_on(run(config)) {
        Ok(code) => code,
        // Each error says its cause itself.
        Err(error) => failed(&*error),
    };
    runtime.shutdown_timeout(LEFT_OVER);
    code
}

/// Says what is configured: a file of the configuration that would say the same, but for what is not shown.
fn print_settings(settings: &[Setting]) {
    let mut out = std::io::stdout();
    for Setting { name, value, source } in settings {
        let _nobody_listens = writeln!(out, "{name} = {value:?}  # {}", source.word());
    }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    let _nobody_listens = writeln!(std::io::stderr(), "error: {error}");
    ExitCode::FAILURE
}

async fn run(config: Config) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let print = |said: &str| {
        let mut out = std::io::stdout();
        writeln!(out, "{said}").and_then(|()| out.flush())
    };
    match &config.command {
        None => {}
        Some(Command::Key(command)) => {
            run_keys(&config, command, print).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Account(command)) => {
            run_accounts(&config, command, print).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Backups(command)) => {
            print(&run_backups(&config, command).await?)?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let running = start(config).await?;
    let (first, is_asked) = oneshot::channel();
    let (second, is_urged) = oneshot::channel();
    // Before anybody is told that it runs.
    tokio::spawn(say_when(Signals::new()?, first, second));
    // The first line on standard output: whoever started the server waits for it.
    let mut out = std::io::stdout();
    let _nobody_listens = writeln!(out, "Escalation Path Builder is at {}://{}/", running.scheme(), running.address());
    if let Some(link) = running.first_link() {
        // Not in the log, which others may read.
        let _nobody_listens = writeln!(out, "The first administrator signs in here, once and within 24 hours: {link}");
    }
    let stop = async {
        if is_asked.await.is_err() {
            // Nothing but the end of the process stops it.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = running.serve(stop) => Ok(ExitCode::SUCCESS),
        Ok(()) = is_urged => {
            tracing::warn!("asked to stop twice: stopped at once");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Says when the process is asked to stop, and when once more.
async fn say_when(mut signals: Signals, first: oneshot::Sender<()>, second: oneshot::Sender<()>) {
    for told in [first, second] {
        signals.next().await;
        tracing::info!("asked to stop");
        let _served = told.send(());
    }
}

/// By what the process is asked to stop.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// By what the process is asked to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nothing but the end of the process stops it.
            std::future::pending::<()>().await;
        }
    }
}
