//! The company at a glance: every key figure against its target, and the year's amounts below.

use super::{
    draw::{amounts, finish, hover, labels, legend, line, point},
    numbers::{Hand, short},
};
use charming::{
    Chart,
    component::{Axis, Grid},
    datatype::DataPoint,
    element::{
        AxisLabel, AxisLine, AxisTick, AxisType, BackgroundStyle, ItemStyle, Label, LineStyle,
        LineStyleType, MarkLine, MarkLineData, MarkLineVariant, SplitLine, Symbol,
    },
    series::Bar,
};
use penny_types::{
    artifacts::ChartContent,
    artifacts::{TableColumn, TableContent, ValueFormat},
    dashboards::{Direction, Health, KpiValue},
};
use penny_words::{keys, text};
use serde_json::{Value, json};

/// A bar ends here, however far beyond its target the figure is.
const MOST_PERCENT: f64 = 150.0;
/// Widest name of a key figure, in pixels: it breaks instead of pushing the bars off a phone.
const NAME_WIDTH: u32 = 128;

/// What the chart is made of.
#[derive(Debug)]
pub(crate) struct CompanyChart<'a> {
    pub hand: Hand<'a>,
    pub kpis: &'a [KpiValue],
    /// The monthly targets of the first amount among the figures, as many as its trend has months.
    pub planned: &'a [Option<f64>],
    /// One sentence that says how things stand.
    pub summary: String,
}

/// Makes the chart and the table behind it.
pub(crate) fn company(chart: CompanyChart<'_>) -> ChartContent {
    let mut option = finish(&draw(&chart), &chart.summary);
    for (pointer, key, value) in [
        ("/yAxis/0/axisLabel", "width", json!(NAME_WIDTH)),
        ("/yAxis/0/axisLabel", "overflow", json!("break")),
    ] {
        if let Some(object) = option.pointer_mut(pointer).and_then(Value::as_object_mut) {
            object.insert(key.to_owned(), value);
        }
    }
    ChartContent { option, table: table(&chart), summary: chart.summary }
}

fn draw(chart: &CompanyChart<'_>) -> Chart {
    let CompanyChart { hand, kpis, .. } = chart;
    let say = |key| text(hand.locale, key, &[]);
    let amount = kpis.iter().find(|kpi| kpi.format == ValueFormat::Currency && !kpi.trend.is_empty());
    let names = kpis.iter().map(|kpi| kpi.name.clone()).collect();
    let written = kpis.iter().map(|kpi| written(*hand, kpi)).collect();
    let upper = Grid::new().left(4).right(4).top(32).contain_label(true);
    let upper = if amount.is_some() { upper.height("52%") } else { upper.bottom(4) };
    let mut drawn = Chart::new()
        .tooltip(hover())
        .grid(upper)
        .x_axis(ruler())
        .y_axis(rows(names).grid_index(0))
        .y_axis(rows(written).grid_index(0).position("right"));
    let mut is_first = true;
    for (health, id, name) in [
        (Health::Good, "good", say(keys::FIGURES_GOOD)),
        (Health::Watch, "watch", say(keys::FIGURES_WATCH)),
        (Health::Bad, "bad", say(keys::FIGURES_BAD)),
        (Health::Unknown, "unknown", say(keys::FIGURES_UNKNOWN)),
    ] {
        if kpis.iter().any(|kpi| kpi.health == health) {
            let bar = achievement(kpis, health, id, name);
            drawn = drawn.series(if is_first { with_target(bar, say(keys::FIGURES_TARGET)) } else { bar });
            is_first = false;
        }
    }
    match amount {
        None => drawn.legend(legend().top(0)),
        Some(amount) => {
            let series = [amount.name.clone(), say(keys::FIGURES_PLANNED)];
            let healths = [keys::FIGURES_GOOD, keys::FIGURES_WATCH, keys::FIGURES_BAD, keys::FIGURES_UNKNOWN].map(say);
            let upper = legend().top(0).data(healths.to_vec());
            let lower = legend().top("64%").data(series.to_vec());
            year(drawn.legend(vec![upper, lower]), chart, amount, &series)
        }
    }
}

