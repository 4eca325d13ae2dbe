//! Assumptions in a scenario: one behaviour for each person or channel, and how much else differs from what is
//! assumed of every alert.

use escalation_engine::scenario::{Answer, Response, Scenario};
use escalation_engine::{Seconds, Semantics};

use crate::duration;

/// What a person, or somebody in a channel, does when told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Nothing.
    Silent,
    /// Acknowledges so long after each page.
    Acks(Seconds),
    /// Declines so long after each page.
    Declines(Seconds),
    /// Puts it off so long after the first page, and for how long; does nothing after that.
    Snoozes(Seconds, Seconds),
    /// Something that is not one answer to every page: it is kept until another behaviour is chosen.
    Other,
}

/// Whom a response is by: the id, and whether it is a channel.
#[must_use]
pub fn by(response: &Response) -> Option<(&str, bool)> {
    let user = response.user_id.as_deref().map(|id| (id, false));
    user.or_else(|| response.channel_id.as_deref().map(|id| (id, true)))
}

/// What somebody does in a scenario.
#[must_use]
pub fn behaviour(scenario: &Scenario, id: &str, is_channel: bool) -> Behaviour {
    let mut all = scenario.responses.iter().filter(|response| by(response) == Some((id, is_channel)));
    match (all.next(), all.next()) {
        (None, _) => Behaviour::Silent,
        (Some(one), None) => match (one.response, one.to_page, one.snooze_seconds) {
            (Answer::Ack, None, _) => Behaviour::Acks(one.after_seconds),
            (Answer::Nack, None, _) => Behaviour::Declines(one.after_seconds),
            (Answer::Snooze, Some(1), Some(long)) => Behaviour::Snoozes(one.after_seconds, long),
            _ => Behaviour::Other,
        },
        _ => Behaviour::Other,
    }
}

/// Gives somebody another behaviour; that of the others stays.
pub fn set(scenario: &mut Scenario, id: &str, is_channel: bool, behaviour: Behaviour) {
    // To put off every page, the one after the snooze, too, would never end.
    let (response, after_seconds, to_page, snooze_seconds) = match behaviour {
        Behaviour::Other => return,
        Behaviour::Silent => (None, 0, None, None),
        Behaviour::Acks(after) => (Some(Answer::Ack), after, None, None),
        Behaviour::Declines(after) => (Some(Answer::Nack), after, None, None),
        Behaviour::Snoozes(after, long) => (Some(Answer::Snooze), after, Some(1), Some(long)),
    };
    scenario.responses.retain(|response| by(response) != Some((id, is_channel)));
    let of = |wanted| Some(id.to_string()).filter(|_| is_channel == wanted);
    scenario.responses.extend(response.map(|response| Response {
        user_id: of(false),
        channel_id: of(true),
        response,
        after_seconds,
        to_page,
        snooze_seconds,
    }));
}

/// Those who answer, each once, in the order in which the scenario names them: the id, and whether it is a channel.
#[must_use]
pub fn who_answer(scenario: &Scenario) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for (id, is_channel) in scenario.responses.iter().filter_map(by) {
        if !all.iter().any(|(known, of)| known == id && *of == is_channel) {
            all.push((id.to_string(), is_channel));
        }
    }
    all
}

/// Gives each of these people the same behaviour, and nobody else any.
pub fn set_all(scenario: &mut Scenario, people: &[String], behaviour: Behaviour) {
    scenario.responses.clear();
    for id in people {
        set(scenario, id, false, behaviour);
    }
}

/// The one behaviour that each of these people has, if nobody else answers.
#[must_use]
pub fn of_all(scenario: &Scenario, people: &[String]) -> Option<Behaviour> {
    let first = behaviour(scenario, people.first()?, false);
    let answers = match first {
        Behaviour::Other => return None,
        Behaviour::Silent => 0,
        Behaviour::Acks(_) | Behaviour::Declines(_) | Behaviour::Snoozes(..) => people.len(),
    };
    let all = people.iter().all(|id| behaviour(scenario, id, false) == first);
    (all && scenario.responses.len() == answers).then_some(first)
}

/// How many things are assumed otherwise than of every alert, beside its priority, its instant and what people do.
#[must_use]
pub fn others(scenario: &Scenario) -> usize {
    let Scenario {
        grace_period_seconds,
        interventions,
        alert_resolves_after_seconds,
        alert_keeps_firing,
        activity_after_seconds,
        branches,
        branch_visits,
        round_robin,
        semantics,
        ..
    } = scenario;
    let flags = [
        *grace_period_seconds != 0,
        alert_resolves_after_seconds.is_some(),
        *alert_keeps_firing,
        !activity_after_seconds.is_empty(),
        *semantics != Semantics::default(),
    ];
    let flags = flags.into_iter().filter(|flag| *flag).count();
    let by_visit = branch_visits.keys().filter(|node| !branches.contains_key(*node)).count();
    flags + interventions.len() + branches.len() + by_visit + round_robin.len()
}

/// Assumes of all that [`others`] counts what is assumed of every alert.
pub fn reset_others(scenario: &mut Scenario) {
    let kept = std::mem::take(scenario);
    *scenario = Scenario {
        path_id: kept.path_id,
        path: kept.path,
        user_ids: kept.user_ids,
        priority_id: kept.priority_id,
        fired_at: kept.fired_at,
        responses: kept.responses,
        ..Scenario::default()
    };
}

