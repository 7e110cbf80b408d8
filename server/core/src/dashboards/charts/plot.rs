//! Standard charts: bars, bars with lines, stacked bars and funnels.

use crate::dashboards::definition::ChartShape;
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
use penny_i18n::formats::ValueFormatter;
use penny_types::artifacts::ValueFormat;
use serde_json::{Value, json};

/// A series with one value per label.
#[derive(Debug, Clone)]
pub(crate) struct PlotSeries {
    pub id: String,
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// The data of a standard chart.
#[derive(Debug)]
pub(crate) struct Plot<'a> {
    pub shape: ChartShape,
    pub labels: Vec<String>,
    pub series: Vec<PlotSeries>,
    pub format: ValueFormat,
    pub formatter: ValueFormatter<'a>,
}

/// Builds the ECharts option of a standard chart. `summary` is the description for screen readers.
pub(crate) fn plot_option(plot: &Plot<'_>, summary: &str) -> Value {
    let chart = match plot.shape {
        ChartShape::Funnel => funnel_chart(plot),
        ChartShape::Bars | ChartShape::Stacked | ChartShape::BarsAndLine => bar_chart(plot),
    };
    to_option(&chart, summary)
}

/// Serialises a chart and adds its description for screen readers.
pub(super) fn to_option(chart: &Chart, summary: &str) -> Value {
    let mut option = serde_json::to_value(chart).unwrap_or_else(|_| json!({}));
    if let Some(option) = option.as_object_mut() {
        option.insert("aria".to_owned(), json!({ "enabled": true, "label": { "description": summary } }));
    }
    option
}

/// Converts a value to a data point; a missing value is a gap.
pub(super) fn data_point(value: Option<f64>) -> DataPoint {
    DataPoint::Value(value.map_or_else(|| CompositeValue::from("-"), |value| round(value).into()))
}

/// Rounds a number to four decimals, which is more than a chart displays.
pub(super) fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn bar_chart(plot: &Plot<'_>) -> Chart {
    let mut chart = Chart::new()
        .legend(legend().top(0))
        .tooltip(axis_tooltip())
        .grid(Grid::new().left(4).right(12).top(44).bottom(4).contain_label(true))
        .x_axis(label_axis(plot.labels.clone()))
        .y_axis(value_axis());
    for (position, series) in plot.series.iter().enumerate() {
        let data: Vec<DataPoint> = series.values.iter().map(|value| data_point(*value)).collect();
        chart = if plot.shape == ChartShape::BarsAndLine && position > 0 {
            chart.series(line_series(&series.id, &series.name, data))
        } else {
            let bar = Bar::new().id(series.id.as_str()).name(series.name.as_str()).data(data);
            chart.series(if plot.shape == ChartShape::Stacked {
                bar.stack("all")
            } else {
                bar.bar_gap("10%")
            })
        };
    }
    chart
}

fn funnel_chart(plot: &Plot<'_>) -> Chart {
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

fn axis_tooltip() -> Tooltip {
    Tooltip::new().trigger(Trigger::Axis).axis_pointer(AxisPointer::new().type_(AxisPointerType::Shadow))
}

fn label_axis(labels: Vec<String>) -> Axis {
    Axis::new().type_(AxisType::Category).data(labels).axis_tick(AxisTick::new().show(false))
}

fn value_axis() -> Axis {
    Axis::new()
        .type_(AxisType::Value)
        .split_number(4)
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
        .split_line(SplitLine::new().show(true).line_style(LineStyle::new().opacity(0.4)))
        .axis_label(AxisLabel::new().show(true))
}

fn line_series(id: &str, name: &str, data: Vec<DataPoint>) -> Line {
    Line::new()
        .id(id)
        .name(name)
        .symbol(Symbol::Circle)
        .symbol_size(5)
        .line_style(LineStyle::new().width(2))
        .data(data)
}
