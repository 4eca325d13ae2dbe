//! On-call schedules and their entries.

use crate::macros::{object, open_enum};
use crate::{Json as _, Map, Named, Timestamp, User, Value, WeekdayInterval};

open_enum! {
    /// The unit of a handover's interval.
    pub enum IntervalType {
        /// Hours.
        Hourly = "hourly",
        /// Days.
        Daily = "daily",
        /// Weeks.
        Weekly = "weekly",
    }
}

open_enum! {
    /// How a rotation shares shifts out.
    pub enum SchedulingMode {
        /// By the time that each has carried.
        Fair = "fair",
        /// One after another.
        Sequential = "sequential",
    }
}

object! {
    /// How long a shift lasts.
    pub struct Handover {
        /// The unit.
        required interval_type: IntervalType,
        /// How many.
        required interval: i64,
    }
}

object! {
    /// One of the people who are on call at the same time.
    pub struct Layer {
        /// Its id.
        optional id: String,
        /// For people.
        optional name: String,
    }
}

object! {
    /// A rotation, or one version of it.
    pub struct Rotation {
        /// Its id; several versions of a rotation share it.
        required id: String,
        /// For people.
        required name: String,
        /// Who takes part, in the order of their shifts.
        required users: Vec<User>,
        /// As many as are on call at the same time.
        required layers: Vec<Layer>,
        /// When the first user's first shift begins.
        required handover_start_at: Timestamp,
        /// How long shifts last; several apply in turn.
        required handovers: Vec<Handover>,
        /// When anybody is on call at all; empty: always.
        required working_intervals: Vec<WeekdayInterval>,
        /// When this version takes effect; the first has none.
        optional effective_from: Timestamp,
        /// How shifts are shared out.
        optional scheduling_mode: SchedulingMode,
    }
}

object! {
    /// What a schedule is made of.
    pub struct ScheduleConfig {
        /// Its rotations.
        required rotations: Vec<Rotation>,
    }
}

object! {
    /// A schedule.
    pub struct Schedule {
        /// Its id.
        required id: String,
        /// Its name.
        required name: String,
        /// The IANA name of its zone.
        required timezone: String,
        /// What it is made of; absent for one that another system provides.
        optional config: ScheduleConfig,
        /// Who is on call now.
        optional current_shifts: Vec<Entry>,
        /// Who is on call after the next handover.
        optional next_shifts: Vec<Entry>,
        /// The ids of the teams that own it.
        optional team_ids: Vec<String>,
        /// Where the vendor's dashboard shows it.
        optional permalink: String,
        /// When it was made.
        optional created_at: Timestamp,
        /// When it was last changed.
        optional updated_at: Timestamp,
        /// Who manages it, among other things.
        optional annotations: Map,
        /// Whose public holidays it is configured for.
        optional holidays_public_config: HolidaysPublicConfig,
    }
}

object! {
    /// Whose public holidays a schedule is configured for.
    pub struct HolidaysPublicConfig {
        /// Countries, by ISO 3166-1 alpha-2.
        required country_codes: Vec<String>,
    }
}

impl Schedule {
    /// Its rotations, each read by itself: one that cannot be read, or of which a known field cannot, is given as it came.
    /// Nothing where the schedule has no list of rotations that could be read; that is not the same as an empty one.
    #[must_use]
    pub fn rotations(&self) -> Option<Vec<Result<Rotation, Value>>> {
        let whole =
            |rotation: Rotation| if rotation.misread().is_some() { Err(rotation.write()) } else { Ok(rotation) };
        if let Some(config) = &self.config {
            return Some(config.rotations.iter().cloned().map(whole).collect());
        }
        let rotations = self.extra.get("config")?.get("rotations")?.as_array()?;
        Some(rotations.iter().map(|rotation| Rotation::read(rotation.clone()).and_then(whole)).collect())
    }
}

object! {
    /// A time for which somebody, or nobody, is on call.
    pub struct Entry {
        /// From when.
        required start_at: Timestamp,
        /// Until when.
        required end_at: Timestamp,
        /// Who; nobody if absent.
        optional user: User,
        /// In which rotation.
        optional rotation_id: String,
        /// The same for all the entries of one shift.
        optional fingerprint: String,
        /// Its id.
        optional entry_id: String,
    }
}

object! {
    /// The entries of a schedule in a window.
    pub struct Entries {
        /// By the rotations alone.
        list scheduled: Vec<Entry>,
        /// The overrides alone.
        list overrides: Vec<Entry>,
        /// Who is on call in the end.
        list r#final as "final": Vec<Entry>,
    }
}

