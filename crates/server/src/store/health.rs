//! Whether the database can be written.

use super::{Result, Store};

impl Store {
    /// Writes something and takes it back, through to the disk.
    pub(crate) async fn can_write(&self) -> Result<()> {
        let mut writing = self.connections.begin().await?;
        for query in ["insert into begun (at) values ('probe')", "delete from begun where at = 'probe'"] {
            sqlx::query(query).execute(writing.connection()).await?;
        }
        writing.commit().await
    }
}
