//! Clients and their connections: how many each has, and which of them makes room for another.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::phase::Phase;

/// A client, as far as it can be known before it asks: its address. Of an IPv6 address the network counts (/64), for
/// whoever has one address of it has all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Client(IpAddr);

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
            address => address,
        })
    }
}

impl std::fmt::Display for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The address that a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The connections that there are, by client.
#[derive(Debug, Default)]
pub(super) struct Clients {
    connections: Mutex<BTreeMap<Client, Vec<Arc<Phase>>>>,
}

impl Clients {
    /// Takes up a new connection of a client, if it has fewer than `most`, or has a silent one that can make room.
    /// `silent_for` is how long that must have been silent.
    pub(super) fn enter(self: &Arc<Self>, client: Client, most: usize, silent_for: Duration) -> Option<Place> {
        let mut connections = self.lock();
        let own = connections.entry(client).or_default();
        if own.len() >= most && !evict(&[own.as_slice()], silent_for).is_some_and(|evicted| remove(own, &evicted)) {
            return None;
        }
        let phase = Phase::new();
        own.push(Arc::clone(&phase));
        Some(Place { clients: Arc::clone(self), client, phase })
    }

    /// Asks the connection to end that has been silent for longest, if there is one that has been for so long.
    pub(super) fn make_room(&self, silent_for: Duration) {
        let mut connections = self.lock();
        let all: Vec<_> = connections.values().map(Vec::as_slice).collect();
        if let Some(evicted) = evict(&all, silent_for) {
            // It does not count any more, so that the next one who needs room asks another.
            connections.retain(|_, own| {
                remove(own, &evicted);
                !own.is_empty()
            });
        }
    }

    fn leave(&self, client: Client, phase: &Arc<Phase>) {
        let mut connections = self.lock();
        if let Some(own) = connections.get_mut(&client) {
            remove(own, phase);
            if own.is_empty() {
                connections.remove(&client);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Client, Vec<Arc<Phase>>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the connection to end that has been silent for longest.
fn evict(connections: &[&[Arc<Phase>]], silent_for: Duration) -> Option<Arc<Phase>> {
    let all = connections.iter().copied().flatten();
    let silent = all.filter_map(|phase| phase.silent_since().map(|since| (since, phase)));
    let (since, phase) = silent.min_by_key(|(since, _)| *since)?;
    if since.elapsed() < silent_for {
        return None;
    }
    phase.evicted.notify_one();
    Some(Arc::clone(phase))
}

/// Takes a connection out of a list. False if it is not in it.
fn remove(connections: &mut Vec<Arc<Phase>>, phase: &Arc<Phase>) -> bool {
    let position = connections.iter().position(|other| Arc::ptr_eq(other, phase));
    position.map(|position| connections.swap_remove(position)).is_some()
}

/// The place of a connection among those of its client, until it is dropped.
pub(super) struct Place {
    clients: Arc<Clients>,
    pub(super) client: Client,
    pub(super) phase: Arc<Phase>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.clients.leave(self.client, &self.phase);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::phase::Answering;
    use tokio::time::{advance, timeout};

    const SECOND: Duration = Duration::from_secs(1);

    fn client(address: &str) -> Client {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_client_is_an_address_or_a_network() {
        assert_eq!(client("192.0.2.1"), client("::ffff:192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:2"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
    }

    #[tokio::test(start_paused = true)]
    async fn each_client_has_its_own_bound() {
        let clients = Arc::new(Clients::default());
        let (one, other) = (client("192.0.2.1"), client("192.0.2.2"));
        let enter = |client| clients.enter(client, 2, SECOND).inspect(|place| place.phase.open());
        let (first, second) = (enter(one).unwrap(), enter(one).unwrap());
        let answering = Answering::begin(&second.phase);
        assert!(enter(one).is_none(), "none of its own has been silent for long enough");
        let elsewhere = enter(other).unwrap();
        advance(SECOND).await;
        let third = enter(one).unwrap();
        first.phase.evicted.notified().await;
        drop(answering);
        assert!(enter(one).is_none(), "what is being flushed is not silent");
        drop(first);
        assert!(enter(one).is_none(), "the one that went does not count twice");
        drop(third);
        assert!(enter(one).is_some());
        drop(elsewhere);
    }

    #[tokio::test(start_paused = true)]
    async fn the_one_that_has_been_silent_for_longest_makes_room() {
        let clients = Arc::new(Clients::default());
        let wait = |address| clients.enter(client(address), 2, SECOND).unwrap();
        let enter = |address| {
            let place = wait(address);
            place.phase.open();
            place
        };
        // Accepted, and not listened to yet: what it waits for is this room.
        let waits = wait("192.0.2.3");
        advance(SECOND).await;
        clients.make_room(SECOND);
        let busy = enter("192.0.2.1");
        busy.phase.hear();
        advance(SECOND).await;
        let silent = enter("192.0.2.2");
        advance(SECOND).await;
        let later = enter("192.0.2.1");
        clients.make_room(SECOND);
        silent.phase.evicted.notified().await;
        clients.make_room(SECOND);
        advance(SECOND).await;
        clients.make_room(SECOND);
        later.phase.evicted.notified().await;
        clients.make_room(SECOND);
        assert!(timeout(SECOND, waits.phase.evicted.notified()).await.is_err());
    }
}