/// Adds the months below.
fn year(drawn: Chart, chart: &CompanyChart<'_>, amount: &KpiValue, [actual, planned]: &[String; 2]) -> Chart {
    let values: Vec<Option<f64>> = amount.trend.iter().map(|point| point.value).collect();
    let most = values.iter().chain(chart.planned).flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    let (divisor, unit) = chart.hand.scale(most, amount.format);
    let months = amount.trend.iter().enumerate().map(|(at, point)| chart.hand.month(point.month, at == 0)).collect();
    let points = |values: &[Option<f64>]| values.iter().map(|value| point(*value, divisor)).collect::<Vec<DataPoint>>();
    drawn
        .grid(Grid::new().left(4).right(12).top("75%").bottom(2).contain_label(true))
        .x_axis(labels(months).grid_index(1))
        .y_axis(amounts(unit).grid_index(1).split_number(2))
        .series(Bar::new().id("actual").name(actual.as_str()).x_axis_index(1).y_axis_index(2).data(points(&values)))
        .series(line("budget", planned, points(chart.planned)).x_axis_index(1).y_axis_index(2))
}

/// Makes the axis of the achievement: from nothing, over the target, to the end of the bars.
fn ruler() -> Axis {
    Axis::new()
        .type_(AxisType::Value)
        .grid_index(0)
        .min(0)
        .max(MOST_PERCENT)
        .interval(50)
        .axis_label(AxisLabel::new().show(false))
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
        .split_line(SplitLine::new().show(false))
}

/// Makes an axis of one text a key figure, the first on top.
fn rows(texts: Vec<String>) -> Axis {
    Axis::new()
        .type_(AxisType::Category)
        .inverse(true)
        .data(texts)
        .axis_label(AxisLabel::new().show(true).font_size(11).interval(0))
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
}

fn achievement(kpis: &[KpiValue], health: Health, id: &str, name: String) -> Bar {
    let of = |kpi: &KpiValue| if kpi.health == health { percent_of_target(kpi) } else { None };
    let data: Vec<DataPoint> = kpis.iter().map(|kpi| point(of(kpi), 1.0)).collect();
    Bar::new().id(id).name(name).stack("health").bar_width("58%").item_style(ItemStyle::new().border_radius(3)).data(data)
}

/// Puts the line of the target and the track of the bars behind the first series.
fn with_target(bar: Bar, name: String) -> Bar {
    let label = Label::new().show(true).formatter(name.as_str()).font_size(10);
    let target = MarkLine::new()
        .silent(true)
        .symbol(vec![Symbol::None, Symbol::None])
        .label(label)
        .line_style(LineStyle::new().type_(LineStyleType::Dashed).width(1.5))
        .data(vec![MarkLineVariant::Simple(MarkLineData::new().x_axis(100).name(name))]);
    bar.show_background(true).background_style(BackgroundStyle::new().opacity(0.35)).mark_line(target)
}

/// Says how much of its target a figure reaches, at most as far as a bar goes.
fn percent_of_target(kpi: &KpiValue) -> Option<f64> {
    let (value, target) = (kpi.value?, kpi.target?);
    let percent = match kpi.direction {
        Direction::Up if target > 0.0 => value / target * 100.0,
        Direction::Down if value > 0.0 => target / value * 100.0,
        // Nothing of what should not be: reached, whatever the target.
        Direction::Down => 100.0,
        Direction::Up => if value >= target { 100.0 } else { 0.0 },
    };
    Some(short(percent.clamp(0.0, MOST_PERCENT)))
}

/// Writes a figure beside its target.
fn written(hand: Hand<'_>, kpi: &KpiValue) -> String {
    let value = hand.write_or_dash(kpi.value, kpi.format);
    match kpi.target {
        Some(target) => format!("{value} / {}", hand.write(target, kpi.format)),
        None => value,
    }
}

fn table(chart: &CompanyChart<'_>) -> TableContent {
    let hand = chart.hand;
    let column = |key| TableColumn { name: text(hand.locale, key, &[]), format: ValueFormat::Text };
    let row = |kpi: &KpiValue| {
        let health = match kpi.health {
            Health::Good => keys::FIGURES_GOOD,
            Health::Watch => keys::FIGURES_WATCH,
            Health::Bad => keys::FIGURES_BAD,
            Health::Unknown => keys::FIGURES_UNKNOWN,
        };
        vec![
            json!(kpi.name),
            json!(hand.write_or_dash(kpi.value, kpi.format)),
            json!(hand.write_or_dash(kpi.target, kpi.format)),
            json!(hand.write_or_dash(kpi.previous, kpi.format)),
            json!(text(hand.locale, health, &[])),
        ]
    };
    TableContent {
        columns: [keys::FIGURES_COLUMN_FIGURE, keys::FIGURES_COLUMN_VALUE, keys::FIGURES_COLUMN_TARGET, keys::FIGURES_COLUMN_YEAR_BEFORE, keys::FIGURES_COLUMN_HEALTH]
            .map(column)
            .into(),
        rows: chart.kpis.iter().map(row).collect(),
    }
}
