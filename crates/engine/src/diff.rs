//! What a change to a path changes: in the document, node by node, and for people, over all instants.

mod behaviour;
mod structure;
mod times;

pub use behaviour::{Behaviour, Change, Occasion, Told, When, behaviour};
pub use structure::{Difference, Location, structure};
