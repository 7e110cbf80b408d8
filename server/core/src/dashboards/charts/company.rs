//! The company at a glance: every key figure against its target.

use super::draw::{finish, legend, point, short};
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
use penny_types::{
    artifacts::{ChartContent, TableColumn, TableContent, ValueFormat},
    dashboards::{Direction, Health, KpiValue},
};
use penny_words::{figures::Hand, keys, text};
use serde_json::{Value, json};

/// A bar ends here, however far beyond its target the figure is.
const MOST: f64 = 1.5;
/// A bar begins here, so that a figure that reaches nothing of its target is still seen.
const LEAST: f64 = 0.03;
/// Widest name of a key figure, in pixels: it breaks instead of pushing the bars off a phone.
const NAME_WIDTH: u32 = 128;

/// The standings a figure can have: the series' id and its name.
const STANDINGS: [(Health, &str, &str); 4] = [
    (Health::Good, "good", keys::FIGURES_GOOD),
    (Health::Watch, "watch", keys::FIGURES_WATCH),
    (Health::Bad, "bad", keys::FIGURES_BAD),
    (Health::Unknown, "unknown", keys::FIGURES_UNKNOWN),
];

/// Makes the chart and the table behind it; `summary` says in one sentence how things stand.
///
/// A bar is the share of the target that is reached, so that money, hours and shares stand side by
/// side; beside it stand the figure and its target as they are.
pub(crate) fn company(kpis: &[KpiValue], hand: Hand<'_>, summary: String) -> ChartContent {
    let mut option = finish(&draw(kpis, hand), &summary);
    if let Some(names) = option.pointer_mut("/yAxis/0/axisLabel").and_then(Value::as_object_mut) {
        names.insert("width".to_owned(), json!(NAME_WIDTH));
        names.insert("overflow".to_owned(), json!("break"));
    }
    ChartContent { option, table: table(kpis, hand), summary, dashboard: None }
}

fn draw(kpis: &[KpiValue], hand: Hand<'_>) -> Chart {
    let say = |key| text(hand.locale, key, &[]);
    let names = kpis.iter().map(|kpi| kpi.name.clone()).collect();
    let written = kpis.iter().map(|kpi| written(hand, kpi)).collect();
    let mut drawn = Chart::new()
        .tooltip(Tooltip::new().trigger(Trigger::Item))
        .legend(legend().top(0))
        .grid(Grid::new().left(4).right(4).top(36).bottom(4).contain_label(true))
        .x_axis(ruler())
        .y_axis(rows(names))
        .y_axis(rows(written).position("right"));
    let shown = STANDINGS.iter().filter(|(health, ..)| kpis.iter().any(|kpi| kpi.health == *health));
    for (at, (health, id, name)) in shown.enumerate() {
        let bar = achievement(kpis, *health, id, say(name));
        drawn = drawn.series(if at == 0 { with_target(bar, say(keys::FIGURES_TARGET)) } else { bar });
    }
    drawn
}

/// Makes the axis of the achievement: from nothing, over the target, to the end of the bars.
fn ruler() -> Axis {
    Axis::new()
        .type_(AxisType::Value)
        .min(0)
        .max(MOST)
        .interval(0.5)
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
    let of = |kpi: &KpiValue| {
        share_of_target(kpi).filter(|_| kpi.health == health).map(|share| share.clamp(LEAST, MOST))
    };
    let data: Vec<DataPoint> = kpis.iter().map(|kpi| point(of(kpi))).collect();
    Bar::new()
        .id(id)
        .name(name)
        .stack("health")
        .bar_width("58%")
        .item_style(ItemStyle::new().border_radius(3))
        .data(data)
}

/// Puts the line of the target and the track of the bars behind the first series.
fn with_target(bar: Bar, name: String) -> Bar {
    let label = Label::new().show(true).formatter(name.as_str()).font_size(10);
    let target = MarkLine::new()
        .silent(true)
        .symbol(vec![Symbol::None, Symbol::None])
        .label(label)
        .line_style(LineStyle::new().type_(LineStyleType::Dashed).width(1.5))
        .data(vec![MarkLineVariant::Simple(MarkLineData::new().x_axis(1).name(name))]);
    bar.show_background(true).background_style(BackgroundStyle::new().opacity(0.35)).mark_line(target)
}

/// Says which share of its target a figure reaches; beyond a bar's end it does not matter how far.
fn share_of_target(kpi: &KpiValue) -> Option<f64> {
    let (value, target) = (kpi.value?, kpi.target?);
    let share = match kpi.direction {
        Direction::Up if target > 0.0 => value / target,
        Direction::Down if value > 0.0 => target / value,
        // Nothing of what should not be: reached, whatever the target.
        Direction::Down => 1.0,
        Direction::Up => f64::from(u8::from(value >= target)),
    };
    Some(short(share.clamp(0.0, MOST)))
}

/// Writes a figure beside its target.
fn written(hand: Hand<'_>, kpi: &KpiValue) -> String {
    let value = hand.write(kpi.value, kpi.format);
    match kpi.target {
        Some(target) => format!("{value} / {}", hand.write(Some(target), kpi.format)),
        None => value,
    }
}

fn table(kpis: &[KpiValue], hand: Hand<'_>) -> TableContent {
    let column = |key, format| TableColumn { name: text(hand.locale, key, &[]), format };
    let row = |kpi: &KpiValue| {
        let standing = STANDINGS.iter().find(|(health, ..)| *health == kpi.health).map(|(.., name)| *name);
        vec![
            json!(kpi.name),
            json!(hand.write(kpi.value, kpi.format)),
            json!(hand.write(kpi.target, kpi.format)),
            json!(share_of_target(kpi)),
            json!(standing.map(|name| text(hand.locale, name, &[]))),
            json!(hand.write(kpi.previous, kpi.format)),
        ]
    };
    TableContent {
        columns: vec![
            column(keys::FIGURES_COLUMN_FIGURE, ValueFormat::Text),
            column(keys::FIGURES_COLUMN_VALUE, ValueFormat::Text),
            column(keys::FIGURES_COLUMN_TARGET, ValueFormat::Text),
            column(keys::FIGURES_COLUMN_SHARE, ValueFormat::Percent),
            column(keys::FIGURES_COLUMN_HEALTH, ValueFormat::Text),
            column(keys::FIGURES_COLUMN_YEAR_BEFORE, ValueFormat::Text),
        ],
        rows: kpis.iter().map(row).collect(),
    }
}
