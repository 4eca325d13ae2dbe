//! Sessions of browsers: a token in a cookie, of which the database has the digest; and which requests come from pages of
//! our own.

use axum::http::header::{COOKIE, HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};

use crate::error::ApiError;
use crate::guard::is_loopback;
use crate::signing;

/// What tokens begin with, so that a search for leaked secrets finds them.
const PREFIX: &str = "eps_";
/// The cookie with the token. Where the server is reached by https, browsers take it from this host alone.
const COOKIES: Names = Names { secure: "__Host-epb_session", plain: "epb_session" };
/// The cookie by which somebody who comes back from their provider is known to have begun here.
const SIGN_IN_COOKIES: Names = Names { secure: "__Host-epb_sign_in", plain: "epb_sign_in" };
/// The longest value of a cookie that is looked at, in bytes.
const MAX_VALUE: usize = 200;
/// From where a browser says that a request comes.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The name of a cookie: where it is sent over https alone, and on this machine without that.
struct Names {
    secure: &'static str,
    plain: &'static str,
}

/// How long sessions last, and how their cookies are made.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    /// For how long one may rest, in milliseconds.
    pub(crate) idle: i64,
    /// How long one lasts at most, in milliseconds.
    pub(crate) longest: i64,
    /// Where people reach the server, if that is known: scheme, name and port.
    pub(crate) origin: Option<String>,
}

/// A token that nobody can guess.
///
/// # Errors
/// Where the system has no randomness to give.
pub(crate) fn new_token() -> Result<String, ApiError> {
    Ok(format!("{PREFIX}{}", signing::secret_text()?))
}

