//! A key figure: what it is, how it stands, where it comes from.

use super::health::HealthMark;
use crate::{
    features::artifacts::sparkline,
    state::{tr_with, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::{
    Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, KpiValue, TrendPoint},
};
use penny_words::{figures, keys};

/// Size of the small drawing, in its own units.
const SPARK: (f64, f64) = (120.0, 28.0);

/// A key figure's card.
#[component]
pub fn KpiCard(
    /// The figure.
    kpi: KpiValue,
    /// ISO 4217 code of amounts.
    currency: String,
) -> impl IntoView {
    let locale = use_locale();
    let KpiValue { name, format: figure, direction, value, previous, target, health, trend, .. } = kpi;
    let code = StoredValue::new(currency);
    let short = move |value: f64| {
        code.with_value(|code| figures::short_figure(locale.get(), value, figure, Some(code)))
    };
    let exact = move || {
        value.map(|value| code.with_value(|code| figures::figure(locale.get(), value, figure, Some(code))))
    };
    let shown =
        move || value.map_or_else(|| penny_words::text(locale.get(), keys::DASHBOARD_NO_FIGURE, &[]), short);
    let goal = move || match target {
        Some(target) => penny_words::text(locale.get(), keys::DASHBOARD_TARGET, &[("value", &short(target))]),
        None => penny_words::text(locale.get(), keys::DASHBOARD_NO_TARGET, &[]),
    };
    view! {
        <article class="kpi" data-health=health.as_str()>
            <header class="kpi-head">
                <h2 class="kpi-name" dir="auto">{name}</h2>
                <HealthMark health/>
            </header>
            <p class="kpi-value" title=exact>{shown}</p>
            <p class="kpi-target">{goal}</p>
            <dl class="kpi-changes">
                <Change key=keys::DASHBOARD_VS_TARGET value base=target figure direction/>
                <Change key=keys::DASHBOARD_VS_YEAR value base=previous figure direction/>
            </dl>
            <Sparkline trend figure code/>
        </article>
    }
    .into_any()
}

/// How far a figure is from another, and whether that is good.
#[component]
fn Change(
    key: &'static str,
    value: Option<f64>,
    base: Option<f64>,
    figure: ValueFormat,
    direction: Direction,
) -> impl IntoView {
    let locale = use_locale();
    let tone = tone(value, base, direction);
    let words = move || {
        let change = figures::difference(locale.get(), value, base, figure)?;
        Some(penny_words::text(locale.get(), key, &[("change", &change)]))
    };
    figures::difference(Locale::En, value, base, figure).is_some().then(|| {
        let glyph = match (value, base) {
            (Some(value), Some(base)) if value > base => Glyph::TrendingUp,
            (Some(value), Some(base)) if value < base => Glyph::TrendingDown,
            _ => Glyph::Minus,
        };
        view! { <div class=tone><dt class="visually-hidden">{words}</dt><dd aria-hidden="true"><Icon glyph=glyph/>{words}</dd></div> }
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

/// The last twelve months, as a line.
#[component]
fn Sparkline(trend: Vec<TrendPoint>, figure: ValueFormat, code: StoredValue<String>) -> impl IntoView {
    let locale = use_locale();
    let values: Vec<Option<f64>> = trend.iter().map(|point| point.value).collect();
    let path = sparkline(&values, SPARK.0, SPARK.1)?;
    let known: Vec<f64> = values.into_iter().flatten().collect();
    let (first, last) = (known.first().copied()?, known.last().copied()?);
    let written = move |locale: Locale, value| {
        code.with_value(|code| figures::short_figure(locale, value, figure, Some(code)))
    };
    let label = tr_with(keys::DASHBOARD_TREND, move || {
        let locale = locale.get();
        [("first", written(locale, first)), ("last", written(locale, last))]
    });
    let area = format!("0 -2 {} {}", SPARK.0, SPARK.1 + 4.0);
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
    fn whether_a_change_is_good_depends_on_which_way_is_good() {
        assert_eq!(tone(Some(2.0), Some(1.0), Direction::Up), "kpi-change kpi-change-good");
        assert_eq!(tone(Some(2.0), Some(1.0), Direction::Down), "kpi-change kpi-change-bad");
        assert_eq!(tone(Some(1.0), Some(1.0), Direction::Down), "kpi-change");
        assert_eq!(tone(None, Some(1.0), Direction::Down), "kpi-change");
    }
}
