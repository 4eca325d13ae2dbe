//! What a change to a path changes: in the document, node by node, and for people, over all instants.

mod behaviour;
mod lead;
mod structure;
mod times;
mod told;

pub use behaviour::{
    Behaviour, Change, Delivery, DeliveryTime, OccurrenceGroup, RecipientChange, behaviour, behaviour_at, occasions_of,
};
pub use structure::{Difference, Location, structure};