/// No entries.
impl Default for Entries {
    fn default() -> Self {
        Self { scheduled: Vec::new(), overrides: Vec::new(), r#final: Vec::new(), extra: Map::new() }
    }
}

impl Entries {
    /// Who is on call in the end, each entry read by itself; one that cannot be read, or of which a known field cannot, is
    /// given as it came. Nothing where there is no such list, which is not the same as an empty one.
    #[must_use]
    pub fn each_final(&self) -> Option<Vec<Result<Entry, Value>>> {
        let whole = |entry: Entry| if entry.misread().is_some() { Err(entry.write()) } else { Ok(entry) };
        match self.extra.get("final") {
            None => Some(self.r#final.iter().cloned().map(whole).collect()),
            Some(Value::Array(entries)) => {
                Some(entries.iter().map(|entry| Entry::read(entry.clone()).and_then(whole)).collect())
            }
            Some(_) => None,
        }
    }
}

object! {
    /// Somebody who takes over from whoever would be on call by the rotations.
    pub struct ScheduleOverride {
        /// Its id. It is another one when the time of the override is taken over in part.
        required id: String,
        /// The schedule.
        required schedule_id: String,
        /// The rotation.
        required rotation_id: String,
        /// Which of the people on call at the same time.
        required layer_id: String,
        /// From when.
        required start_at: Timestamp,
        /// Until when.
        required end_at: Timestamp,
        /// Who; nobody if absent.
        optional user: User,
        /// When it was made.
        optional created_at: Timestamp,
        /// When it was last changed.
        optional updated_at: Timestamp,
    }
}

object! {
    /// An override as it is sent.
    pub struct OverridePayload {
        /// The schedule; only to create one.
        optional schedule_id: String,
        /// The rotation.
        required rotation_id: String,
        /// Which of the people on call at the same time.
        required layer_id: String,
        /// From when.
        required start_at: Timestamp,
        /// Until when.
        required end_at: Timestamp,
        /// Who.
        required user: UserReference,
    }
}

object! {
    /// A person, by any of these.
    pub struct UserReference {
        /// Their id.
        optional id: String,
        /// Their email address.
        optional email: String,
        /// Their id in Slack.
        optional slack_user_id: String,
    }
}

object! {
    /// A rotation in a request.
    pub struct RotationPayload {
        /// The rotation's id; all versions of a rotation share it. The server assigns one if it is absent.
        optional id: String,
        /// The rotation's name.
        optional name: String,
        /// The members, in the order of their shifts.
        optional users: Vec<UserReference>,
        /// One for each person who is on call at the same time.
        optional layers: Vec<Layer>,
        /// The start of the first member's first shift.
        optional handover_start_at: Timestamp,
        /// The lengths of shifts; several apply in turn.
        optional handovers: Vec<Handover>,
        /// The hours covered; empty or absent means always.
        optional working_intervals: Vec<WeekdayInterval>,
        /// The deprecated name of `working_intervals`.
        optional working_interval: Vec<WeekdayInterval>,
        /// The start of this version; the first version has none.
        optional effective_from: Timestamp,
        /// How shifts are distributed.
        optional scheduling_mode: SchedulingMode,
    }
}

object! {
    /// The rotations of a schedule in a request.
    pub struct ScheduleConfigPayload {
        /// The rotations, which replace all earlier ones.
        optional rotations: Vec<RotationPayload>,
    }
}

object! {
    /// A schedule in a request to create, update or preview one.
    pub struct SchedulePayload {
        /// The schedule's name.
        optional name: String,
        /// The IANA name of the time zone.
        optional timezone: String,
        /// The rotations.
        optional config: ScheduleConfigPayload,
        /// The ids of the teams that own it.
        optional team_ids: Vec<String>,
        /// Metadata: texts by name.
        optional annotations: Named<String>,
        /// The countries whose public holidays apply.
        optional holidays_public_config: HolidaysPublicConfig,
    }
}

object! {
    /// The body of a request to create or update a schedule.
    pub struct ScheduleRequest {
        /// The schedule.
        required schedule: SchedulePayload,
    }
}

object! {
    /// The body of a request to preview a schedule.
    pub struct PreviewRequest {
        /// The schedule as it would be saved.
        required schedule: SchedulePayload,
        /// The start of the window; absent: now.
        optional entry_window_start: Timestamp,
        /// The end of the window.
        optional entry_window_end: Timestamp,
    }
}
