//! Who on this machine may read a file, and whether there is room for more.

use std::path::Path;

/// Whether everybody on this machine may read a file.
#[cfg(unix)]
pub(crate) fn is_for_everybody(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(file).is_ok_and(|known| known.mode() & 0o004 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_for_everybody(_: &Path) -> bool {
    false
}

/// Makes a file if there is none, and sees to it that nobody but its owner, and a group that was let before, may read it.
/// What SQLite keeps beside a database has the rights of the database.
#[cfg(unix)]
pub(crate) fn keep_private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let opened =
        std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(file)?;
    let mode = opened.metadata()?.permissions().mode();
    // That it belongs to somebody else who lets everybody read it is their decision.
    if mode & 0o007 != 0 && opened.set_permissions(std::fs::Permissions::from_mode(mode & 0o770)).is_err() {
        tracing::warn!(file = %file.display(), "everybody on this machine can read the database");
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn keep_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// What must be free where the database is, in bytes: a path of the largest size and its revision.
#[cfg(unix)]
const ROOM: u64 = 4 * 1024 * 1024;

/// Whether there is room on the disk of a folder for what is saved next. A database may still take a little when its disk
/// is full, in place of what it needs no longer. Where that cannot be known there is.
#[cfg(unix)]
pub(crate) fn has_room(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).map_or(true, |disk| {
        let is_known = disk.f_blocks > 0 && disk.f_frsize > 0;
        !is_known || disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM
    })
}

#[cfg(not(unix))]
pub(crate) fn has_room(_: &Path) -> bool {
    true
}
