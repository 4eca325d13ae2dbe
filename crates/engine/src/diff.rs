//! What a change to a path changes: in the document, node by node, and for people, over all instants.

mod behaviour;
mod structure;
mod times;
mod told;

pub use behaviour::{Behaviour, Change, Differs, How, Occasion, When, behaviour, occasions_of};
pub use structure::{Difference, Location, structure};
