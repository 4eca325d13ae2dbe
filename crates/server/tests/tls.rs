//! https: the certificate that is given is shown, one that is renewed counts without a restart.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::common::config;
use escalation_server::{AccountCommand, Config, Limits, Role, check, run_accounts, start};

/// Writes a new certificate for `localhost` and its key, and says which it is.
fn renew(folder: &Path) -> Certificate {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_string()]).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    Certificate::from_der(cert.der()).unwrap()
}

fn with_tls(folder: &Path) -> Config {
    let file = |name: &str| folder.join(name).display().to_string();
    config(folder, &["--tls-cert", &file("cert.pem"), "--tls-key", &file("key.pem")])
}

/// A client that trusts one certificate and no other.
fn trusting(certificate: &Certificate) -> Client {
    Client::builder().tls_certs_only([certificate.clone()]).build().unwrap()
}

#[tokio::test]
async fn a_renewed_certificate_counts_without_a_restart() {
    let folder = TempDir::new().unwrap();
    let first = renew(folder.path());
    let running = start(with_tls(folder.path())).await.unwrap();
    assert_eq!(running.scheme(), "https");
    let port = running.address().port();
    let url = format!("https://localhost:{port}/v2/escalation_paths");
    let served = tokio::spawn(running.serve(std::future::pending()));

    let told = trusting(&first).get(&url).send().await.unwrap();
    assert_eq!(told.status(), 200);
    let second = renew(folder.path());
    // It is looked for every few seconds.
    let counts = async {
        while trusting(&second).get(&url).send().await.is_err() {
            sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), counts).await.unwrap();
    assert!(trusting(&first).get(&url).send().await.is_err());

    // What cannot be used takes nothing away.
    fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    sleep(Duration::from_secs(6)).await;
    assert_eq!(trusting(&second).get(&url).send().await.unwrap().status(), 200);
    served.abort();
}

#[tokio::test]
async fn a_request_that_is_not_encrypted_is_told_so() {
    let folder = TempDir::new().unwrap();
    renew(folder.path());
    let running = start(with_tls(folder.path())).await.unwrap();
    let running = running.with_limits(Limits { head: Duration::from_secs(1), ..Limits::default() });
    let address = running.address();
    let served = tokio::spawn(running.serve(std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("https_only"), "{said}");

    // Whoever says nothing, or half a handshake, does not stay.
    for begun in [&b""[..], b"\x16\x03\x01"] {
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(begun).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(60), silent.read(&mut [0; 1])).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)), "{begun:?}");
    }
    served.abort();
}

#[tokio::test]
async fn what_is_no_certificate_is_told_at_the_start() {
    let folder = TempDir::new().unwrap();
    renew(folder.path());
    assert!(check(&with_tls(folder.path())).is_ok());
    let cert = fs::read(folder.path().join("cert.pem")).unwrap();
    let other = renew(folder.path());
    drop(other);
    for (file, content, expected) in [
        ("cert.pem", &b"nothing"[..], "has no certificates in PEM"),
        ("cert.pem", &cert, "cannot be used with its key"),
        ("key.pem", b"", "has no private key in PEM"),
    ] {
        renew(folder.path());
        fs::write(folder.path().join(file), content).unwrap();
        let error = start(with_tls(folder.path())).await.map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(file) && error.contains(expected), "{error}");
        assert_eq!(check(&with_tls(folder.path())).unwrap_err().to_string(), error);
    }
}

#[tokio::test]
async fn a_link_to_sign_in_begins_as_the_server_is_reached() {
    let folder = TempDir::new().unwrap();
    renew(folder.path());
    let command =
        AccountCommand::Link { name: "Ada".to_string(), role: Role::Admin, team_roles: Vec::new(), minutes: 5 };
    let mut said = String::new();
    let print = |link: &str| {
        said.push_str(link);
        Ok(())
    };
    run_accounts(&with_tls(folder.path()), &command, print).await.unwrap();
    assert!(said.starts_with("https://127.0.0.1"), "{said}");
}
