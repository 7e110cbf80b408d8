//! Whole numbers as a database keeps them, which knows none without a sign.

/// Turns a count into what a column keeps; one too large for it becomes the largest.
pub(crate) fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Turns what a column keeps into a count; one below nothing, which nobody writes, becomes nothing.
pub(crate) fn unsigned(value: impl TryInto<u64>) -> u64 {
    value.try_into().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_becomes_what_is_nearest() {
        assert_eq!((signed(7_u64), signed(u64::MAX), signed(7_usize)), (7, i64::MAX, 7));
        assert_eq!((unsigned(7_i64), unsigned(-1_i64), unsigned(-1_i32)), (7, 0, 0));
    }
}
