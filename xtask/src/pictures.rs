use std::ffi::OsString;
pub fn command(_args: Vec<OsString>) -> anyhow::Result<()> {
    Ok(())
}
