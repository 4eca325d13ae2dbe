//! The server as a process of its own, whose calls of the system can be made to fail.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Kinds of calls, as fault.c has them.
pub(crate) const WRITE: i64 = 1;
pub(crate) const SYNC: i64 = 2;
pub(crate) const OPEN: i64 = 4;
pub(crate) const ALLOC: i64 = 8;
pub(crate) const READ: i64 = 16;

/// Errors, as Linux numbers them.
pub(crate) const EIO: i64 = 5;
pub(crate) const ENOMEM: i64 = 12;
pub(crate) const ENFILE: i64 = 23;
pub(crate) const ENOSPC: i64 = 28;

/// What fails, and with what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) calls: i64,
    pub(crate) error: i64,
    /// Whether all calls after the first fail, too, until it is over.
    pub(crate) lasts: bool,
}

pub(crate) struct Process {
    pub(crate) base: String,
    child: Child,
    control: File,
    log: PathBuf,
    _control: TempDir,
}

impl Process {
    /// Starts the server on a folder that has the app and the data.
    pub(crate) fn start(folder: &Path) -> Self {
        let (library, ranges) = library();
        let files = TempDir::new().unwrap();
        let name = files.path().join("control");
        let control = File::options().read(true).write(true).create_new(true).open(&name).unwrap();
        control.set_len(9 * 8).unwrap();
        for (index, offset) in (5..).zip(ranges) {
            control.write_all_at(&offset.to_ne_bytes(), index * 8).unwrap();
        }
        let log = folder.join("log");
        let errors = File::options().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
        command.args(["--requests-per-minute", "0", "--escalations-per-minute", "0"]);
        command.args(["--listen", "127.0.0.1:0", "--app"]).arg(crate::common::app(folder));
        command.arg("--data").arg(folder.join("data"));
        command.env("LD_PRELOAD", library).env("FAULT_CONTROL", &name).env("RUST_LOG", "warn");
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().rsplit(' ').next().unwrap().trim_end_matches('/').to_string();
        assert!(base.starts_with("http"), "it does not start: {}", fs::read_to_string(&log).unwrap());
        Self { base, child, control, log, _control: files }
    }

    /// From now on the call of that number fails.
    pub(crate) fn arm(&self, fault: Fault, number: i64) {
        for (index, value) in (1..).zip([number, i64::from(fault.lasts), fault.error, 0]) {
            self.control.write_all_at(&value.to_ne_bytes(), index * 8).unwrap();
        }
        self.control.write_all_at(&fault.calls.to_ne_bytes(), 0).unwrap();
    }

    /// Nothing fails any more; says whether something did.
    pub(crate) fn disarm(&self) -> bool {
        self.control.write_all_at(&0_i64.to_ne_bytes(), 0).unwrap();
        let mut fired = [0; 8];
        self.control.read_exact_at(&mut fired, 4 * 8).unwrap();
        i64::from_ne_bytes(fired) > 0
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<_> = log.lines().collect();
            println!("the end of its log:\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The library that lets calls fail, and where in the program SQLite asks for memory.
fn library() -> (&'static Path, [i64; 4]) {
    static LIBRARY: OnceLock<(PathBuf, [i64; 4])> = OnceLock::new();
    let (library, ranges) = LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faulty/fault.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fault-{}.so", std::process::id()));
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-fPIC", "-shared", "-o"]).arg(&library).arg(source).arg("-ldl");
        assert!(compiler.status().expect("a C compiler").success());
        (library, [range("sqlite3MemMalloc"), range("sqlite3MemRealloc")].concat().try_into().unwrap())
    });
    (library, *ranges)
}

/// Where in the program a function is.
fn range(function: &str) -> Vec<i64> {
    let symbols = Command::new("nm").arg("-S").arg(env!("CARGO_BIN_EXE_escalation-server")).output().unwrap();
    let symbols = String::from_utf8(symbols.stdout).unwrap();
    let line = symbols.lines().find(|line| line.ends_with(&format!(" {function}"))).expect("SQLite is in the program");
    let mut words = line.split(' ').map(|word| i64::from_str_radix(word, 16));
    let (from, size) = (words.next().unwrap().unwrap(), words.next().unwrap().unwrap());
    vec![from, from + size]
}
