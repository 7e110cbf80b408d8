//! The functions that a query may call.
//!
//! They are deterministic, read no files or settings, and produce no value much larger than their
//! arguments.

const ALLOWED: &str = "\
    abs approx_distinct approx_median approx_percentile_cont ascii avg bit_length bool_and bool_or \
    btrim cbrt ceil char_length character_length chr coalesce concat concat_ws contains corr count \
    covar covar_pop covar_samp cume_dist date_bin date_part date_trunc datepart datetrunc dense_rank \
    ends_with exp first_value floor from_unixtime greatest grouping ifnull initcap lag last_value lead \
    least left length levenshtein ln log log10 log2 lower ltrim make_date max mean median min nth_value \
    ntile nullif nvl nvl2 octet_length percent_rank pow power rank regr_avgx regr_avgy regr_count \
    regr_intercept regr_r2 regr_slope reverse right round row_number rtrim sign signum split_part sqrt \
    starts_with stddev stddev_pop stddev_samp strpos substr substring sum to_char to_date to_timestamp \
    translate trim trunc upper var var_pop var_samp var_sample";

/// Returns whether a query may call the function.
pub fn is_allowed(name: &str) -> bool {
    ALLOWED.split(' ').any(|allowed| allowed == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_names_are_allowed() {
        for name in ["abs", "sum", "upper", "date_trunc", "coalesce", "var_sample"] {
            assert!(is_allowed(name), "{name}");
        }
        for name in ["", " ", "su", "sum ", "now", "random", "repeat", "abs approx_distinct"] {
            assert!(!is_allowed(name), "{name}");
        }
    }
}
