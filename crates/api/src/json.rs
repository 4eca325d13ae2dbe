//! Reading that keeps what it does not understand.

use std::fmt;

/// A JSON value.
pub type Value = serde_json::Value;
/// A JSON object; it keeps the order of its fields.
pub type Map = serde_json::Map<String, Value>;

/// A type that is read from JSON without loss.
pub trait Json: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// The value, with nothing lost, when it is not of this type; [`Json::explain`] says why.
    fn read(value: Value) -> Result<Self, Value>;

    /// Writes the value, with everything that was kept.
    fn write(&self) -> Value;

    /// Says what keeps a value from being read as this type.
    fn explain(value: &Value, at: &At<'_>, faults: &mut Faults);

    /// Says what in a value that was read is kept but not understood: a known field with a wrong value.
    fn faults(&self, _at: &At<'_>, _faults: &mut Faults) {}

    /// Reads JSON text.
    ///
    /// # Errors
    /// Where the text is no JSON, or not JSON of this type. Nesting deeper than 128 is refused.
    fn from_text(text: &str) -> Result<Self, Fault> {
        let value = serde_json::from_str(text).map_err(|error| Fault {
            pointer: String::new(),
            field: String::new(),
            what: FaultKind::NotJson(error.to_string()),
        })?;
        Self::read(value).map_err(|value| why::<Self>(&value))
    }
}

/// The first reason why a value cannot be read as `T`.
pub(crate) fn why<T: Json>(value: &Value) -> Fault {
    let mut faults = Faults::new();
    T::explain(value, &At::Top, &mut faults);
    let unexplained =
        Fault { pointer: String::new(), field: String::new(), what: FaultKind::MustBe("of another kind") };
    faults.into_iter().next().unwrap_or(unexplained)
}

/// A place in a document, in the vendor's dotted form: `path.0.if_else.else_path.0.notify_channel`.
#[derive(Debug, Clone, Copy)]
pub enum At<'a> {
    /// The whole document.
    Top,
    /// A field of an object.
    Field(&'a At<'a>, &'a str),
    /// An element of a list, from 0.
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    /// The field `name` of this place.
    ///
    /// ```
    /// use escalation_api::At;
    /// assert_eq!(At::Top.field("path").index(0).field("id").to_string(), "path.0.id");
    /// ```
    #[must_use]
    pub fn field(&'a self, name: &'a str) -> At<'a> {
        At::Field(self, name)
    }

    /// The element `index` of this place.
    #[must_use]
    pub fn index(&'a self, index: usize) -> At<'a> {
        At::Index(self, index)
    }

    /// The name of the last field on the way to this place.
    fn last_field(&self) -> &'a str {
        match self {
            At::Top => "",
            At::Field(_, name) => name,
            At::Index(parent, _) => parent.last_field(),
        }
    }

    /// A fault at this place.
    #[must_use]
    pub fn fault(&self, what: FaultKind) -> Fault {
        Fault { pointer: self.to_string(), field: self.last_field().to_string(), what }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parent = match self {
            At::Top => return Ok(()),
            At::Field(parent, _) | At::Index(parent, _) => parent,
        };
        if !matches!(parent, At::Top) {
            write!(f, "{parent}.")?;
        }
        match self {
            At::Top => Ok(()),
            At::Field(_, name) => f.write_str(name),
            At::Index(_, index) => write!(f, "{index}"),
        }
    }
}

/// Something in a document that is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in the vendor's dotted form; empty for the whole document.
    pub pointer: String,
    /// The name of the field, empty for the whole document.
    pub field: String,
    /// What is wrong.
    pub what: FaultKind,
}

/// Faults, as many as anybody reads, and how many more there are: a document of 1 MB can have half a million, each of
/// which would take a hundred times the room of what is wrong.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    told: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// How many are kept.
    pub const MOST: usize = 1_000;

    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one. Its place is told as far as it has at most 1,000 bytes: names can be as long as a document.
    pub fn push(&mut self, at: &At<'_>, what: FaultKind) {
        if self.told.len() < Self::MOST {
            let Fault { pointer, field, what } = at.fault(what);
            self.told.push(Fault { pointer: beginning(pointer), field: beginning(field), what });
        } else {
            self.more += 1;
        }
    }

    /// How many there are, those that are not kept included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.told.len() + self.more
    }

    /// How many there are beyond those that are kept.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Those that are kept, in the order of the document.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.told.iter()
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.told.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.told.iter()
    }
}

/// The first 1,000 bytes of a text, or a few less: whole characters.
fn beginning(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(1_000));
    text
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The text is not JSON; the parser's words.
    NotJson(String),
    /// A required field is missing.
    Required,
    /// The value is of another kind than it must be, such as "a whole number".
    MustBe(&'static str),
    /// A node's type asks for a payload of that name.
    NoPayload(String),
}

