//! Opening a database of a PostgreSQL server, which other processes may use at the same time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use tokio::time::timeout;

use super::connections::Connections;
use super::{Store, migrations};
use crate::demo;
use crate::error::StartError;

/// How long a server has to answer at the start.
const PATIENCE: Duration = Duration::from_secs(10);

/// The address of a database, in which a password may be: it is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl FromStr for Address {
    type Err = std::convert::Infallible;

    /// Takes any text: whoever says what is wrong with it on the command line repeats it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_string()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Address {
    fn options(&self) -> Result<PgConnectOptions, StartError> {
        let is_one = ["postgres://", "postgresql://"].iter().any(|scheme| self.0.starts_with(scheme));
        if !is_one {
            return Err(StartError::DatabaseAddress { what: "it does not begin with postgres://".to_string() });
        }
        let options = self.0.parse::<PgConnectOptions>();
        options.map_err(|error| StartError::DatabaseAddress { what: reason(&error) })
    }
}

/// Why an address is none, without any part of it.
fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(why) if why.is::<url::ParseError>() => why.to_string(),
        _ => "a part of it cannot be read".to_string(),
    }
}

/// The server and the database, without who uses it.
fn place(options: &PgConnectOptions) -> String {
    let server = options.get_socket().map_or_else(
        || format!("{}:{}", options.get_host(), options.get_port()),
        |folder| folder.display().to_string(),
    );
    format!("{server}/{}", options.get_database().unwrap_or(options.get_username()))
}

impl Store {
    /// Opens a database of a server. A new one is brought up to date, and gets the demo organisation if `with_demo` says so;
    /// of several processes that come at once one does it.
    ///
    /// Types and constraints are kept by the server, so what is stored is not looked through.
    pub(crate) async fn connect(address: &Address, with_demo: bool) -> Result<Self, StartError> {
        let options = address.options()?.application_name("escalation-server");
        let place = place(&options);
        let failed = |source| StartError::Server { place: place.clone(), source };
        let organisation = if with_demo { Some(demo::organisation()?) } else { None };
        // Whoever brings it up to date may take long, and is waited for.
        let first = timeout(PATIENCE, options.connect()).await;
        let mut first = first.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(failed)?;
        let encoding: String =
            sqlx::query_scalar("show server_encoding").fetch_one(&mut first).await.map_err(failed)?;
        if !encoding.eq_ignore_ascii_case("utf8") {
            return Err(StartError::Encoding { place, encoding });
        }
        let migrated = migrations::SERVER.run(&mut first).await;
        migrated.map_err(|source| StartError::MigrateServer { place: place.clone(), source })?;
        first.close().await.map_err(failed)?;

        let connections = Connections::connect(options).await.map_err(failed)?;
        let store = Self::new(connections);
        store.begin(organisation.as_ref()).await.map_err(failed)?;
        if let Err(error) = store.can_write().await {
            tracing::error!("nothing can be written to the database `{place}` now: {error}");
        }
        tracing::info!("the database is `{place}`; documents in it are read when they are asked for");
        Ok(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_not_repeated() {
        for text in [
            "postgres://me:geheim@host:many/db",
            "mysql://me:geheim@host/db",
            "geheim",
            "postgres://me:geheim@/x?port=y",
        ] {
            let address = Address::from_str(text).unwrap();
            let error = address.options().unwrap_err().to_string();
            assert!(error.starts_with("--database "), "{error}");
            assert!(!error.contains("geheim") && !format!("{address:?}").contains("geheim"), "{error}");
        }
    }

    #[test]
    fn a_place_is_named_without_who_uses_it() {
        let of = |text: &str| place(&Address::from_str(text).unwrap().options().unwrap());
        assert_eq!(of("postgres://me:geheim@db.example.com/app"), "db.example.com:5432/app");
        assert_eq!(of("postgres://me:geheim@db.example.com:6000"), "db.example.com:6000/me");
        assert_eq!(of("postgresql:///app?host=/run/sockets&user=me"), "/run/sockets/app");
    }
}
