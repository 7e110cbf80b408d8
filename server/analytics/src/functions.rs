//! The functions a query may call.
//!
//! None of them reads the clock, chance, files or settings, and none makes a value much larger than
//! what it is given.

const NAMES: &str = "\
    abs approx_distinct approx_median approx_percentile_cont ascii avg bit_length bool_and bool_or \
    btrim cbrt ceil char_length character_length chr coalesce concat concat_ws contains corr count \
    covar covar_pop covar_samp cume_dist date_bin date_part date_trunc datepart datetrunc dense_rank \
    ends_with exp first_value floor from_unixtime greatest grouping ifnull initcap lag last_value lead \
    least left length levenshtein ln log log10 log2 lower ltrim make_date max mean median min nth_value \
    ntile nullif nvl nvl2 octet_length percent_rank pow power rank regr_avgx regr_avgy regr_count \
    regr_intercept regr_r2 regr_slope reverse right round row_number rtrim sign signum split_part sqrt \
    starts_with stddev stddev_pop stddev_samp strpos substr substring sum to_char to_date to_timestamp \
    translate trim trunc upper var var_pop var_samp var_sample";

/// Says whether a query may call a function.
pub fn is_known(name: &str) -> bool {
    NAMES.split(' ').any(|known| known == name)
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn names_are_known_whole() {
        for name in ["abs", "sum", "upper", "date_trunc", "coalesce", "var_sample"] {
            assert!(is_known(name), "{name}");
        }
        for name in ["", " ", "su", "sum ", "now", "random", "repeat", "abs approx_distinct"] {
            assert!(!is_known(name), "{name}");
        }
    }
}
