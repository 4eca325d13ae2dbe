//! Connections by https. The certificate is read again when its files change, so that one that is renewed counts without
//! a restart.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::error::StartError;
use crate::files;

/// How often it is looked whether the files have changed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The certificate that clients are shown.
pub(crate) struct Tls {
    cert: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

struct Current {
    acceptor: TlsAcceptor,
    /// When its files were changed last.
    changed: Changed,
    looked: Instant,
}

/// When the files of the certificate and the key were changed; nothing where that is not known.
type Changed = [Option<SystemTime>; 2];

impl Tls {
    /// Reads the certificate and its key.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub(crate) fn load(cert: PathBuf, key: PathBuf) -> Result<Self, StartError> {
        if files::is_for_everybody(&key) {
            let file = key.display();
            tracing::warn!(%file, "everybody on this machine can read the key; `chmod 600` keeps it to you");
        }
        // Before they are read: a change meanwhile is seen the next time.
        let changed = changed(&cert, &key);
        let acceptor = read(&cert, &key)?;
        let current = Mutex::new(Current { acceptor, changed, looked: Instant::now() });
        Ok(Self { cert, key, current })
    }

    /// What takes on connections now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.looked.elapsed() >= LOOK_EVERY {
            current.looked = Instant::now();
            let changed = changed(&self.cert, &self.key);
            if changed != current.changed {
                match read(&self.cert, &self.key) {
                    Ok(acceptor) => {
                        tracing::info!("the certificate has changed, and was read again");
                        (current.acceptor, current.changed) = (acceptor, changed);
                    }
                    // One of two files may be written already. The one that was read before still counts.
                    Err(error) => tracing::error!("the certificate has changed and cannot be used: {error}"),
                }
            }
        }
        current.acceptor.clone()
    }
}

fn changed(cert: &PathBuf, key: &PathBuf) -> Changed {
    [cert, key].map(|file| fs::metadata(file).and_then(|found| found.modified()).ok())
}

fn read(cert: &PathBuf, key: &PathBuf) -> Result<TlsAcceptor, StartError> {
    let wrong = |file: &PathBuf, what: String| StartError::Content { file: file.clone(), what };
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| wrong(cert, format!("has no certificates in PEM: {error}")))?;
    if chain.is_empty() {
        return Err(wrong(cert, "has no certificates in PEM".to_string()));
    }
    let secret = PrivateKeyDer::from_pem_file(key);
    let secret = secret.map_err(|error| wrong(key, format!("has no private key in PEM: {error}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|config| config.with_no_client_auth())
        .and_then(|config| config.with_single_cert(chain, secret));
    let mut config = config.map_err(|error| wrong(cert, format!("cannot be used with its key: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
