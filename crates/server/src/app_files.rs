//! The built app: its files in memory, compressed when it was built, with the headers that keep a browser safe and a
//! second visit fast.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::addresses::is_of_the_api;
use crate::error::{ApiError, IsFile, StartError};
use crate::tags;

/// The files of the app by their path in the address.
pub(crate) struct AppFiles {
    files: BTreeMap<String, File>,
    policy: HeaderValue,
}

struct File {
    plain: Representation,
    brotli: Option<Representation>,
    gzip: Option<Representation>,
    content_type: &'static str,
    /// Its name has a hash of its content, so it never changes.
    hashed: bool,
}

/// A file in one encoding, with a tag of its own: by the same strong tag, a cache may take one for the other.
struct Representation {
    content: Bytes,
    encoding: Option<&'static str>,
    /// Without quotation marks.
    tag: String,
}

impl Representation {
    fn new(content: &[u8], encoding: Option<&'static str>) -> Self {
        let tag = STANDARD.encode(Sha256::digest(content));
        Self { content: Bytes::copy_from_slice(content), encoding, tag }
    }
}

impl AppFiles {
    /// Loads the app from a folder, or from inside this program. `frames` are the origins that may show it in a frame.
    pub(crate) fn load(folder: Option<&Path>, frames: &[String]) -> Result<Arc<Self>, StartError> {
        let mut contents = BTreeMap::new();
        match folder {
            Some(folder) => {
                if !folder.join("index.html").is_file() {
                    return Err(StartError::NoApp { folder: folder.to_path_buf() });
                }
                read(folder, "", &mut contents)?;
            }
            None if embedded(&mut contents) => {}
            // `dist` is where the build puts the app; a program without the app inside looks there.
            None => {
                let folder = PathBuf::from("dist");
                if !folder.join("index.html").is_file() {
                    return Err(StartError::NoAppInside { folder });
                }
                read(&folder, "", &mut contents)?;
            }
        }
        let policy = policy(contents.get("index.html").map_or(&[], Vec::as_slice), frames);
        let compressed = |name: &str| name.ends_with(".br") || name.ends_with(".gz");
        let files = contents.iter().filter(|(name, _)| !compressed(name)).map(|(name, content)| {
            let other = |ending: &str, encoding: &'static str| {
                contents.get(&format!("{name}{ending}")).map(|content| Representation::new(content, Some(encoding)))
            };
            let file = File {
                plain: Representation::new(content, None),
                brotli: other(".br", "br"),
                gzip: other(".gz", "gzip"),
                content_type: content_type(name),
                hashed: is_hashed(name),
            };
            (format!("/{name}"), file)
        });
        Ok(Arc::new(Self { files: files.collect(), policy }))
    }
}

fn read(folder: &Path, prefix: &str, contents: &mut BTreeMap<String, Vec<u8>>) -> Result<(), StartError> {
    let failed = |file: &Path| {
        let file = file.to_path_buf();
        move |source| StartError::Read { file, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path: PathBuf = entry.map_err(failed(folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            read(&path, &format!("{prefix}{name}/"), contents)?;
        } else {
            contents.insert(format!("{prefix}{name}"), fs::read(&path).map_err(failed(&path))?);
        }
    }
    Ok(())
}

/// Takes the app from inside this program; false if it has none.
#[cfg(feature = "embed-app")]
fn embedded(contents: &mut BTreeMap<String, Vec<u8>>) -> bool {
    static APP: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/../../dist");
    fn add(dir: &include_dir::Dir<'_>, contents: &mut BTreeMap<String, Vec<u8>>) {
        for file in dir.files() {
            contents.insert(file.path().to_string_lossy().replace('\\', "/"), file.contents().to_vec());
        }
        for dir in dir.dirs() {
            add(dir, contents);
        }
    }
    add(&APP, contents);
    contents.contains_key("index.html")
}

#[cfg(not(feature = "embed-app"))]
fn embedded(_contents: &mut BTreeMap<String, Vec<u8>>) -> bool {
    false
}

/// What the page may do: load its own files and talk to this server. The scripts inside the page are named by their
/// hashes, so nothing else runs.
fn policy(index: &[u8], frames: &[String]) -> HeaderValue {
    let html = String::from_utf8_lossy(index);
    let mut hashes = String::new();
    for part in html.split("<script").skip(1) {
        let Some((attributes, rest)) = part.split_once('>') else { continue };
        let Some((script, _)) = rest.split_once("</script>") else { continue };
        if !attributes.contains("src=") && !script.is_empty() {
            hashes.push_str(&format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))));
        }
    }
    let frames = if frames.is_empty() { "'none'".to_string() } else { frames.join(" ") };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {frames}"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

