//! Parameters in the address.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Query as AxumQuery};
use axum::http::request::Parts;
use escalation_api::capitalised;
use escalation_engine::instant::DAY;
use escalation_engine::{Instant, Seconds};

use crate::error::ApiError;

/// The longest value of a parameter, in bytes. The database searches for no more than some ten thousand.
const MAX_VALUE: usize = 1_000;

/// The parameters of a request.
pub(crate) struct Query(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = AxumQuery::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let AxumQuery(pairs) = query.map_err(|error| ApiError::bad_request(error.to_string()))?;
        if pairs.iter().filter(|(name, _)| name == "page_size").count() > 1 {
            let message = "Page_size must be given once".to_string();
            return Err(ApiError::invalid_parameter("page_size", message));
        }
        let map: BTreeMap<_, _> = pairs.into_iter().collect();
        for (name, value) in &map {
            let wrong = |what: &str| Err(ApiError::invalid_parameter(name, format!("{} {what}", capitalised(name))));
            if value.contains('\0') {
                return wrong("must not contain NUL");
            }
            if value.len() > MAX_VALUE {
                return wrong(&format!("must have at most {MAX_VALUE} bytes"));
            }
        }
        Ok(Self(map))
    }
}

impl Query {
    /// A parameter that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// How many are asked for: from 1 to `most`, 25 if that is not said.
    pub(crate) fn page_size(&self, most: u32) -> Result<u32, ApiError> {
        let Some(text) = self.0.get("page_size") else { return Ok(25) };
        let size = text.parse::<u32>().ok().filter(|size| (1..=most).contains(size));
        size.ok_or_else(|| ApiError::invalid_parameter("page_size", format!("Page_size must be from 1 to {most}")))
    }

    /// An instant, if one is given, within the times that are told apart here.
    pub(crate) fn instant(&self, name: &str) -> Result<Option<Instant>, ApiError> {
        let wrong = |message| ApiError::invalid_parameter(name, message);
        let Some(text) = self.get(name) else { return Ok(None) };
        let at = text.parse::<Instant>().map_err(wrong)?;
        if is_told_apart(at) { Ok(Some(at)) } else { Err(wrong(out_of_time(name))) }
    }

    /// True or false; false if that is not said.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(false),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(ApiError::invalid_parameter(name, format!("{name} must be true or false"))),
        }
    }
}

/// Finds what is wrong with the fields of the start and the end of an interval, each with its name. The end must come after
/// the start, by at most `longest` seconds; `longest` is a number of days.
pub(crate) fn interval_faults<'a>(
    (start_name, start): (&'a str, Instant),
    (end_name, end): (&'a str, Instant),
    longest: Option<Seconds>,
) -> Vec<(&'a str, String)> {
    let beyond = [(start_name, start), (end_name, end)].into_iter().filter(|(_, at)| !is_told_apart(*at));
    let mut faults: Vec<_> = beyond.map(|(name, _)| (name, out_of_time(name))).collect();
    if faults.is_empty() && (end <= start || longest.is_some_and(|longest| end - start > longest)) {
        let most = longest.map_or_else(String::new, |longest| format!(", and not by more than {} days", longest / DAY));
        faults.push((end_name, format!("{} must be after {start_name}{most}", capitalised(end_name))));
    }
    faults
}

/// Whether an instant is none of those that all that lie beyond are taken for.
pub(crate) fn is_told_apart(at: Instant) -> bool {
    Instant::MIN < at && at < Instant::MAX
}

/// What is said of a field with an instant that is not.
pub(crate) fn out_of_time(name: &str) -> String {
    format!("{} must be after {} and before {}", capitalised(name), Instant::MIN, Instant::MAX)
}
