//! An escalation path, in the form that the API returns and in the form that it takes.

use crate::condition::{Binding, BindingPayload, Labelled};
use crate::macros::{object, open_enum};
use crate::{At, Condition, ConditionPayload, Faults, Json, Map, Named, Node, User, Value, WorkingHours};

open_enum! {
    /// Where a path's nodes come from.
    pub enum PathKind {
        /// It carries its own.
        Standalone = "standalone",
        /// It takes them from a template.
        Templated = "templated",
    }
}

object! {
    /// Paging again after an acknowledgement, while the alert still fires.
    pub struct RepeatConfig {
        /// How long after the acknowledgement, in seconds: 300 to 345600.
        required repeat_after_seconds: i64,
        /// Whether activity on the incident starts that time anew.
        required delay_repeat_on_activity: bool,
    }
}

object! {
    /// An escalation path as the API returns it.
    pub struct Path {
        /// Its id.
        required id: String,
        /// Its name.
        required name: String,
        /// Where its nodes come from.
        optional kind: PathKind,
        /// Its nodes; empty for a templated path.
        list path: Vec<Node<Condition>>,
        /// The sets of working hours that its nodes name; absent for a templated path.
        optional working_hours: Vec<WorkingHours>,
        /// Paging again after an acknowledgement.
        optional repeat_config: RepeatConfig,
        /// The ids of the teams that own it.
        optional team_ids: Vec<String>,
        /// The id of its template.
        optional template_id: String,
        /// The values of the template's parameters.
        optional param_bindings: Named<Binding>,
        /// Who is on call for it now.
        optional current_responders: Vec<User>,
    }
}

object! {
    /// An escalation path as it is sent, to create one or to replace one.
    pub struct PathPayload {
        /// Its name.
        required name: String,
        /// Where its nodes come from.
        optional kind: PathKind,
        /// Its nodes; empty for a templated path.
        list path: Vec<Node<ConditionPayload>>,
        /// The sets of working hours that its nodes name.
        optional working_hours: Vec<WorkingHours>,
        /// Paging again after an acknowledgement.
        optional repeat_config: RepeatConfig,
        /// The ids of the teams that own it.
        optional team_ids: Vec<String>,
        /// The id of its template.
        optional template_id: String,
        /// The values of the template's parameters.
        optional param_bindings: Named<BindingPayload>,
    }
}

/// The payload that saves a path as it was returned. Fields that are not known are kept: `PUT` replaces everything, so
/// leaving one out would erase it.
impl From<&Path> for PathPayload {
    fn from(read: &Path) -> Self {
        Self {
            name: read.name.clone(),
            kind: read.kind.clone(),
            path: read.path.iter().map(Node::from).collect(),
            working_hours: read.working_hours.clone(),
            repeat_config: read.repeat_config.clone(),
            team_ids: read.team_ids.clone(),
            template_id: read.template_id.clone(),
            param_bindings: read.param_bindings.as_ref().map(|all| {
                Named(all.0.iter().map(|(name, binding)| (name.clone(), BindingPayload::from(binding))).collect())
            }),
            extra: read.extra.clone(),
        }
    }
}

impl PathPayload {
    /// Reads a path in either form: what was returned becomes what would be sent.
    ///
    /// # Errors
    /// The value itself when it is neither; [`Json::explain`](crate::Json::explain) of this type says why.
    pub fn read_either(value: Value) -> Result<Self, Value> {
        // Only what is returned has an id, unless somebody has taken it away: then its conditions tell.
        if value.get("id").is_none() {
            let sent = Self::read(value)?;
            let faults_as_sent = self::faults(&sent);
            let mut value = sent.write();
            if let (1.., Some(fields)) = (faults_as_sent, value.as_object_mut()) {
                fields.insert("id".to_string(), Value::from("-"));
                let returned = Path::read(value).ok().filter(|path| self::faults(path) < faults_as_sent);
                return Ok(returned.map_or(sent, |path| Self::from(&path)));
            }
            return Ok(sent);
        }
        let path = match Path::read(value) {
            Ok(path) => path,
            Err(value) => return Self::read(value),
        };
        let returned = Self::from(&path);
        let faults = faults(&path);
        if faults == 0 {
            return Ok(returned);
        }
        // Or somebody has given an id to what is sent: then its conditions are understood in that form.
        let mut value = path.write();
        if let Some(fields) = value.as_object_mut() {
            fields.shift_remove("id");
        }
        Ok(Self::read(value).ok().filter(|sent| self::faults(sent) < faults).unwrap_or(returned))
    }

    /// The form that is returned, with the labels that `label` gives to what conditions name; `kind` and `team_ids` are
    /// always there.
    ///
    /// ```
    /// use escalation_api::PathPayload;
    ///
    /// let path = PathPayload::named("Night shift").to_read("01J0", &|of| of.name().to_string());
    /// assert_eq!((path.id.as_str(), path.name.as_str()), ("01J0", "Night shift"));
    /// ```
    #[must_use]
    pub fn to_read(&self, id: &str, label: &dyn Fn(Labelled<'_>) -> String) -> Path {
        let bindings = |all: &Named<BindingPayload>| {
            Named(all.0.iter().map(|(name, binding)| (name.clone(), binding.to_read(label))).collect())
        };
        Path {
            id: id.to_string(),
            name: self.name.clone(),
            kind: Some(self.kind.clone().unwrap_or(PathKind::Standalone)),
            path: self.path.iter().map(|node| node.with_conditions(&|condition| condition.to_read(label))).collect(),
            working_hours: self.working_hours.clone(),
            repeat_config: self.repeat_config.clone(),
            team_ids: Some(self.team_ids.clone().unwrap_or_default()),
            template_id: self.template_id.clone(),
            param_bindings: self.param_bindings.as_ref().map(bindings),
            current_responders: None,
            extra: self.extra.clone(),
        }
    }

    /// The nodes of the path, whether it is `standalone` or its kind is absent.
    #[must_use]
    pub fn is_templated(&self) -> bool {
        self.kind == Some(PathKind::Templated)
    }
}

impl PathPayload {
    /// A path with this name and nothing in it.
    ///
    /// ```
    /// use escalation_api::PathPayload;
    /// assert!(PathPayload::named("Payments").path.is_empty());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_string(),
            kind: None,
            path: Vec::new(),
            working_hours: None,
            repeat_config: None,
            team_ids: None,
            template_id: None,
            param_bindings: None,
            extra: Map::new(),
        }
    }
}

/// How much of a document is kept and not understood.
fn faults<T: Json>(document: &T) -> usize {
    let mut faults = Faults::new();
    document.faults(&At::Top, &mut faults);
    faults.count()
}
