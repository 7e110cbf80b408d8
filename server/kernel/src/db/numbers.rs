//! Conversion between unsigned integers and the signed integers of the database.

/// Converts to `i64`. Values that are too large become `i64::MAX`.
pub fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Converts to `u64`. Negative values become 0.
pub fn unsigned(value: impl TryInto<u64>) -> u64 {
    value.try_into().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_range_values_are_clamped() {
        assert_eq!((signed(7_u64), signed(u64::MAX), signed(7_usize)), (7, i64::MAX, 7));
        assert_eq!((unsigned(7_i64), unsigned(-1_i64), unsigned(-1_i32)), (7, 0, 0));
    }
}
