//! What the figures say, in prepared sentences.

use chrono::NaiveDate;
use penny_types::{
    Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Health, Period},
};
use penny_words::{
    figures::{self, Hand},
    keys, text,
};
use serde::Deserialize;

/// Figures named under one heading at most; more is a table, and the chart has them all.
const MAX_NAMED: usize = 4;

/// What `get_company_kpis` answers, as far as it is quoted.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    period: Period,
    from: NaiveDate,
    to: NaiveDate,
    #[serde(default)]
    unit_name: Option<String>,
    #[serde(default)]
    currency: String,
    kpis: Vec<Figure>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Figure {
    #[serde(default)]
    slug: String,
    name: String,
    format: ValueFormat,
    direction: Direction,
    value: Option<f64>,
    previous: Option<f64>,
    target: Option<f64>,
    health: Health,
}

impl Report {
    /// Reads a tool's answer; `None` when it is something else.
    pub(super) fn read(content: &str) -> Option<Self> {
        serde_json::from_str(content).ok()
    }

    /// Tells how one unit does: first the figures of the topics asked for, then what goes well and
    /// what does not.
    pub(super) fn tell(&self, locale: Locale, topics: &[&str]) -> String {
        if self.kpis.iter().all(|figure| figure.value.is_none()) {
            return text(locale, keys::DEMO_NO_FIGURES, &[]);
        }
        let hand = self.hand(locale);
        let (asked, others): (Vec<_>, Vec<_>) = self.kpis.iter().partition(|figure| {
            figure.value.is_some() && topics.iter().any(|topic| figure.slug.contains(topic))
        });
        let mut told = self.headline(locale);
        if !asked.is_empty() {
            let lines: Vec<String> = asked.iter().map(|figure| figure.line(hand)).collect();
            told.push_str(&format!("\n\n{}", lines.join("\n")));
        }
        told.push_str(&sections(&others, hand, &[Health::Good, Health::Watch, Health::Bad]));
        let without = others.iter().filter(|figure| figure.value.is_none());
        let without: Vec<&str> = without.map(|figure| figure.name.as_str()).collect();
        if !without.is_empty() {
            told.push_str("\n\n");
            told.push_str(&text(locale, keys::DEMO_NO_DATA, &[("names", &without.join(", "))]));
        }
        told.push_str("\n\n");
        told.push_str(&text(locale, keys::DEMO_FIGURES_NOTE, &[]));
        told
    }

    /// Writes the figures as a table: what they are, what they should be and what they were.
    pub(super) fn table(&self, locale: Locale) -> String {
        let hand = self.hand(locale);
        let heads = [
            keys::DEMO_COMPARE_COLUMN,
            keys::DEMO_TABLE_VALUE,
            keys::DEMO_TABLE_TARGET,
            keys::DEMO_TABLE_PREVIOUS,
        ];
        let heads = heads.map(|key| text(locale, key, &[])).join(" | ");
        let mut table = format!("| {heads} |\n|:--|--:|--:|--:|");
        for figure in &self.kpis {
            let written = [figure.value, figure.target, figure.previous];
            let written = written.map(|value| hand.write(value, figure.format));
            table.push_str(&format!("\n| {} | {} |", figure.name, written.join(" | ")));
        }
        table
    }

    fn hand(&self, locale: Locale) -> Hand<'_> {
        Hand { locale, currency: &self.currency }
    }

    fn headline(&self, locale: Locale) -> String {
        let (good, known) = self.score();
        let unit = match self.unit_name.as_deref() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => text(locale, keys::DEMO_THE_COMPANY, &[]),
        };
        let subject =
            text(locale, keys::DEMO_SUBJECT, &[("unit", &unit), ("period", &period(locale, self.period))]);
        text(
            locale,
            keys::DEMO_HEADLINE,
            &[
                ("subject", &format!("**{subject}**")),
                ("days", &figures::day_range(locale, self.from, self.to)),
                ("good_count", &good.to_string()),
                ("known_count", &known.to_string()),
            ],
        )
    }

    fn score(&self) -> (usize, usize) {
        score(self.kpis.iter().map(|figure| figure.health))
    }
}

/// Counts the figures on target, and those that can be judged at all.
fn score(standings: impl Iterator<Item = Health>) -> (usize, usize) {
    standings
        .filter(|health| *health != Health::Unknown)
        .fold((0, 0), |(good, known), health| (good + usize::from(health == Health::Good), known + 1))
}

/// Lists figures under a heading for each way to stand, the furthest from their targets first.
fn sections(figures: &[&Figure], hand: Hand<'_>, standings: &[Health]) -> String {
    let mut told = String::new();
    for health in standings {
        let mut found: Vec<_> = figures.iter().filter(|figure| figure.health == *health).collect();
        if found.is_empty() {
            continue;
        }
        found.sort_by(|one, other| other.distance().total_cmp(&one.distance()));
        let heading = match health {
            Health::Good => keys::DEMO_GOING_WELL,
            Health::Watch => keys::DEMO_CLOSE,
            Health::Bad | Health::Unknown => keys::DEMO_OFF_TARGET,
        };
        let lines: Vec<String> = found.iter().take(MAX_NAMED).map(|figure| figure.line(hand)).collect();
        told.push_str(&format!("\n\n### {}\n\n{}", text(hand.locale, heading, &[]), lines.join("\n")));
    }
    told
}

impl Figure {
    /// Says how far the figure is from its target, as a share of the target, either way.
    fn distance(&self) -> f64 {
        match (self.value, self.target) {
            (Some(value), Some(target)) if target != 0.0 => ((value - target) / target).abs(),
            _ => 0.0,
        }
    }

