//! The KPI card: value, target, changes and trend.

use super::health::HealthBadge;
use crate::{
    features::artifacts::sparkline,
    state::{tr_with, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::{formats, keys};
use penny_types::{
    Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, KpiValue, TrendPoint},
};

/// Width and height of the sparkline in SVG user units.
const SPARKLINE_SIZE: (f64, f64) = (120.0, 28.0);

#[component]
pub fn KpiCard(
    kpi: KpiValue,
    /// ISO 4217 code of currency values.
    currency: String,
) -> impl IntoView {
    let locale = use_locale();
    let KpiValue { name, format, direction, value, previous, target, health, trend, .. } = kpi;
    let code = StoredValue::new(currency);
    let short = move |value: f64| {
        code.with_value(|code| formats::format_short_value(locale.get(), value, format, Some(code)))
    };
    let exact = move || {
        value.map(|value| {
            code.with_value(|code| formats::format_value(locale.get(), value, format, Some(code)))
        })
    };
    let value_text =
        move || value.map_or_else(|| penny_i18n::text(locale.get(), keys::DASHBOARD_NO_FIGURE, &[]), short);
    let target_text = move || match target {
        Some(target) => penny_i18n::text(locale.get(), keys::DASHBOARD_TARGET, &[("value", &short(target))]),
        None => penny_i18n::text(locale.get(), keys::DASHBOARD_NO_TARGET, &[]),
    };
    view! {
        <article class="kpi" data-health=health.as_str()>
            <header class="kpi-head">
                <h2 class="kpi-name" dir="auto">{name}</h2>
                <HealthBadge health/>
            </header>
            <p class="kpi-value" title=exact>{value_text}</p>
            <p class="kpi-target">{target_text}</p>
            <dl class="kpi-changes">
                <KpiChange key=keys::DASHBOARD_VS_TARGET value base=target format direction/>
                <KpiChange key=keys::DASHBOARD_VS_YEAR value base=previous format direction/>
            </dl>
            <Sparkline trend format code/>
        </article>
    }
    .into_any()
}

/// The change of a value against a base, coloured by whether it is an improvement.
#[component]
fn KpiChange(
    key: &'static str,
    value: Option<f64>,
    base: Option<f64>,
    format: ValueFormat,
    direction: Direction,
) -> impl IntoView {
    let locale = use_locale();
    let tone = tone(value, base, direction);
    let text = move || {
        let change = formats::difference(locale.get(), value, base, format)?;
        Some(penny_i18n::text(locale.get(), key, &[("change", &change)]))
    };
    formats::difference(Locale::En, value, base, format).is_some().then(|| {
        let glyph = match (value, base) {
            (Some(value), Some(base)) if value > base => Glyph::TrendingUp,
            (Some(value), Some(base)) if value < base => Glyph::TrendingDown,
            _ => Glyph::Minus,
        };
        view! { <div class=tone><dt class="visually-hidden">{text}</dt><dd aria-hidden="true"><Icon glyph=glyph/>{text}</dd></div> }
    })
}

fn tone(value: Option<f64>, base: Option<f64>, direction: Direction) -> &'static str {
    match (value, base) {
        (Some(value), Some(base)) if (value - base).abs() > f64::EPSILON => {
            let is_good = (value > base) == (direction == Direction::Up);
            if is_good { "kpi-change kpi-change-good" } else { "kpi-change kpi-change-bad" }
        }
        _ => "kpi-change",
    }
}

/// The values of the last twelve months as a line.
#[component]
fn Sparkline(trend: Vec<TrendPoint>, format: ValueFormat, code: StoredValue<String>) -> impl IntoView {
    let locale = use_locale();
    let values: Vec<Option<f64>> = trend.iter().map(|point| point.value).collect();
    let path = sparkline(&values, SPARKLINE_SIZE.0, SPARKLINE_SIZE.1)?;
    let known: Vec<f64> = values.into_iter().flatten().collect();
    let (first, last) = (known.first().copied()?, known.last().copied()?);
    let formatted = move |locale: Locale, value| {
        code.with_value(|code| formats::format_short_value(locale, value, format, Some(code)))
    };
    let label = tr_with(keys::DASHBOARD_TREND, move || {
        let locale = locale.get();
        [("first", formatted(locale, first)), ("last", formatted(locale, last))]
    });
    let area = format!("0 -2 {} {}", SPARKLINE_SIZE.0, SPARKLINE_SIZE.1 + 4.0);
    Some(view! {
        <svg class="spark" viewBox=area preserveAspectRatio="none" role="img" aria-label=label>
            <path d=path fill="none" vector-effect="non-scaling-stroke"></path>
        </svg>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_rated_by_the_direction_of_the_kpi() {
        assert_eq!(tone(Some(2.0), Some(1.0), Direction::Up), "kpi-change kpi-change-good");
        assert_eq!(tone(Some(2.0), Some(1.0), Direction::Down), "kpi-change kpi-change-bad");
        assert_eq!(tone(Some(1.0), Some(1.0), Direction::Down), "kpi-change");
        assert_eq!(tone(None, Some(1.0), Direction::Down), "kpi-change");
    }
}
