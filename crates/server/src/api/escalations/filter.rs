//! Which escalations a list is asked for: `status[one_of]=triggered&created_at[gte]=2025-01-01`.

use axum::extract::Query as AxumQuery;
use axum::http::Uri;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use escalation_api::escalation::Status;
use escalation_api::{ErrorSingle, capitalised};
use ulid::Ulid;

use crate::error::ApiError;
use crate::query::is_told_apart;
use crate::store::{Among, Filter, Span};

/// The most values that all filters may have together.
const MAX_VALUES: usize = 200;
/// The longest value, in bytes.
const MAX_VALUE: usize = 1_000;
/// The most escalations of a page.
const MAX_PAGE: u32 = 50;

/// What a list is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) filter: Filter,
    pub(super) page_size: u32,
    pub(super) after: Option<String>,
}

/// Reads the parameters of a list. Those that are none of it are not looked at, unless they have an operator.
///
/// # Errors
/// Everything that is wrong, each with its parameter.
pub(super) fn read(uri: &Uri) -> Result<Asked, ApiError> {
    let AxumQuery(pairs) = AxumQuery::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|error| ApiError::bad_request(error.to_string()))?;
    let mut asked = Asked { filter: Filter::default(), page_size: 25, after: None };
    let (mut errors, mut values, mut has_page_size) = (Vec::new(), 0, false);
    for (name, value) in &pairs {
        if value.contains('\0') || value.len() > MAX_VALUE || name.len() > MAX_VALUE {
            errors.push(wrong(&shortened(name), &format!("must have at most {MAX_VALUE} bytes and no NUL")));
            continue;
        }
        if name == "page_size" && std::mem::replace(&mut has_page_size, true) {
            errors.push(wrong(name, "must be given once"));
            continue;
        }
        let taken = match name.split_once('[').and_then(|(field, rest)| Some((field, rest.strip_suffix(']')?))) {
            Some((field, operator)) => {
                values += 1;
                asked.filter.take(field, operator, value)
            }
            None => asked.take(name, value),
        };
        if let Err(what) = taken {
            errors.push(wrong(name, &what));
        }
    }
    if values > MAX_VALUES {
        errors.push(ErrorSingle::new("invalid_value", format!("There may be at most {MAX_VALUES} values of filters")));
    }
    if errors.is_empty() { Ok(asked) } else { Err(ApiError::invalid(errors)) }
}

fn wrong(name: &str, what: &str) -> ErrorSingle {
    ErrorSingle::new("invalid_value", format!("{} {what}", capitalised(name))).at(name)
}

fn shortened(name: &str) -> String {
    let mut name = name.to_string();
    name.truncate(name.floor_char_boundary(100));
    name
}

/// The fields by which can be filtered, with their operators, for people.
const FIELDS: [(&str, &str); 7] = [
    ("escalation_path", "one_of and not_in"),
    ("status", "one_of and not_in"),
    ("alert", "one_of and not_in"),
    ("incident", "one_of and not_in"),
    ("created_at", "gte, lte and date_range"),
    ("updated_at", "gte, lte and date_range"),
    ("idempotency_key", "is and starts_with"),
];

impl Asked {
    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "page_size" => {
                let size = value.parse().ok().filter(|size| (1..=MAX_PAGE).contains(size));
                self.page_size = size.ok_or_else(|| format!("must be from 1 to {MAX_PAGE}"))?;
            }
            "after" if value.is_empty() => {}
            // Any other text is before or after all ids: an empty page, or the first one again and again.
            "after" if Ulid::from_string(value).is_ok_and(|id| id.to_string() == value) => {
                self.after = Some(value.to_string());
            }
            "after" => return Err("must be the id of an escalation".to_string()),
            _ => {
                // A bracket that is not closed, or text behind it: what was to be left out must not be listed.
                if let Some((field, _)) = name.split_once('[')
                    && FIELDS.iter().any(|(known, _)| *known == field)
                {
                    return Err("must end with the bracket that closes its operator".to_string());
                }
                if let Some((_, operators)) = FIELDS.iter().find(|(field, _)| *field == name) {
                    return Err(format!("needs an operator: {operators}"));
                }
            }
        }
        Ok(())
    }
}

impl Filter {
    fn take(&mut self, field: &str, operator: &str, value: &str) -> Result<(), String> {
        let Some((_, operators)) = FIELDS.iter().find(|(known, _)| *known == field) else {
            return Err("is no filter of this list".to_string());
        };
        let is_known = match field {
            "escalation_path" => take_among(&mut self.paths, operator, value),
            "status" => {
                if matches!(operator, "one_of" | "not_in") && matches!(Status::from(value), Status::Other(_)) {
                    let known: Vec<_> = Status::KNOWN.iter().map(Status::as_str).collect();
                    return Err(format!("must be one of {}; it is `{value}`", known.join(", ")));
                }
                take_among(&mut self.statuses, operator, value)
            }
            "alert" => take_among(&mut self.alerts, operator, value),
            "incident" => take_among(&mut self.incidents, operator, value),
            "created_at" => take_span(&mut self.created, operator, value)?,
            "updated_at" => take_span(&mut self.updated, operator, value)?,
            _ => match operator {
                "is" => push(&mut self.keys, value),
                "starts_with" => push(&mut self.key_prefixes, value),
                _ => false,
            },
        };
        if is_known { Ok(()) } else { Err(format!("is not known: the operators of {field} are {operators}")) }
    }
}

fn push(values: &mut Vec<String>, value: &str) -> bool {
    values.push(value.to_string());
    true
}

fn take_among(among: &mut Among, operator: &str, value: &str) -> bool {
    match operator {
        "one_of" => push(among.one_of.get_or_insert_default(), value),
        "not_in" => push(&mut among.not_in, value),
        _ => false,
    }
}

/// All bounds must hold, also where one is given twice.
fn take_span(span: &mut Span, operator: &str, value: &str) -> Result<bool, String> {
    let (from, until) = match operator {
        "gte" => (Some(first(value)?), None),
        "lte" => (None, Some(last(value)?)),
        "date_range" => {
            let range = value.split_once('~').ok_or("must be two dates such as 2025-01-01~2025-01-31")?;
            (Some(first(range.0)?), Some(last(range.1)?))
        }
        _ => return Ok(false),
    };
    span.from = span.from.max(from);
    span.until = span.until.into_iter().chain(until).min();
    Ok(true)
}

/// The first millisecond of what a text means: an instant, or a day in UTC.
fn first(text: &str) -> Result<i64, String> {
    at(text).map(|(first, _)| first)
}

/// The last millisecond of it.
fn last(text: &str) -> Result<i64, String> {
    at(text).map(|(_, last)| last)
}

fn at(text: &str) -> Result<(i64, i64), String> {
    let within = |at: DateTime<Utc>, longer: i64| {
        let told_apart = is_told_apart(at.into());
        let at = at.timestamp_millis();
        told_apart.then_some((at, at + longer)).ok_or_else(|| crate::query::out_of_time("it"))
    };
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return within(date.and_time(NaiveTime::MIN).and_utc(), 24 * 60 * 60 * 1_000 - 1);
    }
    let at = DateTime::parse_from_rfc3339(text);
    let at = at.map_err(|_| {
        format!("must be a date or an instant such as 2025-01-01 or 2025-01-01T09:00:00Z; it is `{text}`")
    })?;
    within(at.to_utc(), 0)
}
