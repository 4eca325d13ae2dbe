//! The words about what is assumed in a simulation: what people do, when the alert fires, and all else.

use escalation_editor::assume::Behaviour;
use escalation_engine::scenario::{Answer, Response};
use escalation_engine::words::duration;

pub const DOES_NOTHING: &str = "Does nothing";
pub const ACKNOWLEDGES: &str = "Acknowledges";
pub const DECLINES: &str = "Declines";
pub const AFTER_PAGE: &str = "After the page";
pub const DONE: &str = "Done";
pub const MORE_ANSWERS: &str = "More than one answer, kept until another is chosen:";

/// What the form of somebody's behaviour is called.
pub fn what_does(name: &str) -> String {
    format!("What {name} does")
}

fn after(seconds: i64) -> String {
    if seconds == 0 { "at once".to_string() } else { format!("after {}", duration(seconds)) }
}

/// What somebody does, on their lane; nothing for somebody who does nothing.
pub fn does(behaviour: Behaviour) -> String {
    match behaviour {
        Behaviour::Silent => String::new(),
        Behaviour::Acks(seconds) => format!("acks {}", after(seconds)),
        Behaviour::Declines(seconds) => format!("declines {}", after(seconds)),
        Behaviour::Other => "several answers".to_string(),
    }
}

/// What somebody does from now on, for those who listen.
pub fn now_does(name: &str, behaviour: Behaviour) -> String {
    match behaviour {
        Behaviour::Silent => format!("{name} does nothing"),
        Behaviour::Acks(seconds) => format!("{name} acknowledges {}", after(seconds)),
        Behaviour::Declines(seconds) => format!("{name} declines {}", after(seconds)),
        Behaviour::Other => format!("{name} answers in several ways"),
    }
}

/// One of several answers: `to page 2 declines after 4m`.
pub fn answer(response: &Response) -> String {
    let what = match response.response {
        Answer::Ack => "acknowledges".to_string(),
        Answer::Nack => "declines".to_string(),
        Answer::Snooze => format!("snoozes for {}", duration(response.snooze_seconds.unwrap_or_default())),
    };
    let page = response.to_page.map_or_else(|| "to any page".to_string(), |page| format!("to page {page}"));
    format!("{page}: {what} {}", after(response.after_seconds))
}
