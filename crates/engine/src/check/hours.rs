//! Sets of working hours, and paging again after an acknowledgement.

use std::collections::BTreeSet;

use escalation_api::At;

use super::{Check, Code};
use crate::calendar::{Hours, HoursError};

impl Check<'_> {
    pub(super) fn hours(&mut self, top: &At<'_>) {
        let all = top.field("working_hours");
        let mut seen = BTreeSet::new();
        for (index, set) in self.path.working_hours.iter().flatten().enumerate() {
            let at = all.index(index);
            if !seen.insert(set.id.as_str()) {
                self.say(
                    Code::DuplicateHours,
                    &at.field("id"),
                    format!("Id `{}` is used by two sets of working hours", set.id),
                );
            }
            let intervals = at.field("weekday_intervals");
            for error in Hours::errors(set) {
                match error {
                    HoursError::UnknownZone(zone) => {
                        self.say(Code::BadHours, &at.field("timezone"), format!("Timezone `{zone}` is not known"));
                    }
                    HoursError::Weekday(index, day) => {
                        let at = intervals.index(index);
                        self.say(Code::BadHours, &at.field("weekday"), format!("Weekday `{day}` is none"));
                    }
                    HoursError::Time(index, time) => {
                        let message = format!("Time `{time}` is not of the form HH:MM");
                        self.say(Code::BadHours, &intervals.index(index), message);
                    }
                    // Said with the other fields of the wrong kind.
                    HoursError::Misread(_) => {}
                }
            }
        }
    }

    pub(super) fn repeat_config(&mut self, top: &At<'_>) {
        let Some(config) = &self.path.repeat_config else { return };
        if !(300..=345_600).contains(&config.repeat_after_seconds) {
            let at = top.field("repeat_config");
            let message = "Repeat_after_seconds must be from 300 to 345600, which is 5 minutes to 4 days";
            self.say(Code::BadNumber, &at.field("repeat_after_seconds"), message);
        }
    }
}
