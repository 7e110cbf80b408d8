//! Reads what kind of trouble a driver's error is.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// Kinds of trouble that callers treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Unavailable,
    Full,
    Busy,
    Conflict,
    Text,
    Other,
}

/// Says what kind of trouble an error is.
pub(super) fn classify(error: &DbErr) -> Trouble {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Trouble::Busy,
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Trouble::Unavailable,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            classify_driver(inner)
        }
        // Whatever keeps a connection from being made, the database cannot be reached.
        DbErr::Conn(RuntimeErr::SqlxError(inner)) => match classify_driver(inner) {
            Trouble::Other => Trouble::Unavailable,
            trouble => trouble,
        },
        DbErr::Conn(_) => Trouble::Unavailable,
        _ => Trouble::Other,
    }
}

fn classify_driver(error: &SqlxError) -> Trouble {
    match error {
        SqlxError::Io(cause) if cause.kind() == std::io::ErrorKind::StorageFull => Trouble::Full,
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
            Trouble::Unavailable
        }
        SqlxError::PoolTimedOut => Trouble::Busy,
        SqlxError::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            // SQLite numbers its results; SQLSTATE always has five characters, letters among them
            // or a class that SQLite's numbers never reach.
            match code.parse::<u32>() {
                Ok(number) if code.len() != 5 => sqlite_trouble(number),
                _ => postgres_trouble(&code),
            }
        }
        _ => Trouble::Other,
    }
}

/// Reads an extended SQLite result code (<https://sqlite.org/rescode.html>).
const fn sqlite_trouble(code: u32) -> Trouble {
    match code {
        // CONSTRAINT_FOREIGNKEY, _PRIMARYKEY, _UNIQUE, _ROWID
        787 | 1555 | 2067 | 2579 => Trouble::Conflict,
        // IOERR_SHMSIZE: the shared-memory file of the WAL could not grow
        4874 => Trouble::Full,
        _ => match code & 0xff {
            // BUSY, LOCKED
            5 | 6 => Trouble::Busy,
            13 => Trouble::Full,
            // READONLY, IOERR, CANTOPEN
            8 | 10 | 14 => Trouble::Unavailable,
            _ => Trouble::Other,
        },
    }
}

/// Reads an SQLSTATE (PostgreSQL manual, appendix A).
fn postgres_trouble(code: &str) -> Trouble {
    match code {
        // unique_violation, foreign_key_violation, exclusion_violation
        "23505" | "23503" | "23P01" => Trouble::Conflict,
        // character_not_in_repertoire, untranslatable_character: NUL, which nothing else takes for text
        "22021" | "22P05" => Trouble::Text,
        // disk_full
        "53100" => Trouble::Full,
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled by its timeout
        "40001" | "40P01" | "55P03" | "57014" => Trouble::Busy,
        // connection exceptions, insufficient resources, operator intervention, system error
        _ if ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) => Trouble::Unavailable,
        _ => Trouble::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_results_are_told_apart() {
        for (code, expected) in [
            (5, Trouble::Busy),
            (261, Trouble::Busy),
            (517, Trouble::Busy),
            (6, Trouble::Busy),
            (13, Trouble::Full),
            (4874, Trouble::Full),
            (2067, Trouble::Conflict),
            (1555, Trouble::Conflict),
            (787, Trouble::Conflict),
            (1299, Trouble::Other),
            (14, Trouble::Unavailable),
            (778, Trouble::Unavailable),
            (1, Trouble::Other),
        ] {
            assert_eq!(sqlite_trouble(code), expected, "{code}");
        }
    }

    #[test]
    fn sqlstates_are_told_apart() {
        for (code, expected) in [
            ("23505", Trouble::Conflict),
            ("22021", Trouble::Text),
            ("53100", Trouble::Full),
            ("53300", Trouble::Unavailable),
            ("57P01", Trouble::Unavailable),
            ("08006", Trouble::Unavailable),
            ("40001", Trouble::Busy),
            ("57014", Trouble::Busy),
            ("42501", Trouble::Other),
            ("42601", Trouble::Other),
        ] {
            assert_eq!(postgres_trouble(code), expected, "{code}");
        }
    }
}
