//! What is assumed of people in a scenario: one behaviour for each person or channel.

use escalation_engine::Seconds;
use escalation_engine::scenario::{Answer, Response, Scenario};

/// What a person, or somebody in a channel, does when told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Nothing.
    Silent,
    /// Acknowledges so long after each page.
    Acks(Seconds),
    /// Declines so long after each page.
    Declines(Seconds),
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
        (Some(one), None) if one.to_page.is_none() => match one.response {
            Answer::Ack => Behaviour::Acks(one.after_seconds),
            Answer::Nack => Behaviour::Declines(one.after_seconds),
            Answer::Snooze => Behaviour::Other,
        },
        _ => Behaviour::Other,
    }
}

/// Gives somebody another behaviour; that of the others stays.
pub fn set(scenario: &mut Scenario, id: &str, is_channel: bool, behaviour: Behaviour) {
    let (response, after_seconds) = match behaviour {
        Behaviour::Other => return,
        Behaviour::Silent => (None, 0),
        Behaviour::Acks(after) => (Some(Answer::Ack), after),
        Behaviour::Declines(after) => (Some(Answer::Nack), after),
    };
    scenario.responses.retain(|response| by(response) != Some((id, is_channel)));
    let of = |wanted| Some(id.to_string()).filter(|_| is_channel == wanted);
    scenario.responses.extend(response.map(|response| Response {
        user_id: of(false),
        channel_id: of(true),
        response,
        after_seconds,
        to_page: None,
        snooze_seconds: None,
    }));
}

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
}
