//! How a server that asks to be left alone is asked again.
//!
//! Only what reads is ever tried again: what writes may have been done. All times are in milliseconds.

use escalation_engine::Instant;

/// The longest that one request waits in all, in milliseconds.
pub const LONGEST: u32 = 15_000;

/// What is waited first where the server does not say how long, in milliseconds; then twice that, and so on.
const FIRST: u32 = 500;

/// How often one request is made at most.
const MOST_TRIES: u32 = 8;

/// How long to wait before a request that reads is made again; nothing if it is not to be made again.
///
/// `tries` is how often it was made, `waited` how long it has waited so far, and `retry_after` what the header of that
/// name says, of which `now` is the time. `spread`, from 0 to 1, spreads those who wait for the same: up to a quarter
/// more is waited, so that not all come back at once.
#[must_use]
pub fn wait(status: u16, retry_after: Option<&str>, tries: u32, waited: u32, now: Instant, spread: f64) -> Option<u32> {
    if !asks_to_wait(status) || tries >= MOST_TRIES {
        return None;
    }
    let own = FIRST.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
    let asked = retry_after.and_then(|text| read(text, now)).unwrap_or(own);
    let more = f64::from(asked.max(FIRST) / 4) * spread.clamp(0.0, 1.0);
    let wait = asked.saturating_add(more as u32);
    (waited.saturating_add(wait) <= LONGEST).then_some(wait)
}

/// Whether an answer with this status says that the server has too much to do, and was done nothing.
#[must_use]
pub fn asks_to_wait(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// What `Retry-After` says, in milliseconds from now: seconds, or a date such as `Sun, 29 Nov 2026 10:00:30 GMT`.
#[must_use]
pub fn read(text: &str, now: Instant) -> Option<u32> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let (_, date) = text.split_once(", ")?;
    let mut parts = date.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    if parts.next() != Some("GMT") {
        return None;
    }
    let at: Instant = format!("{year}-{month:02}-{day}T{time}Z").parse().ok()?;
    let seconds = u32::try_from((at - now).max(0)).ok()?;
    Some(seconds.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        Instant::from_unix(1_795_946_400) // 2026-11-29T10:00:00Z
    }

    #[test]
    fn what_the_server_says() {
        assert_eq!(read("1", now()), Some(1_000));
        assert_eq!(read(" 0 ", now()), Some(0));
        assert_eq!(read("Sun, 29 Nov 2026 10:00:30 GMT", now()), Some(30_000));
        assert_eq!(read("Sun, 29 Nov 2026 09:00:00 GMT", now()), Some(0), "it is over");
        assert_eq!(read("99999999999", now()), None);
        for odd in ["", "soon", "-1", "1.5", "Sun, 29 Nov 2026", "Sun, 99 Foo 2026 10:00:30 GMT", "Sun, é 29"] {
            assert_eq!(read(odd, now()), None, "{odd}");
        }
    }

    #[test]
    fn what_the_server_asks_for_is_waited() {
        assert_eq!(wait(429, Some("1"), 1, 0, now(), 0.0), Some(1_000));
        assert_eq!(wait(503, Some("1"), 1, 0, now(), 1.0), Some(1_250), "not all come back at once");
        assert_eq!(wait(429, Some("0"), 1, 0, now(), 1.0), Some(125));
        assert_eq!(wait(429, Some("20"), 1, 0, now(), 0.0), None, "nobody waits so long before an empty page");
        assert_eq!(wait(429, Some("10"), 2, 10_000, now(), 0.0), None, "not in all, either");
    }

    #[test]
    fn without_a_word_it_is_waited_longer_each_time_and_not_for_ever() {
        let mut waited = 0;
        let mut waits = Vec::new();
        for tries in 1.. {
            let Some(wait) = wait(429, None, tries, waited, now(), 0.0) else { break };
            waits.push(wait);
            waited += wait;
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000]);
        let mut tries = 1;
        while wait(429, Some("0"), tries, 0, now(), 0.0).is_some() {
            tries += 1;
        }
        assert_eq!(tries, MOST_TRIES);
    }

    #[test]
    fn other_answers_are_taken_as_they_are() {
        for status in [200, 304, 400, 401, 403, 404, 412, 422, 500, 502, 504] {
            assert_eq!(wait(status, Some("1"), 1, 0, now(), 0.0), None, "{status}");
        }
    }
}