impl Sessions {
    /// The token of the session of a request, if there is one in it.
    pub(crate) fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.cookie(headers, &COOKIES).filter(|token| token.starts_with(PREFIX))
    }

    /// What somebody has who went from here to their provider.
    pub(crate) fn sign_in<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.cookie(headers, &SIGN_IN_COOKIES)
    }

    /// Gives the token of a session to a browser; an empty one takes it back.
    pub(crate) fn keep(&self, headers: &HeaderMap, token: &str) -> Option<HeaderValue> {
        let seconds = if token.is_empty() { 0 } else { self.longest / 1_000 };
        self.set(headers, &COOKIES, token, seconds)
    }

    /// Gives a browser what it has to come back with, for so many seconds; with none, takes it back.
    pub(crate) fn keep_sign_in(&self, headers: &HeaderMap, value: &str, seconds: i64) -> Option<HeaderValue> {
        self.set(headers, &SIGN_IN_COOKIES, value, seconds)
    }

    /// The one cookie with a name. Of two with one name nobody knows which is ours.
    fn cookie<'a>(&self, headers: &'a HeaderMap, names: &Names) -> Option<&'a str> {
        let name = if self.is_secure(headers) { names.secure } else { names.plain };
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
        let value = values.next()?;
        (values.next().is_none() && !value.is_empty() && value.len() <= MAX_VALUE).then_some(value)
    }

    fn set(&self, headers: &HeaderMap, names: &Names, value: &str, seconds: i64) -> Option<HeaderValue> {
        let (name, secure) = if self.is_secure(headers) { (names.secure, "; Secure") } else { (names.plain, "") };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::try_from(cookie).ok().map(|mut cookie| {
            cookie.set_sensitive(true);
            cookie
        })
    }

    /// Whether cookies go over https alone: always, but on this machine.
    fn is_secure(&self, headers: &HeaderMap) -> bool {
        if let Some(origin) = &self.origin {
            return origin.starts_with("https://");
        }
        !headers.get(HOST).and_then(|host| host.to_str().ok()).is_some_and(is_loopback)
    }

    /// Whether a page was loaded over http where a browser keeps cookies of https alone: it would sign nobody in.
    pub(crate) fn is_too_plain(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let Some(authority) = origin.strip_prefix("http://") else { return false };
        self.is_secure(headers) && !is_loopback(authority)
    }

    /// Whether a request that changes something comes from a page of ours, as its browser says: a page elsewhere can have a
    /// browser send requests with our cookie, and cannot have it say so.
    pub(crate) fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        if let Some(site) = text(&FETCH_SITE) {
            return site == "same-origin";
        }
        // An older browser, or one that does not trust the connection.
        let Some(origin) = text(&ORIGIN) else { return false };
        let is_host = || {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some() && authority == text(&HOST) && !self.is_too_plain(headers)
        };
        self.origin.as_deref() == Some(origin) || is_host()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn sessions(origin: Option<&str>) -> Sessions {
        Sessions { idle: 1, longest: 60_000, origin: origin.map(str::to_string) }
    }

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        }
        headers
    }

    #[test]
    fn cookies_are_for_https_and_one_host_alone_but_on_this_machine() {
        let set = |origin: Option<&str>, host: &str| {
            let cookie = sessions(origin).keep(&headers(&[("host", host)]), "eps_x").unwrap();
            cookie.to_str().unwrap().to_string()
        };
        let plain = "epb_session=eps_x; Path=/; HttpOnly; SameSite=Lax; Max-Age=60";
        let secure = "__Host-epb_session=eps_x; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure";
        for host in ["localhost:8787", "127.0.0.1:8787", "[::1]:8787", "localhost"] {
            assert_eq!(set(None, host), plain, "{host}");
            assert_eq!(set(Some("https://paths.example.com"), host), secure, "{host}");
        }
        for host in ["paths.example.com", "10.0.0.1:8787", "localhost.example.com"] {
            assert_eq!(set(None, host), secure, "{host}");
        }
        assert_eq!(set(Some("http://paths.example.com"), "paths.example.com"), plain);
    }

    #[test]
    fn a_token_is_read_where_there_is_one_of_that_name() {
        let token = |host: &str, cookies: &[&str]| {
            let all: Vec<_> =
                [("host", host)].into_iter().chain(cookies.iter().map(|line| ("cookie", *line))).collect();
            sessions(None).token(&headers(&all)).map(str::to_string)
        };
        assert_eq!(token("localhost", &["a=b; epb_session=eps_x; c=d"]).as_deref(), Some("eps_x"));
        assert_eq!(token("paths.example.com", &["__Host-epb_session=eps_x"]).as_deref(), Some("eps_x"));
        // A page on a neighbouring name can set this one for ours.
        assert_eq!(token("paths.example.com", &["epb_session=eps_x"]), None);
        assert_eq!(token("localhost", &["epb_session=eps_x", "epb_session=eps_y"]), None);
        for none in ["epb_session=", "epb_session=x", "epb_session", "xepb_session=eps_x"] {
            assert_eq!(token("localhost", &[none]), None, "{none}");
        }
        assert_eq!(token("localhost", &[&format!("epb_session=eps_{}", "x".repeat(MAX_VALUE))]), None);
    }

    #[test]
    fn a_request_is_from_here_where_its_browser_says_so() {
        let here = |all: &[(&str, &str)]| sessions(Some("https://paths.example.com")).is_from_here(&headers(all));
        assert!(here(&[("sec-fetch-site", "same-origin")]));
        assert!(here(&[("origin", "https://paths.example.com"), ("host", "paths.internal")]));
        assert!(here(&[("origin", "http://localhost:8787"), ("host", "localhost:8787")]));
        for elsewhere in [
            &[][..],
            &[("host", "localhost:8787")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://paths.example.com")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null"), ("host", "localhost:8787")],
            &[("origin", "https://evil.example.com"), ("host", "paths.example.com")],
            &[("origin", "http://localhost:3000"), ("host", "localhost:8787")],
            &[("origin", "https://paths.example.com.evil.example"), ("host", "localhost:8787")],
        ] {
            assert!(!here(elsewhere), "{elsewhere:?}");
        }
    }
}
