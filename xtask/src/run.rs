//! `cargo xtask run`: from a bare machine to a page in the browser.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use lexopt::prelude::*;

use crate::{app, setup, shell};

struct Options {
    port: u16,
    data: PathBuf,
    empty: bool,
    server: Vec<OsString>,
}

fn options(args: Vec<OsString>) -> Result<Options> {
    let mut options = Options { port: 8787, data: "data".into(), empty: false, server: Vec::new() };
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("port") => {
                let port = parser.value()?;
                let port = port.to_string_lossy();
                options.port = port.parse().map_err(|_| anyhow!("`{port}` is not a port: a number from 0 to 65535"))?;
            }
            Long("data") => options.data = parser.value()?.into(),
            Long("empty") => options.empty = true,
            // What follows `--`, or is not ours, is the server's.
            Value(value) => options.server.push(value),
            Long(name) => {
                options.server.push(format!("--{name}").into());
                if let Some(value) = parser.optional_value() {
                    options.server.push(value);
                }
            }
            Short(letter) => bail!("there is no option `-{letter}`; see `cargo xtask help`"),
        }
    }
    Ok(options)
}

pub fn command(args: Vec<OsString>) -> Result<()> {
    let options = options(args)?;
    // Said before minutes go by, rather than after.
    if let Err(error) = TcpListener::bind(("127.0.0.1", options.port))
        && error.kind() == std::io::ErrorKind::AddrInUse
    {
        bail!("port {0} is in use: stop the program that has it, or choose another with --port", options.port);
    }
    let tools = setup::to_build()?;
    app::build(&tools)?;
    let server = app::server()?;

    let mut serve = shell::command(&server);
    serve.arg("--listen").arg(format!("127.0.0.1:{}", options.port));
    serve.arg("--data").arg(shell::root().join(&options.data)).arg("--app").arg(app::dist());
    if options.empty {
        serve.arg("--empty");
    }
    let status = serve.args(&options.server).status()?;
    if !status.success() {
        bail!("the server stopped ({status})");
    }
    Ok(())
}