pub(crate) fn router(app: Arc<AppFiles>) -> Router {
    Router::new().fallback(serve).with_state(app)
}

async fn serve(State(app): State<Arc<AppFiles>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if is_of_the_api(path) {
        return ApiError::not_found("The requested resource").into_response();
    }
    let path = if path == "/" { "/index.html" } else { path };
    let Some(file) = app.files.get(path) else { return ApiError::not_found("The requested file").into_response() };
    if method != Method::GET && method != Method::HEAD {
        return ApiError::method_not_allowed().into_response();
    }
    let chosen = match (&file.brotli, &file.gzip) {
        (Some(brotli), _) if accepts(&headers, "br") => brotli,
        (_, Some(gzip)) if accepts(&headers, "gzip") => gzip,
        _ => &file.plain,
    };
    let mut answer = HeaderMap::new();
    let caching = if file.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", chosen.tag)) {
        answer.insert(ETAG, etag);
    }
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if file.content_type.starts_with("text/html") {
        answer.insert(CONTENT_SECURITY_POLICY, app.policy.clone());
    }
    let mut response = if is_known(&headers, &chosen.tag) {
        (StatusCode::NOT_MODIFIED, answer).into_response()
    } else {
        answer.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        if let Some(encoding) = chosen.encoding {
            answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        (answer, Body::from(chosen.content.clone())).into_response()
    };
    response.extensions_mut().insert(IsFile);
    response
}

/// Whether the browser has a file with this tag already, whatever was done to the tag on its way.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok()).any(|known| {
        known.trim() == "*"
            || tags::opaque(known).into_iter().any(|known| known == tag || tags::without_encoding(known) == tag)
    })
}

/// Whether a request accepts an encoding: named, and not with a weight of 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = |part: &str| {
            part.split_once('=')
                .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
                .and_then(|(_, weight)| weight.trim().parse::<f32>().ok())
        };
        named && !parts.any(|part| weight(part) == Some(0.0))
    })
}

/// Whether the bundler put a hash into the name: `-` and 16 hexadecimal digits before the ending.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let hash = stem.rsplit_once('-').map_or("", |(_, hash)| hash);
    hash.len() >= 15 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash() {
        assert!(is_hashed("escalation-path-builder-1f3a5b7c9d0e2f41_bg.wasm"));
        assert!(is_hashed("main-a1b2c3d4e5f60718.css"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("favicon.svg"));
    }

    #[test]
    fn encodings() {
        let with = |value: &'static str| HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(accepts(&with("gzip, deflate, br"), "br"));
        assert!(!accepts(&with("gzip, br;q=0"), "br"));
        assert!(accepts(&with("br;q=0.5"), "br"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }

    #[test]
    fn scripts_are_named_by_their_hashes() {
        let policy = policy(b"<script type=\"module\">1</script><script src=\"x.js\"></script>", &[]);
        let text = policy.to_str().unwrap();
        assert!(text.contains("'wasm-unsafe-eval' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=';"), "{text}");
        assert!(!text.contains("unsafe-inline"));
    }
}
