//! The KPI overview chart: every KPI against its target.

use super::plot::{data_point, legend, round, to_option};
use charming::{
    Chart,
    component::{Axis, Grid},
    datatype::DataPoint,
    element::{
        AxisLabel, AxisLine, AxisTick, AxisType, BackgroundStyle, ItemStyle, Label, LineStyle, LineStyleType,
        MarkLine, MarkLineData, MarkLineVariant, SplitLine, Symbol, Tooltip, Trigger,
    },
    series::Bar,
};
use penny_i18n::{formats::ValueFormatter, keys, text};
use penny_types::{
    artifacts::{ChartContent, TableColumn, TableContent, ValueFormat},
    dashboards::{Direction, Health, KpiValue},
};
use serde_json::{Value, json};

/// Maximum length of a bar, as a share of the target.
const MAX_SHARE: f64 = 1.5;
/// Minimum length of a bar, so that a value of 0 is still visible.
const MIN_SHARE: f64 = 0.03;
/// Maximum width of a KPI's name before it wraps, in pixels.
const NAME_WIDTH: u32 = 128;

/// The series of each health value: its id and the message key of its name.
const HEALTH_SERIES: [(Health, &str, &str); 4] = [
    (Health::Good, "good", keys::METRICS_GOOD),
    (Health::Watch, "watch", keys::METRICS_WATCH),
    (Health::Bad, "bad", keys::METRICS_BAD),
    (Health::Unknown, "unknown", keys::METRICS_UNKNOWN),
];

/// Builds the chart and its table. `summary` is the description for screen readers.
///
/// A bar is the share of the target that is reached, so that KPIs with different units are comparable. The
/// value and the target are labels beside it.
pub(crate) fn company_chart(
    kpis: &[KpiValue],
    formatter: ValueFormatter<'_>,
    summary: String,
) -> ChartContent {
    let mut option = to_option(&build_chart(kpis, formatter), &summary);
    if let Some(names) = option.pointer_mut("/yAxis/0/axisLabel").and_then(Value::as_object_mut) {
        names.insert("width".to_owned(), json!(NAME_WIDTH));
        names.insert("overflow".to_owned(), json!("break"));
    }
    ChartContent { option, table: build_table(kpis, formatter), summary, dashboard: None }
}

fn build_chart(kpis: &[KpiValue], formatter: ValueFormatter<'_>) -> Chart {
    let translate = |key| text(formatter.locale, key, &[]);
    let names = kpis.iter().map(|kpi| kpi.name.clone()).collect();
    let values = kpis.iter().map(|kpi| value_with_target(formatter, kpi)).collect();
    let mut chart = Chart::new()
        .tooltip(Tooltip::new().trigger(Trigger::Item))
        .legend(legend().top(0))
        .grid(Grid::new().left(4).right(4).top(36).bottom(4).contain_label(true))
        .x_axis(share_axis())
        .y_axis(category_axis(names))
        .y_axis(category_axis(values).position("right"));
    let shown = HEALTH_SERIES.iter().filter(|(health, ..)| kpis.iter().any(|kpi| kpi.health == *health));
    for (at, (health, id, name)) in shown.enumerate() {
        let bar = health_bars(kpis, *health, id, translate(name));
        chart =
            chart.series(if at == 0 { with_target_line(bar, translate(keys::METRICS_TARGET)) } else { bar });
    }
    chart
}

/// Builds the hidden axis of the shares, from 0 to [`MAX_SHARE`].
fn share_axis() -> Axis {
    Axis::new()
        .type_(AxisType::Value)
        .min(0)
        .max(MAX_SHARE)
        .interval(0.5)
        .axis_label(AxisLabel::new().show(false))
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
        .split_line(SplitLine::new().show(false))
}

/// Builds an axis with one label per KPI, the first on top.
fn category_axis(texts: Vec<String>) -> Axis {
    Axis::new()
        .type_(AxisType::Category)
        .inverse(true)
        .data(texts)
        .axis_label(AxisLabel::new().show(true).font_size(11).interval(0))
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
}

fn health_bars(kpis: &[KpiValue], health: Health, id: &str, name: String) -> Bar {
    let of = |kpi: &KpiValue| {
        share_of_target(kpi).filter(|_| kpi.health == health).map(|share| share.clamp(MIN_SHARE, MAX_SHARE))
    };
    let data: Vec<DataPoint> = kpis.iter().map(|kpi| data_point(of(kpi))).collect();
    Bar::new()
        .id(id)
        .name(name)
        .stack("health")
        .bar_width("58%")
        .item_style(ItemStyle::new().border_radius(3))
        .data(data)
}

/// Adds the line of the target and the background of the bars to the first series.
fn with_target_line(bar: Bar, name: String) -> Bar {
    let label = Label::new().show(true).formatter(name.as_str()).font_size(10);
    let target = MarkLine::new()
        .silent(true)
        .symbol(vec![Symbol::None, Symbol::None])
        .label(label)
        .line_style(LineStyle::new().type_(LineStyleType::Dashed).width(1.5))
        .data(vec![MarkLineVariant::Simple(MarkLineData::new().x_axis(1).name(name))]);
    bar.show_background(true).background_style(BackgroundStyle::new().opacity(0.35)).mark_line(target)
}

/// Returns the share of the target that is reached, at most [`MAX_SHARE`].
fn share_of_target(kpi: &KpiValue) -> Option<f64> {
    let (value, target) = (kpi.value?, kpi.target?);
    let share = match kpi.direction {
        Direction::Up if target > 0.0 => value / target,
        Direction::Down if value > 0.0 => target / value,
        // A value of 0 where lower is better always reaches the target.
        Direction::Down => 1.0,
        Direction::Up => f64::from(u8::from(value >= target)),
    };
    Some(round(share.clamp(0.0, MAX_SHARE)))
}

/// Formats a value and its target.
fn value_with_target(formatter: ValueFormatter<'_>, kpi: &KpiValue) -> String {
    let value = formatter.format(kpi.value, kpi.format);
    match kpi.target {
        Some(target) => format!("{value} / {}", formatter.format(Some(target), kpi.format)),
        None => value,
    }
}

fn build_table(kpis: &[KpiValue], formatter: ValueFormatter<'_>) -> TableContent {
    let column = |key, format| TableColumn { name: text(formatter.locale, key, &[]), format };
    let row = |kpi: &KpiValue| {
        let health_name =
            HEALTH_SERIES.iter().find(|(health, ..)| *health == kpi.health).map(|(.., name)| *name);
        vec![
            json!(kpi.name),
            json!(formatter.format(kpi.value, kpi.format)),
            json!(formatter.format(kpi.target, kpi.format)),
            json!(share_of_target(kpi)),
            json!(health_name.map(|name| text(formatter.locale, name, &[]))),
            json!(formatter.format(kpi.previous, kpi.format)),
        ]
    };
    TableContent {
        columns: vec![
            column(keys::METRICS_COLUMN_FIGURE, ValueFormat::Text),
            column(keys::METRICS_COLUMN_VALUE, ValueFormat::Text),
            column(keys::METRICS_COLUMN_TARGET, ValueFormat::Text),
            column(keys::METRICS_COLUMN_SHARE, ValueFormat::Percent),
            column(keys::METRICS_COLUMN_HEALTH, ValueFormat::Text),
            column(keys::METRICS_COLUMN_YEAR_BEFORE, ValueFormat::Text),
        ],
        rows: kpis.iter().map(row).collect(),
    }
}
