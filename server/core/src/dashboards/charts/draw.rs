//! Plain charts: bars, bars with a line, stacks and funnels over one set of labels.

use crate::dashboards::definition::Shape;
use charming::{
    Chart,
    component::{Axis, Grid, Legend, LegendType},
    datatype::{CompositeValue, DataPoint},
    element::{
        AxisLabel, AxisLine, AxisPointer, AxisPointerType, AxisTick, AxisType, Label, LabelPosition,
        LineStyle, Sort, SplitLine, Symbol, Tooltip, Trigger,
    },
    series::{Bar, Funnel, Line},
};
use penny_types::artifacts::ValueFormat;
use penny_words::figures::Hand;
use serde_json::{Value, json};

/// A series of a plot: a value a label.
#[derive(Debug, Clone)]
pub(crate) struct PlotSeries {
    pub id: String,
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// What a plain chart shows.
#[derive(Debug)]
pub(crate) struct Plot<'a> {
    pub shape: Shape,
    pub labels: Vec<String>,
    pub series: Vec<PlotSeries>,
    pub format: ValueFormat,
    pub hand: Hand<'a>,
}

/// Makes the option of a plain chart; `summary` is what a screen reader says of it.
pub(crate) fn plot(plot: &Plot<'_>, summary: &str) -> Value {
    let chart = match plot.shape {
        Shape::Funnel => funnel(plot),
        Shape::Bars | Shape::Stacked | Shape::BarsAndLine => bars(plot),
    };
    finish(&chart, summary)
}

/// Writes a chart down and says what it shows for those who do not see it.
pub(super) fn finish(chart: &Chart, summary: &str) -> Value {
    let mut option = serde_json::to_value(chart).unwrap_or_else(|_| json!({}));
    if let Some(option) = option.as_object_mut() {
        option.insert("aria".to_owned(), json!({ "enabled": true, "label": { "description": summary } }));
    }
    option
}

/// Returns a value as the chart takes it; what is missing leaves a gap.
pub(super) fn point(value: Option<f64>) -> DataPoint {
    DataPoint::Value(value.map_or_else(|| CompositeValue::from("-"), |value| short(value).into()))
}

/// Rounds a number for a chart: four decimals are more than a screen shows.
pub(super) fn short(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn bars(plot: &Plot<'_>) -> Chart {
    let mut chart = Chart::new()
        .legend(legend().top(0))
        .tooltip(hover())
        .grid(Grid::new().left(4).right(12).top(44).bottom(4).contain_label(true))
        .x_axis(labels(plot.labels.clone()))
        .y_axis(amounts());
    for (position, series) in plot.series.iter().enumerate() {
        let data: Vec<DataPoint> = series.values.iter().map(|value| point(*value)).collect();
        chart = if plot.shape == Shape::BarsAndLine && position > 0 {
            chart.series(line(&series.id, &series.name, data))
        } else {
            let bar = Bar::new().id(series.id.as_str()).name(series.name.as_str()).data(data);
            chart.series(if plot.shape == Shape::Stacked { bar.stack("all") } else { bar.bar_gap("10%") })
        };
    }
    chart
}

fn funnel(plot: &Plot<'_>) -> Chart {
    let mut chart = Chart::new().tooltip(Tooltip::new().trigger(Trigger::Item));
    for series in &plot.series {
        let data: Vec<DataPoint> = series
            .values
            .iter()
            .zip(&plot.labels)
            .map(|(value, label)| DataPoint::from((value.unwrap_or_default(), label.as_str())))
            .collect();
        let funnel = Funnel::new()
            .id(series.id.as_str())
            .name(series.name.as_str())
            .sort(Sort::None)
            .left("4%")
            .width("92%")
            .top(8)
            .bottom(8)
            .gap(3)
            .min_size("18%")
            .label(Label::new().show(true).position(LabelPosition::Inside).formatter("{b}: {c}"))
            .data(data);
        chart = chart.series(funnel);
    }
    chart
}

pub(super) fn legend() -> Legend {
    Legend::new().type_(LegendType::Scroll).left(0).item_width(12).item_height(8).item_gap(14)
}

fn hover() -> Tooltip {
    Tooltip::new().trigger(Trigger::Axis).axis_pointer(AxisPointer::new().type_(AxisPointerType::Shadow))
}

/// Makes the axis of the labels.
fn labels(labels: Vec<String>) -> Axis {
    Axis::new().type_(AxisType::Category).data(labels).axis_tick(AxisTick::new().show(false))
}

/// Makes the axis of the values; the page writes them as the table's column of that name says.
fn amounts() -> Axis {
    Axis::new()
        .type_(AxisType::Value)
        .split_number(4)
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
        .split_line(SplitLine::new().show(true).line_style(LineStyle::new().opacity(0.4)))
        .axis_label(AxisLabel::new().show(true))
}

fn line(id: &str, name: &str, data: Vec<DataPoint>) -> Line {
    Line::new()
        .id(id)
        .name(name)
        .symbol(Symbol::Circle)
        .symbol_size(5)
        .line_style(LineStyle::new().width(2))
        .data(data)
}