/// Reads durations in a row, such as `5m, 20m`; none where nothing is typed.
///
/// # Errors
/// The first that cannot be read, or that there are too many.
pub fn durations(text: &str) -> Result<Vec<Seconds>, String> {
    let text = crate::numerals::plain(text);
    // `5,20` may be two times or a fraction.
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if text
        .as_bytes()
        .windows(3)
        .any(|near| near.get(1) == Some(&b',') && is_digit(near.first()) && is_digit(near.last()))
    {
        return Err(format!("`{text}` may be fractions: put a space or a point in place of the comma"));
    }
    let parts = text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
    let mut all = parts.map(duration::parse).collect::<Result<Vec<_>, _>>()?;
    all.sort_unstable();
    all.dedup();
    if all.len() > MOST_ACTIVITIES { Err(format!("at most {MOST_ACTIVITIES} times are taken")) } else { Ok(all) }
}

/// So many times of activity can be typed.
const MOST_ACTIVITIES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_behaviour_for_each() {
        let mut scenario = Scenario::default();
        set(&mut scenario, "maya", false, Behaviour::Acks(240));
        set(&mut scenario, "tom", false, Behaviour::Declines(0));
        set(&mut scenario, "maya", true, Behaviour::Acks(60));
        assert_eq!(behaviour(&scenario, "maya", false), Behaviour::Acks(240));
        assert_eq!(behaviour(&scenario, "maya", true), Behaviour::Acks(60), "a channel of the same id");
        set(&mut scenario, "maya", false, Behaviour::Declines(30));
        assert_eq!(behaviour(&scenario, "maya", false), Behaviour::Declines(30));
        assert_eq!(behaviour(&scenario, "tom", false), Behaviour::Declines(0));
        set(&mut scenario, "tom", false, Behaviour::Silent);
        assert_eq!(behaviour(&scenario, "tom", false), Behaviour::Silent);
        assert_eq!(scenario.responses.len(), 2);
    }

    #[test]
    fn a_snooze_is_of_the_first_page() {
        let mut scenario = Scenario::default();
        set(&mut scenario, "maya", false, Behaviour::Snoozes(240, 1800));
        assert_eq!(behaviour(&scenario, "maya", false), Behaviour::Snoozes(240, 1800));
        assert_eq!(scenario.responses[0].to_page, Some(1));
        assert_eq!(scenario.check(), Ok(()));
        // One of every page is something else, and is kept.
        scenario.responses[0].to_page = None;
        assert_eq!(behaviour(&scenario, "maya", false), Behaviour::Other);
    }

    #[test]
    fn what_is_richer_is_kept() {
        let text = r#"{"fired_at": "2026-03-28T03:10:00Z", "responses": [
            {"user_id": "maya", "response": "nack", "after_seconds": 0, "to_page": 1},
            {"user_id": "maya", "response": "ack", "after_seconds": 60}]}"#;
        let mut scenario = Scenario::from_text(text).unwrap();
        let before = scenario.clone();
        assert_eq!(behaviour(&scenario, "maya", false), Behaviour::Other);
        set(&mut scenario, "maya", false, Behaviour::Other);
        assert_eq!(scenario, before);
    }

    #[test]
    fn everybody_at_once() {
        let mut scenario = Scenario::default();
        let people = ["maya".to_string(), "tom".to_string()];
        assert_eq!(of_all(&scenario, &people), Some(Behaviour::Silent));
        set(&mut scenario, "night", true, Behaviour::Acks(1));
        assert_eq!(of_all(&scenario, &people), None, "somebody else answers");
        set_all(&mut scenario, &people, Behaviour::Acks(300));
        assert_eq!(of_all(&scenario, &people), Some(Behaviour::Acks(300)));
        assert_eq!(who_answer(&scenario), [("maya".to_string(), false), ("tom".to_string(), false)]);
        set(&mut scenario, "tom", false, Behaviour::Acks(60));
        assert_eq!(of_all(&scenario, &people), None);
        set_all(&mut scenario, &people, Behaviour::Silent);
        assert_eq!(scenario, Scenario::default());
        assert_eq!(of_all(&scenario, &[]), None);
    }

    #[test]
    fn all_else_is_counted_and_reset() {
        let text = r#"{"fired_at": "2026-03-28T03:10:00Z", "priority_id": "p1", "grace_period_seconds": 60,
            "responses": [{"user_id": "maya", "response": "ack", "after_seconds": 60}],
            "interventions": [{"after_seconds": 60, "action": "cancel"}], "alert_keeps_firing": true,
            "alert_resolves_after_seconds": 600, "activity_after_seconds": [5, 6], "branches": {"b": "then", "c": "else"},
            "round_robin": {"l": "maya"}, "semantics": {"late_acks_count": false}}"#;
        let mut scenario = Scenario::from_text(text).unwrap();
        assert_eq!(others(&scenario), 9);
        reset_others(&mut scenario);
        assert_eq!(others(&scenario), 0);
        assert_eq!((scenario.responses.len(), scenario.priority_id.as_deref()), (1, Some("p1")));
        assert_eq!(scenario.fired_at.to_string(), "2026-03-28T03:10:00Z");
    }

    #[test]
    fn durations_in_a_row() {
        assert_eq!(durations("20m, 5m,5m"), Ok(vec![300, 1200]));
        assert_eq!(durations(" "), Ok(vec![]));
        assert_eq!(durations("1.5h; 5、 ２０m"), Ok(vec![300, 1200, 5400]));
        for wrong in ["1,5h", "5,20", "1,5h, 20m", "1:30", "1,000s, 5m"] {
            assert!(durations(wrong).is_err(), "{wrong}");
        }
        assert!(durations("5m, soon").is_err());
        assert!(durations(&(0..21).map(|n| format!("{n}m,")).collect::<String>()).is_err());
    }
}
