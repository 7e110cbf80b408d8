//! What the stores promise, on SQLite and on PostgreSQL.

#[cfg(test)]
mod doors;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod people;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod search;
#[cfg(test)]
mod upgrade;
