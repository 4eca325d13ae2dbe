//! Deliveries by e-mail: a page in plain text and simple HTML, with links by which the person answers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use maud::{DOCTYPE, html};
use serde::Deserialize;
use tokio::time::timeout;

use super::NotSent;
use crate::config::Smtp;
use crate::error::StartError;
use crate::links::{self, Action, GOOD_FOR, Link};
use crate::run::rules::Notifications;
use crate::store::{Delivery, EscalationRow, Store};

/// How long the mail server may take with one command, and with all of a mail.
const TO_ANSWER: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(25);
/// The longest subject and name in a header, in characters.
const MAX_HEADER: usize = 200;
/// How much of the mail server's answer is kept, in characters.
const MAX_ERROR: usize = 300;

/// What sends mail.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Where people reach this server, without a slash at the end.
    base: String,
}

/// A page as it is stored.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    user_id: String,
    /// Where it goes; among the methods of the person as they are when it is sent.
    method_id: String,
    title: String,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    attempt: Option<u32>,
    #[serde(default)]
    why: Option<String>,
    entry: u32,
}

/// What a mail says.
struct Said<'a> {
    name: String,
    title: String,
    urgency: String,
    description: String,
    why: String,
    row: &'a EscalationRow,
    /// When the page was, and until when its links are good, in milliseconds.
    at: i64,
    ack: String,
    nack: String,
}

impl Mailer {
    pub(super) fn new(smtp: &Smtp) -> Result<Self, StartError> {
        let wrong = |what: String| StartError::Smtp { what };
        let tls = || TlsParameters::new(smtp.host.clone()).map_err(|error| wrong(error.to_string()));
        let tls = match (smtp.is_tls, smtp.is_here) {
            (true, _) => Tls::Wrapper(tls()?),
            // Over a network mail and password go encrypted or not at all.
            (false, false) => Tls::Required(tls()?),
            (false, true) => Tls::None,
        };
        let from: Mailbox = smtp.from.parse().map_err(|_| wrong("--smtp-from must be an address".to_string()))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.as_str())
            .port(smtp.port)
            .tls(tls)
            .hello_name(ClientId::Domain(from.email.domain().to_string()))
            .timeout(Some(TO_ANSWER));
        let builder = match &smtp.credentials {
            Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.clone())),
            None => builder,
        };
        Ok(Self { transport: builder.build(), from, base: smtp.base.clone() })
    }

    pub(super) async fn send(&self, store: &Store, delivery: &Delivery) -> Result<(), NotSent> {
        let page: Page = serde_json::from_str(&delivery.document).map_err(NotSent::unreadable)?;
        let row = store.escalation(&delivery.escalation_id).await.map_err(NotSent::database)?;
        let row = row.ok_or_else(|| NotSent::Moot("its escalation is gone".to_string()))?;
        let failed = |what: &str| NotSent::Failed(what.to_string());
        let user = store.user(&page.user_id).await.map_err(NotSent::database)?.and_then(|user| user.document);
        let kept = store.notification_lists(&page.user_id).await.map_err(NotSent::database)?;
        let email = user.as_ref().and_then(|user| user.email.as_deref());
        let all = Notifications::of(&page.user_id, email, &kept).map_err(NotSent::unreadable)?;
        let method = all.methods.iter().find(|method| method.id == page.method_id);
        let method = method.ok_or_else(|| failed("the person has no such notification method any more"))?;
        let address: Address = method.address.parse().map_err(|_| failed("their address is none"))?;
        let name = user.map_or_else(|| page.user_id.clone(), |user| user.name);
        let key = links::key(store).await.map_err(NotSent::of)?;
        let link = |action| {
            let link = Link {
                escalation: row.id.clone(),
                user: page.user_id.clone(),
                action,
                entry: page.entry,
                until: delivery.created_at.div_euclid(1_000).saturating_add(GOOD_FOR),
            };
            link.address(&self.base, &key).map_err(NotSent::unreadable)
        };
        let again = page.attempt.filter(|attempt| *attempt > 1);
        let urgency = page.urgency.unwrap_or_else(|| "high".to_string());
        let said = Said {
            name: one_line(&name),
            title: one_line(&page.title),
            description: plain(&row.description),
            why: one_line(&page.why.unwrap_or_default()),
            at: delivery.created_at,
            ack: link(Action::Ack)?,
            nack: link(Action::Nack)?,
            row: &row,
            urgency,
        };
        let again = again.map(|attempt| format!(" (page {attempt})")).unwrap_or_default();
        let subject = one_line(&format!("[{}]{again} {}", said.urgency, said.title));
        let domain = self.from.email.domain();
        let at = u64::try_from(delivery.created_at).unwrap_or_default();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(said.name.clone()), address))
            .subject(subject)
            .date(UNIX_EPOCH.checked_add(Duration::from_millis(at)).unwrap_or_else(SystemTime::now))
            // The same each time that it is sent.
            .message_id(Some(format!("<{}@{domain}>", delivery.id)))
            .references(format!("<{}@{domain}>", row.id))
            // RFC 3834: nobody's holiday answers it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_string(),
            ))
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(said.text()))
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(said.html())),
            )
            .map_err(|error| NotSent::Failed(format!("the mail cannot be written: {error}")))?;
        match timeout(PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                let why = one_line(&format!("the mail server did not take it: {error}"));
                Err(NotSent::Failed(why.chars().take(MAX_ERROR).collect()))
            }
            Err(_) => Err(failed("the mail server did not take it in time")),
        }
    }
}

