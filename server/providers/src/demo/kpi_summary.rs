//! Prepared text about the results of `get_company_kpis`.

use chrono::NaiveDate;
use penny_i18n::{
    formats::{self, ValueFormatter},
    keys, text,
};
use penny_types::{
    Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Health, Period},
};
use serde::Deserialize;

/// Maximum number of KPIs listed in one section; the chart shows all of them.
const MAX_LISTED: usize = 4;

/// The quoted part of the result of `get_company_kpis`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompanyKpis {
    period: Period,
    from: NaiveDate,
    to: NaiveDate,
    #[serde(default)]
    unit_name: Option<String>,
    #[serde(default)]
    currency: String,
    kpis: Vec<CompanyKpi>,
}

/// The quoted part of a KPI.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompanyKpi {
    #[serde(default)]
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) format: ValueFormat,
    pub(super) direction: Direction,
    pub(super) value: Option<f64>,
    pub(super) previous: Option<f64>,
    pub(super) target: Option<f64>,
    pub(super) health: Health,
}

impl CompanyKpis {
    /// Parses a tool result; `None` if it is something else.
    pub(super) fn parse(result: &str) -> Option<Self> {
        serde_json::from_str(result).ok()
    }

    /// Describes the KPIs of one unit: first those of the requested topics, then the others by health.
    pub(super) fn describe(&self, locale: Locale, topics: &[&str]) -> String {
        if self.kpis.iter().all(|kpi| kpi.value.is_none()) {
            return text(locale, keys::DEMO_NO_METRICS, &[]);
        }
        let formatter = self.formatter(locale);
        let (requested, others): (Vec<_>, Vec<_>) = self
            .kpis
            .iter()
            .partition(|kpi| kpi.value.is_some() && topics.iter().any(|topic| kpi.slug.contains(topic)));
        let mut description = self.headline(locale);
        if !requested.is_empty() {
            let lines: Vec<String> = requested.iter().map(|kpi| kpi.list_item(formatter)).collect();
            description.push_str(&format!("\n\n{}", lines.join("\n")));
        }
        description.push_str(&health_sections(
            &others,
            formatter,
            &[Health::Good, Health::Watch, Health::Bad],
        ));
        let without_value = others.iter().filter(|kpi| kpi.value.is_none());
        let names: Vec<&str> = without_value.map(|kpi| kpi.name.as_str()).collect();
        if !names.is_empty() {
            description.push_str("\n\n");
            description.push_str(&text(locale, keys::DEMO_NO_DATA, &[("names", &names.join(", "))]));
        }
        description.push_str("\n\n");
        description.push_str(&text(locale, keys::DEMO_METRICS_NOTE, &[]));
        description
    }

    /// Returns a Markdown table of the KPIs with their targets and previous values.
    pub(super) fn table(&self, locale: Locale) -> String {
        let formatter = self.formatter(locale);
        let columns = [
            keys::DEMO_COMPARE_COLUMN,
            keys::DEMO_TABLE_VALUE,
            keys::DEMO_TABLE_TARGET,
            keys::DEMO_TABLE_PREVIOUS,
        ];
        let columns = columns.map(|key| text(locale, key, &[])).join(" | ");
        let mut table = format!("| {columns} |\n|:--|--:|--:|--:|");
        for kpi in &self.kpis {
            let values = [kpi.value, kpi.target, kpi.previous];
            let values = values.map(|value| formatter.format(value, kpi.format));
            table.push_str(&format!("\n| {} | {} |", kpi.name, values.join(" | ")));
        }
        table
    }

    fn formatter(&self, locale: Locale) -> ValueFormatter<'_> {
        ValueFormatter { locale, currency: &self.currency }
    }

    fn headline(&self, locale: Locale) -> String {
        let (good, known) = self.health_counts();
        let unit = match self.unit_name.as_deref() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => text(locale, keys::DEMO_THE_COMPANY, &[]),
        };
        let period = period_name(locale, self.period);
        let subject = text(locale, keys::DEMO_SUBJECT, &[("unit", &unit), ("period", &period)]);
        text(
            locale,
            keys::DEMO_HEADLINE,
            &[
                ("subject", &format!("**{subject}**")),
                ("days", &formats::day_range(locale, self.from, self.to)),
                ("good_count", &good.to_string()),
                ("known_count", &known.to_string()),
            ],
        )
    }

    fn health_counts(&self) -> (usize, usize) {
        health_counts(self.kpis.iter().map(|kpi| kpi.health))
    }
}

/// Returns the number of KPIs on target and the number of KPIs whose health is known.
pub(super) fn health_counts(healths: impl Iterator<Item = Health>) -> (usize, usize) {
    healths
        .filter(|health| *health != Health::Unknown)
        .fold((0, 0), |(good, known), health| (good + usize::from(health == Health::Good), known + 1))
}

