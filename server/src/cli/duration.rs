//! Parses durations such as `30d`, `12h` and `45m`.

use chrono::TimeDelta;

/// Parses a positive duration.
///
/// # Errors
/// Returns a message for the command line.
pub fn parse(text: &str) -> Result<TimeDelta, String> {
    let invalid = || "expected a positive number followed by m, h, d or w, such as 30d".to_owned();
    let unit = text.chars().last().ok_or_else(invalid)?;
    let number = text.strip_suffix(unit).and_then(|digits| digits.parse::<u32>().ok()).ok_or_else(invalid)?;
    let duration = match unit {
        'm' => TimeDelta::try_minutes(number.into()),
        'h' => TimeDelta::try_hours(number.into()),
        'd' => TimeDelta::try_days(number.into()),
        'w' => TimeDelta::try_weeks(number.into()),
        _ => None,
    };
    duration.filter(|duration| *duration > TimeDelta::zero()).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_positive_number_and_a_unit() {
        for (text, minutes) in [("45m", 45), ("12h", 720), ("30d", 43_200), ("2w", 20_160)] {
            assert_eq!(parse(text), Ok(TimeDelta::minutes(minutes)), "{text}");
        }
        for text in ["", "d", "0d", "-1d", "1", "1.5h", "1y", "dé", "99999999999d"] {
            assert!(parse(text).is_err(), "{text} was accepted");
        }
    }
}