impl Said<'_> {
    fn until(&self) -> String {
        let until = self.at.saturating_add(GOOD_FOR.saturating_mul(1_000));
        DateTime::from_timestamp_millis(until).unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string()
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n\nYou are paged at {} urgency", self.title, self.urgency);
        if self.why.is_empty() {
            text.push_str(".\n");
        } else {
            text.push_str(&format!(": {}.\n", self.why));
        }
        if !self.description.is_empty() {
            text.push_str(&format!("\n{}\n", self.description));
        }
        text.push_str(&format!(
            "\nAcknowledge (you take care of it):\n{}\n\nDecline (you cannot take care of it):\n{}\n\n\
             Escalation {}. The links answer for you, and are good until {}: do not pass them on.\n",
            self.ack,
            self.nack,
            self.row.id,
            self.until(),
        ));
        text
    }

    fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (self.title) } }
                body {
                    h1 style="font-size:1.3em" { (self.title) }
                    p {
                        "You are paged at " (self.urgency) " urgency"
                        @if !self.why.is_empty() { ": " (self.why) }
                        "."
                    }
                    @if !self.description.is_empty() { p style="white-space:pre-wrap" { (self.description) } }
                    p { a href=(self.ack) { "Acknowledge" } ": you take care of it" }
                    p { a href=(self.nack) { "Decline" } ": you cannot take care of it" }
                    p {
                        small {
                            "Escalation " (self.row.id) ". The links answer for you, and are good until " (self.until())
                            ": do not pass them on."
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}

/// A text without what is not shown and could make it look like another one.
fn plain(text: &str) -> String {
    let is_shown = |c: &char| {
        let turns = matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !turns && (!c.is_control() || *c == '\n' || *c == '\t')
    };
    text.chars().filter(is_shown).collect()
}

/// The same in one line, and short enough for a header. Nothing in it can begin another header.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<_> = text.split_whitespace().collect();
    plain(&words.join(" ")).chars().take(MAX_HEADER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_nothing_that_ends_it() {
        assert_eq!(one_line("a\r\nBcc: b@example.com\0\u{85}"), "a Bcc: b@example.com");
        assert_eq!(one_line("\u{202e}gnp.exe\u{2066}"), "gnp.exe");
        assert_eq!(one_line(&"ä".repeat(500)).chars().count(), MAX_HEADER);
        assert_eq!(plain("a\tb\nc\r\x1b[31m"), "a\tb\nc[31m");
    }
}
