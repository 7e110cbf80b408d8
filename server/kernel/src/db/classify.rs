//! Classification of database driver errors.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// Error classes that callers handle differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorClass {
    Unavailable,
    Full,
    Busy,
    Conflict,
    UnstorableText,
    Other,
}

pub(super) fn classify(error: &DbErr) -> ErrorClass {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => ErrorClass::Busy,
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => ErrorClass::Unavailable,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            classify_driver(inner)
        }
        // Any other error while connecting means that the database is unreachable.
        DbErr::Conn(RuntimeErr::SqlxError(inner)) => match classify_driver(inner) {
            ErrorClass::Other => ErrorClass::Unavailable,
            class => class,
        },
        DbErr::Conn(_) => ErrorClass::Unavailable,
        _ => ErrorClass::Other,
    }
}

fn classify_driver(error: &SqlxError) -> ErrorClass {
    match error {
        SqlxError::Io(cause) if cause.kind() == std::io::ErrorKind::StorageFull => ErrorClass::Full,
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
            ErrorClass::Unavailable
        }
        SqlxError::PoolTimedOut => ErrorClass::Busy,
        SqlxError::Database(database_error) => {
            let code = database_error.code().unwrap_or_default();
            // SQLite reports a number of at most four digits; a SQLSTATE always has five characters.
            match code.parse::<u32>() {
                Ok(number) if code.len() != 5 => classify_sqlite(number),
                _ => classify_postgres(&code),
            }
        }
        _ => ErrorClass::Other,
    }
}

/// Classifies an extended SQLite result code (<https://sqlite.org/rescode.html>).
const fn classify_sqlite(code: u32) -> ErrorClass {
    match code {
        // CONSTRAINT_FOREIGNKEY, _PRIMARYKEY, _UNIQUE, _ROWID
        787 | 1555 | 2067 | 2579 => ErrorClass::Conflict,
        // IOERR_SHMSIZE: the shared-memory file of the WAL could not grow
        4874 => ErrorClass::Full,
        _ => match code & 0xff {
            // BUSY, LOCKED
            5 | 6 => ErrorClass::Busy,
            13 => ErrorClass::Full,
            // READONLY, IOERR, CANTOPEN
            8 | 10 | 14 => ErrorClass::Unavailable,
            _ => ErrorClass::Other,
        },
    }
}

/// Classifies a SQLSTATE (PostgreSQL manual, appendix A).
fn classify_postgres(code: &str) -> ErrorClass {
    match code {
        // unique_violation, foreign_key_violation, exclusion_violation
        "23505" | "23503" | "23P01" => ErrorClass::Conflict,
        // character_not_in_repertoire, untranslatable_character: NUL, which PostgreSQL does not store
        "22021" | "22P05" => ErrorClass::UnstorableText,
        // disk_full
        "53100" => ErrorClass::Full,
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled (statement timeout)
        "40001" | "40P01" | "55P03" | "57014" => ErrorClass::Busy,
        // connection exceptions, insufficient resources, operator intervention, system error
        _ if ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) => ErrorClass::Unavailable,
        _ => ErrorClass::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_result_codes_are_classified() {
        for (code, expected) in [
            (5, ErrorClass::Busy),
            (261, ErrorClass::Busy),
            (517, ErrorClass::Busy),
            (6, ErrorClass::Busy),
            (13, ErrorClass::Full),
            (4874, ErrorClass::Full),
            (2067, ErrorClass::Conflict),
            (1555, ErrorClass::Conflict),
            (787, ErrorClass::Conflict),
            (1299, ErrorClass::Other),
            (14, ErrorClass::Unavailable),
            (778, ErrorClass::Unavailable),
            (1, ErrorClass::Other),
        ] {
            assert_eq!(classify_sqlite(code), expected, "{code}");
        }
    }

    #[test]
    fn sqlstates_are_classified() {
        for (code, expected) in [
            ("23505", ErrorClass::Conflict),
            ("22021", ErrorClass::UnstorableText),
            ("53100", ErrorClass::Full),
            ("53300", ErrorClass::Unavailable),
            ("57P01", ErrorClass::Unavailable),
            ("08006", ErrorClass::Unavailable),
            ("40001", ErrorClass::Busy),
            ("57014", ErrorClass::Busy),
            ("42501", ErrorClass::Other),
            ("42601", ErrorClass::Other),
        ] {
            assert_eq!(classify_postgres(code), expected, "{code}");
        }
    }
}