/// Lists KPIs in one section for each health, those furthest from their target first.
pub(super) fn health_sections(
    kpis: &[&CompanyKpi],
    formatter: ValueFormatter<'_>,
    healths: &[Health],
) -> String {
    let mut sections = String::new();
    for health in healths {
        let mut listed: Vec<_> = kpis.iter().filter(|kpi| kpi.health == *health).collect();
        if listed.is_empty() {
            continue;
        }
        listed.sort_by(|a, b| b.target_distance().total_cmp(&a.target_distance()));
        let heading = match health {
            Health::Good => keys::DEMO_GOING_WELL,
            Health::Watch => keys::DEMO_CLOSE,
            Health::Bad | Health::Unknown => keys::DEMO_OFF_TARGET,
        };
        let heading = text(formatter.locale, heading, &[]);
        let lines: Vec<String> = listed.iter().take(MAX_LISTED).map(|kpi| kpi.list_item(formatter)).collect();
        sections.push_str(&format!("\n\n### {heading}\n\n{}", lines.join("\n")));
    }
    sections
}

impl CompanyKpi {
    /// Returns the absolute distance of the value from the target, as a share of the target.
    fn target_distance(&self) -> f64 {
        match (self.value, self.target) {
            (Some(value), Some(target)) if target != 0.0 => ((value - target) / target).abs(),
            _ => 0.0,
        }
    }

    fn list_item(&self, formatter: ValueFormatter<'_>) -> String {
        if self.value.is_none() {
            return format!("- {}", self.name);
        }
        let value = formatter.format(self.value, self.format);
        let mut item = match self.target {
            Some(target) => {
                let target = formatter.format(Some(target), self.format);
                let args = [("name", self.name.as_str()), ("value", &value), ("target", &target)];
                text(formatter.locale, keys::DEMO_FIGURE_TARGET, &args)
            }
            None => text(formatter.locale, keys::DEMO_FIGURE, &[("name", &self.name), ("value", &value)]),
        };
        let change = formats::difference(formatter.locale, self.value, self.previous, self.format);
        if let Some(change) = change.filter(|change| formats::has_nonzero_digit(change)) {
            item.push_str(", ");
            item.push_str(&text(formatter.locale, keys::DEMO_CHANGE, &[("change", &change)]));
        }
        format!("- {item}")
    }
}

/// Returns a Markdown table that compares the KPIs of several units, and names the best unit.
pub(super) fn compare(units: &[CompanyKpis], locale: Locale) -> Option<String> {
    let first = units.first()?;
    let names: Vec<&str> = units.iter().map(|unit| unit.unit_name.as_deref().unwrap_or("–")).collect();
    let mut comparison = text(
        locale,
        keys::DEMO_COMPARE_HEADLINE,
        &[
            ("period", &period_name(locale, first.period)),
            ("days", &formats::day_range(locale, first.from, first.to)),
        ],
    );
    comparison.push_str(&format!("\n\n| {} |", text(locale, keys::DEMO_COMPARE_COLUMN, &[])));
    names.iter().for_each(|name| comparison.push_str(&format!(" {name} |")));
    comparison.push_str("\n|:--|");
    names.iter().for_each(|_| comparison.push_str("--:|"));
    for kpi in &first.kpis {
        comparison.push_str(&format!("\n| {} |", kpi.name));
        let row: Vec<Option<&CompanyKpi>> =
            units.iter().map(|unit| unit.kpis.iter().find(|other| other.name == kpi.name)).collect();
        let best = best_value(&row);
        for (unit, kpi) in units.iter().zip(&row) {
            let value = kpi.map_or_else(
                || formats::NO_VALUE.to_owned(),
                |kpi| unit.formatter(locale).format(kpi.value, kpi.format),
            );
            let is_best = best.is_some() && kpi.and_then(|kpi| kpi.value) == best;
            comparison.push_str(&if is_best { format!(" **{value}** |") } else { format!(" {value} |") });
        }
    }
    let (best_unit, best_name) = units.iter().zip(&names).max_by_key(|(unit, _)| unit.health_counts().0)?;
    let (good, known) = best_unit.health_counts();
    let args = [("unit", *best_name), ("good_count", &good.to_string()), ("known_count", &known.to_string())];
    comparison.push_str("\n\n");
    comparison.push_str(&text(locale, keys::DEMO_COMPARE_BEST, &args));
    comparison.push_str("\n\n");
    comparison.push_str(&text(locale, keys::DEMO_METRICS_NOTE, &[]));
    Some(comparison)
}

/// Returns the best value of a row, unless several units share it or only one has a value.
fn best_value(row: &[Option<&CompanyKpi>]) -> Option<f64> {
    let values: Vec<(f64, Direction)> =
        row.iter().flatten().filter_map(|kpi| Some((kpi.value?, kpi.direction))).collect();
    let best = values.iter().copied().reduce(|best, other| {
        let is_better = match best.1 {
            Direction::Up => other.0 > best.0,
            Direction::Down => other.0 < best.0,
        };
        if is_better { other } else { best }
    })?;
    (values.len() > 1 && values.iter().filter(|value| value.0 == best.0).count() == 1).then_some(best.0)
}

fn period_name(locale: Locale, period: Period) -> String {
    let key = match period {
        Period::Mtd => keys::DEMO_PERIOD_MTD,
        Period::Qtd => keys::DEMO_PERIOD_QTD,
        Period::Ytd => keys::DEMO_PERIOD_YTD,
    };
    text(locale, key, &[])
}
