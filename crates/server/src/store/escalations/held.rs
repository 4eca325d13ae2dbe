//! What transitions write, held back until it is written together: one statement for many rows costs little more than one
//! for one, and the database has as many escalations to move as it has statements to read.

use sqlx::QueryBuilder;

use super::{Delivery, EscalationRow, InputRow, Transition};
use crate::store::Result;
use crate::store::db::Db;

/// The most rows of one statement.
const MOST: usize = 64;

/// A step, and whose it is.
struct Step {
    escalation_id: String,
    number: i64,
    input: i64,
    event: Option<&'static str>,
    document: String,
}

/// What changes about the row of an escalation that was at a version.
struct Update {
    row: EscalationRow,
    version: i64,
}

/// What is not written yet.
#[derive(Default)]
pub(super) struct Held {
    inputs: Vec<(String, InputRow)>,
    steps: Vec<Step>,
    deliveries: Vec<Delivery>,
    updates: Vec<Update>,
}

/// Rows in pieces whose sizes are powers of two, so that there are few different statements, which the database knows.
fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rows.len().min(MOST);
        let size = most.checked_ilog2().map(|power| 1 << power)?;
        let (piece, rest) = rows.split_at_checked(size)?;
        rows = rest;
        Some(piece)
    })
}

impl Transition {
    /// Says that something happened to an escalation, when [`flush`](Self::flush) is done.
    pub(crate) fn put_input(&mut self, escalation_id: &str, input: InputRow) {
        self.held.inputs.push((escalation_id.to_string(), input));
    }

    /// Adds a step, when [`flush`](Self::flush) is done.
    pub(crate) fn put_step(
        &mut self,
        escalation_id: &str,
        (number, input): (i64, i64),
        event: Option<&'static str>,
        document: String,
    ) {
        let escalation_id = escalation_id.to_string();
        self.held.steps.push(Step { escalation_id, number, input, event, document });
    }

    /// Adds a delivery, when [`flush`](Self::flush) is done. One that is there already stays as it is.
    pub(crate) fn put_delivery(&mut self, delivery: Delivery) {
        self.held.deliveries.push(delivery);
    }

    /// Writes what changes about a row that was at this version, when [`flush`](Self::flush) is done.
    pub(crate) fn update(&mut self, row: &EscalationRow, version: i64) {
        self.held.updates.push(Update { row: row.clone(), version });
    }

    /// Writes all that is held back.
    ///
    /// # Errors
    /// Also where a row is not at its version any more, which the lock rules out. Nothing is held back any more then.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        for piece in pieces(&held.inputs) {
            let mut query = QueryBuilder::<Db>::new(
                "insert into escalation_inputs
                     (escalation_id, number, at, due_at, kind, world_id, round_robin, recorded_at) ",
            );
            query.push_values(piece, |mut row, (id, input)| {
                row.push_bind(id.clone()).push_bind(input.number).push_bind(input.at).push_bind(input.due_at);
                row.push_bind(input.kind.clone()).push_bind(input.world_id.clone());
                row.push_bind(input.round_robin.clone()).push_bind(input.recorded_at);
            });
            query.build().execute(self.connection()).await?;
        }
        for piece in pieces(&held.steps) {
            let mut query = QueryBuilder::<Db>::new(
                "insert into escalation_steps (escalation_id, number, input, event, document) ",
            );
            query.push_values(piece, |mut row, step| {
                row.push_bind(step.escalation_id.clone()).push_bind(step.number).push_bind(step.input);
                row.push_bind(step.event).push_bind(step.document.clone());
            });
            query.build().execute(self.connection()).await?;
        }
        for piece in pieces(&held.deliveries) {
            let mut query = QueryBuilder::<Db>::new(format!("insert into deliveries ({}) ", super::outbox::COLUMNS));
            query.push_values(piece, |mut row, delivery| {
                row.push_bind(delivery.id.clone()).push_bind(delivery.escalation_id.clone());
                row.push_bind(delivery.version).push_bind(delivery.number).push_bind(delivery.kind.clone());
                row.push_bind(delivery.document.clone()).push_bind(delivery.status.clone());
                row.push_bind(delivery.tries).push_bind(delivery.try_at).push_bind(delivery.error.clone());
                row.push_bind(delivery.created_at).push_bind(delivery.updated_at);
            });
            query.push(" on conflict (id) do nothing");
            query.build().execute(self.connection()).await?;
        }
        for piece in pieces(&held.updates) {
            let mut query = QueryBuilder::<Db>::new(
                "with changed (id, was, status, state, version, steps, event_at, due_at, error, updated_at) as (",
            );
            query.push_values(piece, |mut values, Update { row, version }| {
                values.push_bind(row.id.clone()).push_bind(*version).push_bind(row.status.clone());
                values.push_bind(row.state.clone()).push_bind(row.version).push_bind(row.steps);
                values.push_bind(row.event_at).push_bind(row.due_at).push_bind(row.error.clone());
                values.push_bind(row.updated_at);
            });
            query.push(
                ") update escalations set status = changed.status, state = changed.state, version = changed.version,
                     steps = changed.steps, event_at = changed.event_at, due_at = changed.due_at,
                     error = changed.error, updated_at = changed.updated_at
                 from changed where escalations.id = changed.id and escalations.version = changed.was",
            );
            let done = query.build().execute(self.connection()).await?;
            if usize::try_from(done.rows_affected()).ok() != Some(piece.len()) {
                return Err(sqlx::Error::RowNotFound);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_few_kinds_of_many() {
        let sizes = |count: usize| pieces(&vec![(); count]).map(<[()]>::len).collect::<Vec<_>>();
        assert_eq!(sizes(0), Vec::<usize>::new());
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(7), [4, 2, 1]);
        assert_eq!(sizes(200), [64, 64, 64, 8]);
    }
}
