//! What deliveries go to: a mail server and a receiver of webhooks, both on real ports.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use mailin::{Action, AuthMechanism, Handler, SessionBuilder, response};
use mailparse::MailHeaderMap as _;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A mail that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) content: Vec<u8>,
    /// Whether it came encrypted.
    pub(crate) is_encrypted: bool,
}

impl Mail {
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        mailparse::parse_mail(&self.content).unwrap().headers.get_all_values(name)
    }

    /// The part of a kind, as text.
    pub(crate) fn part(&self, kind: &str) -> String {
        let mail = mailparse::parse_mail(&self.content).unwrap();
        let part = mail.parts().find(|part| part.ctype.mimetype == kind);
        part.unwrap().get_body().unwrap().replace("\r\n", "\n")
    }

    /// The links of its plain text: to acknowledge and to decline.
    pub(crate) fn links(&self) -> [String; 2] {
        let text = self.part("text/plain");
        let links: Vec<_> = text.lines().filter(|line| line.starts_with("https://")).map(str::to_string).collect();
        links.try_into().unwrap()
    }
}

/// A mail server. Where it asks who sends, it knows one user.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
}

#[derive(Clone)]
struct Taker {
    mails: Arc<Mutex<Vec<Mail>>>,
    mail: Mail,
}

impl Handler for Taker {
    fn data_start(&mut self, _: &str, _: &str, _: bool, to: &[String]) -> mailin::Response {
        self.mail = Mail { to: to.to_vec(), content: Vec::new(), ..self.mail };
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.mail.content.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> mailin::Response {
        self.mails.lock().unwrap().push(self.mail.clone());
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> mailin::Response {
        if (user, password) == ("pager@example.com", "open sesame") {
            response::AUTH_OK
        } else {
            response::INVALID_CREDENTIALS
        }
    }
}

/// An address on which nobody listens.
pub(crate) fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl MailServer {
    /// One that takes mail from everybody.
    pub(crate) fn start() -> Self {
        Self::on(nowhere(), false)
    }

    /// One that perhaps asks who sends.
    pub(crate) fn on(address: SocketAddr, asks: bool) -> Self {
        Self::wrapped(address, asks, Wrapping::None, None)
    }

    /// One that is encrypted from the beginning or from some command on, and asks who sends. With its certificate, as PEM.
    pub(crate) fn encrypted(wrapping: Wrapping) -> (Self, String) {
        let of = rcgen::generate_simple_self_signed(["0.0.0.0".to_string()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(of.signing_key.serialize_der());
        let _already = rustls::crypto::ring::default_provider().install_default();
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![of.cert.der().clone()], key.into()).unwrap();
        (Self::wrapped(nowhere(), true, wrapping, Some(Arc::new(config))), of.cert.pem())
    }

    fn wrapped(address: SocketAddr, asks: bool, wrapping: Wrapping, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let mail = Mail { to: Vec::new(), content: Vec::new(), is_encrypted: false };
        let taker = Taker { mails: Arc::clone(&mails), mail };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (taker, tls) = (taker.clone(), tls.clone());
                // Whoever goes away in the midst of it is no fault.
                std::thread::spawn(move || drop(serve(stream.unwrap(), taker, asks, wrapping, tls)));
            }
        });
        Self { address, mails }
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }
}

/// How a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapping {
    None,
    /// By STARTTLS. Who sends is not asked before.
    Command,
    /// From the beginning.
    All,
}

/// A connection that may become encrypted.
enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn encrypted(self, tls: &Arc<ServerConfig>) -> Self {
        match self {
            Self::Plain(stream) => {
                Self::Tls(Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(tls)).unwrap(), stream)))
            }
            Self::Tls(_) => self,
        }
    }

    /// Up to the end of a line, and nothing after it, which may be encrypted. Empty at the end.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while line.last() != Some(&b'\n') && self.read(&mut byte)? == 1 {
            line.push(byte[0]);
        }
        Ok(line)
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(from),
            Self::Tls(stream) => stream.write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

fn serve(
    stream: TcpStream,
    mut taker: Taker,
    asks: bool,
    wrapping: Wrapping,
    tls: Option<Arc<ServerConfig>>,
) -> io::Result<()> {
    let mut builder = SessionBuilder::new("mail.test");
    let mut wire = Wire::Plain(stream);
    if asks {
        builder.enable_auth(AuthMechanism::Plain);
        if wrapping != Wrapping::Command {
            builder.insecure_enable_plaintext_auth();
        }
    }
    match (wrapping, &tls) {
        (Wrapping::Command, _) => drop(builder.enable_start_tls()),
        (Wrapping::All, Some(tls)) => wire = wire.encrypted(tls),
        _ => {}
    }
    // By STARTTLS nothing else is taken before it.
    taker.mail.is_encrypted = wrapping != Wrapping::None;
    let mut session = builder.build(IpAddr::from([127, 0, 0, 1]), taker);
    let mut answer = session.greeting();
    loop {
        if !matches!(answer.action, Action::NoReply) {
            answer.write_to(&mut wire)?;
            wire.flush()?;
        }
        match (&answer.action, &tls) {
            (Action::Close, _) => return Ok(()),
            (Action::UpgradeTls, Some(tls)) => {
                wire = wire.encrypted(tls);
                session.tls_active();
            }
            _ => {}
        }
        let line = wire.line()?;
        if line.is_empty() {
            return Ok(());
        }
        answer = session.process(&line);
    }
}

/// How a receiver of webhooks behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Takes,
    Answers(u16),
    Redirects,
    NeverAnswers,
    /// It takes what comes, and its answer has no end.
    AnswersForEver,
}

/// What came to a receiver.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    hooks: Arc<Mutex<Vec<Hook>>>,
    manner: Arc<Mutex<Manner>>,
}

impl Receiver {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let receiver = Self { url, hooks: Arc::default(), manner: Arc::new(Mutex::new(manner)) };
        let router =
            Router::new().route("/hook", post(take)).route("/elsewhere", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub(crate) fn hooks(&self) -> Vec<Hook> {
        self.hooks.lock().unwrap().clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    receiver.hooks.lock().unwrap().push(Hook { headers, body });
    let manner = *receiver.manner.lock().unwrap();
    match manner {
        Manner::Takes => StatusCode::NO_CONTENT.into_response(),
        Manner::Answers(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Manner::Redirects => (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
        Manner::NeverAnswers => std::future::pending().await,
        Manner::AnswersForEver => {
            let piece = || Some((Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 64 * 1024])), ()));
            Body::from_stream(futures_util::stream::unfold((), move |()| std::future::ready(piece()))).into_response()
        }
    }
}