/// In the vendor's manner: the message begins with the name of the field.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.field.is_empty() { "The document".to_string() } else { capitalised(&self.field) };
        match &self.what {
            FaultKind::NotJson(why) => write!(f, "{name} is not valid JSON: {why}"),
            FaultKind::Required => write!(f, "{name} is required"),
            FaultKind::MustBe(kind) => write!(f, "{name} must be {kind}"),
            FaultKind::NoPayload(node) => write!(f, "{} type requires a {node} payload", capitalised(node)),
        }
    }
}

impl std::error::Error for Fault {}

/// The name of a field at the beginning of a sentence, as the API's messages have it: `Retry_config`.
///
/// ```
/// assert_eq!(escalation_api::capitalised("team_ids"), "Team_ids");
/// ```
#[must_use]
pub fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}

macro_rules! scalar {
    ($type:ty, $kind:literal, $is:path, $read:expr) => {
        impl Json for $type {
            fn read(value: Value) -> Result<Self, Value> {
                let read: fn(Value) -> Result<Self, Value> = $read;
                read(value)
            }
            fn write(&self) -> Value {
                Value::from(self.clone())
            }
            fn explain(value: &Value, at: &At<'_>, faults: &mut Faults) {
                if !$is(value) {
                    faults.push(at, FaultKind::MustBe($kind));
                }
            }
        }
    };
}

scalar!(String, "a string", Value::is_string, |value| match value {
    Value::String(text) => Ok(text),
    other => Err(other),
});
scalar!(bool, "true or false", Value::is_boolean, |value| value.as_bool().ok_or(value));
scalar!(i64, "a whole number", Value::is_i64, |value| value.as_i64().ok_or(value));

/// Any object, kept as it is.
impl Json for Map {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(map) => Ok(map),
            other => Err(other),
        }
    }
    fn write(&self) -> Value {
        Value::Object(self.clone())
    }
    fn explain(value: &Value, at: &At<'_>, faults: &mut Faults) {
        if !value.is_object() {
            faults.push(at, FaultKind::MustBe("an object"));
        }
    }
}

/// A list is read as a whole: one element that is not understood leaves the list where it is.
impl<T: Json> Json for Vec<T> {
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Array(items) = value else { return Err(value) };
        let mut read = Vec::with_capacity(items.len());
        let mut rest = items.into_iter();
        while let Some(item) = rest.next() {
            match T::read(item) {
                Ok(item) => read.push(item),
                Err(item) => {
                    let before = read.iter().map(T::write);
                    return Err(before.chain([item]).chain(rest).collect());
                }
            }
        }
        Ok(read)
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }

    fn explain(value: &Value, at: &At<'_>, faults: &mut Faults) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    T::explain(item, &at.index(index), faults);
                }
            }
            _ => faults.push(at, FaultKind::MustBe("a list")),
        }
    }

    fn faults(&self, at: &At<'_>, faults: &mut Faults) {
        for (index, item) in self.iter().enumerate() {
            item.faults(&at.index(index), faults);
        }
    }
}

/// An object whose fields have names of somebody's choosing and values of one type, in the order in which they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(pub Vec<(String, T)>);

/// Read as a whole: one value that is not understood leaves the object where it is.
impl<T: Json> Json for Named<T> {
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Object(map) = value else { return Err(value) };
        let mut read: Vec<(String, T)> = Vec::with_capacity(map.len());
        let mut rest = map.into_iter();
        while let Some((name, value)) = rest.next() {
            match T::read(value) {
                Ok(value) => read.push((name, value)),
                Err(value) => {
                    let before = read.iter().map(|(name, value)| (name.clone(), value.write()));
                    return Err(Value::Object(before.chain([(name, value)]).chain(rest).collect()));
                }
            }
        }
        Ok(Self(read))
    }

    fn write(&self) -> Value {
        self.0.iter().map(|(name, value)| (name.clone(), value.write())).collect()
    }

    fn explain(value: &Value, at: &At<'_>, faults: &mut Faults) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    T::explain(value, &at.field(name), faults);
                }
            }
            _ => faults.push(at, FaultKind::MustBe("an object")),
        }
    }

    fn faults(&self, at: &At<'_>, faults: &mut Faults) {
        for (name, value) in &self.0 {
            value.faults(&at.field(name), faults);
        }
    }
}

/// Takes a field out of an object if it is there and understood; otherwise it stays.
pub(crate) fn take<T: Json>(map: &mut Map, name: &str) -> Option<T> {
    let value = map.get_mut(name)?;
    match T::read(value.take()) {
        Ok(read) => {
            // Not `remove`, which would change the order of the fields that are kept.
            map.shift_remove(name);
            Some(read)
        }
        Err(kept) => {
            *value = kept;
            None
        }
    }
}

/// What is to be said of a known field that was left in `extra`. `null` is a way to say that there is nothing.
pub(crate) fn left_over<T: Json>(extra: &Map, name: &str, at: &At<'_>, faults: &mut Faults) {
    if let Some(value) = extra.get(name)
        && !value.is_null()
    {
        T::explain(value, &at.field(name), faults);
    }
}