    fn line(&self, hand: Hand<'_>) -> String {
        if self.value.is_none() {
            return format!("- {}", self.name);
        }
        let written = hand.write(self.value, self.format);
        let mut line = match self.target {
            Some(target) => {
                let target = hand.write(Some(target), self.format);
                let args = [("name", self.name.as_str()), ("value", &written), ("target", &target)];
                text(hand.locale, keys::DEMO_FIGURE_TARGET, &args)
            }
            None => text(hand.locale, keys::DEMO_FIGURE, &[("name", &self.name), ("value", &written)]),
        };
        let change = figures::difference(hand.locale, self.value, self.previous, self.format);
        if let Some(change) = change.filter(|change| figures::is_noticeable(change)) {
            line.push_str(", ");
            line.push_str(&text(hand.locale, keys::DEMO_CHANGE, &[("change", &change)]));
        }
        format!("- {line}")
    }
}

/// What `load_dashboard` answers, as far as it is quoted.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dashboard {
    title: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    widgets: Vec<Widget>,
}

#[derive(Debug, Clone, Deserialize)]
struct Widget {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    format: Option<ValueFormat>,
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    previous: Option<f64>,
    #[serde(default)]
    target: Option<f64>,
    #[serde(default)]
    health: Option<Health>,
}

impl Dashboard {
    /// Reads a tool's answer; `None` when it is something else.
    pub(super) fn read(content: &str) -> Option<Self> {
        serde_json::from_str(content).ok()
    }

    /// Tells that it is open, and what on it needs attention.
    pub(super) fn tell(&self, locale: Locale, topics: &[&str]) -> String {
        let mut told = text(locale, keys::DEMO_DASHBOARD_OPEN, &[("title", &self.title)]);
        let figures: Vec<Figure> = self.widgets.iter().filter_map(Widget::figure).collect();
        let (good, known) = score(figures.iter().map(|figure| figure.health));
        if known > 0 {
            let args = [("good_count", &*good.to_string()), ("known_count", &*known.to_string())];
            told.push_str(&format!("\n\n{}", text(locale, keys::DEMO_DASHBOARD_SCORE, &args)));
        }
        let mut tables = self.widgets.iter().filter(|widget| widget.kind == "table");
        if topics.contains(&"projects")
            && let Some(table) = tables.next_back()
        {
            let args = [("title", table.title.as_str())];
            told.push_str(&format!(" {}", text(locale, keys::DEMO_DASHBOARD_TABLE, &args)));
        }
        let hand = Hand { locale, currency: &self.currency };
        let figures: Vec<&Figure> = figures.iter().collect();
        told.push_str(&sections(&figures, hand, &[Health::Bad, Health::Watch]));
        told
    }
}

impl Widget {
    fn figure(&self) -> Option<Figure> {
        Some(Figure {
            slug: String::new(),
            name: self.title.clone(),
            format: self.format?,
            direction: Direction::Up,
            value: self.value,
            previous: self.previous,
            target: self.target,
            health: self.health?,
        })
    }
}

/// Sets several units side by side.
pub(super) fn compare(reports: &[Report], locale: Locale) -> Option<String> {
    let first = reports.first()?;
    let names: Vec<&str> = reports.iter().map(|report| report.unit_name.as_deref().unwrap_or("–")).collect();
    let mut told = text(
        locale,
        keys::DEMO_COMPARE_HEADLINE,
        &[
            ("period", &period(locale, first.period)),
            ("days", &figures::day_range(locale, first.from, first.to)),
        ],
    );
    told.push_str(&format!("\n\n| {} |", text(locale, keys::DEMO_COMPARE_COLUMN, &[])));
    names.iter().for_each(|name| told.push_str(&format!(" {name} |")));
    told.push_str("\n|:--|");
    names.iter().for_each(|_| told.push_str("--:|"));
    for figure in &first.kpis {
        told.push_str(&format!("\n| {} |", figure.name));
        let row: Vec<Option<&Figure>> =
            reports.iter().map(|report| report.kpis.iter().find(|other| other.name == figure.name)).collect();
        let best = best(&row);
        for (report, found) in reports.iter().zip(&row) {
            let written = found.map_or_else(
                || figures::NOTHING.to_owned(),
                |found| report.hand(locale).write(found.value, found.format),
            );
            let is_best = best.is_some() && found.and_then(|found| found.value) == best;
            told.push_str(&if is_best { format!(" **{written}** |") } else { format!(" {written} |") });
        }
    }
    let leader = reports.iter().zip(&names).max_by_key(|(report, _)| report.score().0)?;
    let (good, known) = leader.0.score();
    let args = [("unit", *leader.1), ("good_count", &good.to_string()), ("known_count", &known.to_string())];
    told.push_str("\n\n");
    told.push_str(&text(locale, keys::DEMO_COMPARE_BEST, &args));
    told.push_str("\n\n");
    told.push_str(&text(locale, keys::DEMO_FIGURES_NOTE, &[]));
    Some(told)
}

/// Finds the best value of a row, when one is best.
fn best(row: &[Option<&Figure>]) -> Option<f64> {
    let values: Vec<(f64, Direction)> =
        row.iter().flatten().filter_map(|figure| Some((figure.value?, figure.direction))).collect();
    let best = values.iter().copied().reduce(|one, other| {
        let is_better = match one.1 {
            Direction::Up => other.0 > one.0,
            Direction::Down => other.0 < one.0,
        };
        if is_better { other } else { one }
    })?;
    (values.len() > 1 && values.iter().filter(|value| value.0 == best.0).count() == 1).then_some(best.0)
}

fn period(locale: Locale, period: Period) -> String {
    let key = match period {
        Period::Mtd => keys::DEMO_PERIOD_MTD,
        Period::Qtd => keys::DEMO_PERIOD_QTD,
        Period::Ytd => keys::DEMO_PERIOD_YTD,
    };
    text(locale, key, &[])
}
