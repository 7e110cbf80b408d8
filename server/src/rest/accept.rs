//! Content negotiation by the `Accept` header.

use axum::http::{HeaderMap, header};

/// Returns whether `Accept` prefers JSON to an event stream (RFC 9110, 12.5.1). The default is a stream.
pub(super) fn prefers_json(headers: &HeaderMap) -> bool {
    let values: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let accept = values.join(",");
    weight(&accept, "application", "json") > weight(&accept, "text", "event-stream")
}

/// Returns the weight of a media type, in thousandths, from the most specific matching range; 0 without a match.
fn weight(accept: &str, kind: &str, subtype: &str) -> u16 {
    accept
        .split(',')
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let (range_kind, range_subtype) = parts.next()?.split_once('/')?;
            let is_kind = range_kind.eq_ignore_ascii_case(kind);
            let precision = match (is_kind, range_subtype.eq_ignore_ascii_case(subtype)) {
                (true, true) => 2,
                (true, false) if range_subtype == "*" => 1,
                (false, false) if range_kind == "*" && range_subtype == "*" => 0,
                _ => return None,
            };
            let quality = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(1.0, |value| value.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0));
            Some((precision, (quality * 1000.0) as u16))
        })
        .max_by_key(|(precision, _)| *precision)
        .map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn json_is_preferred_only_with_a_higher_weight_than_an_event_stream() {
        for (accept, expected) in [
            (None, false),
            (Some("*/*"), false),
            (Some("text/event-stream"), false),
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/*"), true),
            (Some("application/json, text/event-stream"), false),
            (Some("application/json, text/event-stream;q=0.5"), true),
            (Some("application/json;q=0.5, */*;q=0.1"), true),
            (Some("application/json;q=0"), false),
            (Some("application/json;q=x"), false),
            (Some(";;,/,"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(prefers_json(&headers), expected, "{accept:?}");
        }
    }
}
