//! Behaviour of the room over a real database; see `server/tests`.
