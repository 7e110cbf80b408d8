use super::{
    Error,
    charts::company,
    definition::{NewDashboard, NewKpi, WidgetConfig},
    figures,
    rules::{Board, home_of},
    scene::Scene,
    store::{self, Kpi, pick},
    widgets,
};
use crate::{
    access::{Action, Resource},
    audit::{self, Record},
    ctx::Ctx,
    datasources::Datasources,
    fault::ToFault,
    foundation::Shared,
};
use futures::future::join_all;
use penny_entity::{dashboard, widget};
use penny_types::{
    DatasourceId, Locale,
    artifacts::ChartContent,
    dashboards::{
        DashboardFilters, DashboardLink, DashboardSummary, DashboardView, Health, KpiValue, Period,
        WidgetView,
    },
};
use penny_words::{figures::Hand, keys, text};
use serde_json::Value;

/// The dashboards of a tenant, and its key figures.
#[derive(Debug, Clone)]
pub struct Dashboards {
    shared: Shared,
    datasources: Datasources,
}

/// Every key figure of one reading, and the chart of them.
#[derive(Debug, Clone)]
pub struct KpiReport {
    /// What it is about; `id` is filled in for what was named.
    pub filters: DashboardFilters,
    /// What people call what it is about; absent for the whole company.
    pub unit_name: Option<String>,
    /// First day of the stretch.
    pub from: chrono::NaiveDate,
    /// Last day of the stretch.
    pub to: chrono::NaiveDate,
    /// ISO 4217 code of the amounts.
    pub currency: String,
    /// The figures, in order.
    pub kpis: Vec<KpiValue>,
    /// The title of the chart, in the reader's language.
    pub title: String,
    /// The figures as a chart.
    pub chart: ChartContent,
}

impl Dashboards {
    /// Makes the service.
    #[must_use]
    pub const fn new(shared: Shared, datasources: Datasources) -> Self {
        Self { shared, datasources }
    }

    /// Lists the dashboards one may open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<DashboardSummary>, Error> {
        let rows = {
            let tx = self.shared.db.read(ctx).await?;
            store::dashboards(tx.conn(), ctx).await?
        };
        let may = |row: &dashboard::Model| self.may_view(ctx, &row.slug).is_ok();
        Ok(rows.into_iter().filter(may).map(|row| summary(row, ctx.locale)).collect())
    }

    /// Opens a dashboard with its figures. A widget that fails says so and takes no other with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of that name for this person; when the filters name
    /// what does not exist.
    pub async fn open(
        &self,
        ctx: &Ctx,
        slug: &str,
        filters: DashboardFilters,
    ) -> Result<DashboardView, Error> {
        self.may_view(ctx, slug)?;
        let (row, rows, kpis) = {
            let tx = self.shared.db.read(ctx).await?;
            let row = store::find(tx.conn(), ctx, slug).await?.ok_or(Error::NotFound)?;
            let widgets = store::widgets(tx.conn(), ctx, row.id).await?;
            (row, widgets, store::kpis(tx.conn(), ctx).await?)
        };
        let scene = Scene::set(ctx, &self.datasources, filters).await?;
        let drawn = join_all(rows.into_iter().map(|row| self.widget(ctx, &scene, &kpis, row))).await;
        let head = summary(row, ctx.locale);
        Ok(DashboardView {
            id: head.id,
            slug: head.slug,
            title: head.title,
            description: head.description,
            period: scene.filters.period,
            unit: scene.filters.unit,
            unit_id: scene.filters.id,
            from: scene.spans.now.from,
            to: scene.spans.now.to,
            business_units: scene.business_units,
            projects: scene.projects,
            currency: scene.currency,
            widgets: drawn.into_iter().flatten().collect(),
            as_of: ctx.now(),
        })
    }

    /// Returns the key figures that exist for what is asked about.
    ///
    /// # Errors
    /// When the filters name what does not exist, or no figure could be computed.
    pub async fn kpis(&self, ctx: &Ctx, filters: DashboardFilters) -> Result<Vec<KpiValue>, Error> {
        Ok(self.report(ctx, filters).await?.kpis)
    }

    /// Returns the key figures and the chart that shows them at a glance.
    ///
    /// # Errors
    /// As [`Dashboards::kpis`].
    pub async fn report(&self, ctx: &Ctx, filters: DashboardFilters) -> Result<KpiReport, Error> {
        let (definitions, boards) = {
            let tx = self.shared.db.read(ctx).await?;
            (store::kpis(tx.conn(), ctx).await?, store::boards(tx.conn(), ctx).await?)
        };
        let scene = Scene::set(ctx, &self.datasources, filters).await?;
        let definitions: Vec<&Kpi> =
            definitions.iter().filter(|kpi| kpi.units.contains(&scene.filters.unit)).collect();
        if definitions.is_empty() {
            return Err(Error::NoFigures);
        }
        let read = join_all(definitions.iter().map(|kpi| self.figure(ctx, &scene, kpi))).await;
        let kpis = gather(&definitions, read)?;
        let hand = Hand { locale: ctx.locale, currency: &scene.currency };
        let title = title(ctx.locale, scene.unit_name.as_deref(), scene.filters.period);
        let summary = verdict(hand, &title, &kpis);
        let mut chart = company(&kpis, hand, summary);
        chart.dashboard = self.home(ctx, boards, &kpis, &scene.filters);
        Ok(KpiReport {
            from: scene.spans.now.from,
            to: scene.spans.now.to,
            filters: scene.filters,
            unit_name: scene.unit_name,
            currency: scene.currency,
            kpis,
            title,
            chart,
        })
    }

    /// Defines key figures over a datasource and a dashboard of them; those of the same slugs are
    /// renewed.
    pub(crate) async fn install(
        &self,
        ctx: &Ctx,
        datasource: DatasourceId,
        kpis: Vec<NewKpi>,
        dashboards: Vec<NewDashboard>,
    ) -> Result<(), Error> {
        let permit = self.shared.access.check(ctx, Action::DashboardEdit, &Resource::Tenant)?;
        let tx = self.shared.db.begin(ctx).await?;
        for kpi in (0..).zip(kpis) {
            store::put_kpi(tx.conn(), ctx, datasource, kpi).await?;
        }
        for new in dashboards {
            let id = store::put_dashboard(tx.conn(), ctx, datasource, new).await?;
            audit::record(&tx, ctx, Record::of("dashboards.install", "dashboard").target(id).permit(&permit))
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Finds the dashboard on which figures live, among those one may open.
    fn home(
        &self,
        ctx: &Ctx,
        mut boards: Vec<Board>,
        kpis: &[KpiValue],
        filters: &DashboardFilters,
    ) -> Option<DashboardLink> {
        boards.retain(|board| self.may_view(ctx, &board.slug).is_ok());
        let shown: Vec<&str> = kpis.iter().map(|kpi| kpi.slug.as_str()).collect();
        let slug = home_of(&boards, &shown)?.to_owned();
        Some(DashboardLink { slug, filters: filters.clone() })
    }

    fn may_view(&self, ctx: &Ctx, slug: &str) -> Result<(), Error> {
        self.shared.access.check(ctx, Action::DashboardView, &Resource::Dashboard(slug))?;
        Ok(())
    }

    async fn figure(&self, ctx: &Ctx, scene: &Scene, kpi: &Kpi) -> Result<KpiValue, Error> {
        let rows = scene.ask(ctx, &self.datasources, Some(kpi.datasource), &kpi.sql).await?;
        figures::figure(kpi, scene, &rows)
    }

    /// Draws one widget; absent when it shows a figure that does not exist for what is asked about.
    async fn widget(&self, ctx: &Ctx, scene: &Scene, kpis: &[Kpi], row: widget::Model) -> Option<WidgetView> {
        let title = pick(ctx.locale, row.title_en.clone(), row.title_es.clone());
        let mut view = WidgetView {
            id: row.id,
            kind: row.kind,
            title: title.clone(),
            columns: u32::try_from(row.columns).unwrap_or(12).clamp(1, 12),
            kpi: None,
            content: None,
            error: None,
        };
        match self.draw(ctx, scene, kpis, &title, row).await {
            Ok(Drawn::Kpi(kpi)) => view.kpi = Some(kpi),
            Ok(Drawn::Content(content)) => view.content = Some(content),
            Ok(Drawn::Nothing) => return None,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, widget.id = %view.id, "a widget could not be drawn");
                view.error = Some(penny_words::fault(ctx.locale, &error.to_fault()));
            }
        }
        Some(view)
    }

    async fn draw(
        &self,
        ctx: &Ctx,
        scene: &Scene,
        kpis: &[Kpi],
        title: &str,
        row: widget::Model,
    ) -> Result<Drawn, Error> {
        let hand = Hand { locale: ctx.locale, currency: &scene.currency };
        let config: WidgetConfig = serde_json::from_value(row.config).map_err(Error::BadConfig)?;
        let content = match config {
            WidgetConfig::Kpi(slug) => {
                let kpi = kpis.iter().find(|kpi| kpi.slug == slug).ok_or(Error::NoFigures)?;
                if !kpi.units.contains(&scene.filters.unit) {
                    return Ok(Drawn::Nothing);
                }
                return Ok(Drawn::Kpi(self.figure(ctx, scene, kpi).await?));
            }
            WidgetConfig::Chart(config) => {
                let rows = scene.ask(ctx, &self.datasources, config.datasource, &config.sql).await?;
                serde_json::to_value(widgets::chart(title, &config, &rows, hand)?)
            }
            WidgetConfig::Table(config) => {
                let rows = scene.ask(ctx, &self.datasources, config.datasource, &config.sql).await?;
                serde_json::to_value(widgets::table(title, &config, &rows, hand)?)
            }
            WidgetConfig::Text(words) => Ok(Value::String(words.of(ctx.locale).to_owned())),
        };
        Ok(Drawn::Content(content.map_err(Error::BadConfig)?))
    }
}

/// What came of a widget.
enum Drawn {
    Kpi(KpiValue),
    Content(Value),
    Nothing,
}

fn summary(row: dashboard::Model, locale: Locale) -> DashboardSummary {
    DashboardSummary {
        id: row.id,
        slug: row.slug,
        title: pick(locale, row.title_en, row.title_es),
        description: pick(locale, row.description_en, row.description_es),
    }
}

/// Puts the figures together. One that failed is one of which nothing is known; when all failed, the
/// first failure is the answer.
fn gather(definitions: &[&Kpi], read: Vec<Result<KpiValue, Error>>) -> Result<Vec<KpiValue>, Error> {
    let has_any = read.iter().any(Result::is_ok);
    let mut kpis = Vec::with_capacity(read.len());
    for (definition, read) in definitions.iter().zip(read) {
        match read {
            Ok(kpi) => kpis.push(kpi),
            Err(error) if has_any => {
                tracing::warn!(error = &error as &dyn std::error::Error, kpi.slug = %definition.slug, "a key figure could not be computed");
                kpis.push(figures::nothing(definition));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(kpis)
}

fn title(locale: Locale, unit_name: Option<&str>, period: Period) -> String {
    let period = match period {
        Period::Mtd => keys::FIGURES_MTD,
        Period::Qtd => keys::FIGURES_QTD,
        Period::Ytd => keys::FIGURES_YTD,
    };
    let period = text(locale, period, &[]);
    match unit_name {
        Some(unit) => text(locale, keys::FIGURES_UNIT_TITLE, &[("unit", unit), ("period", &period)]),
        None => text(locale, keys::FIGURES_COMPANY_TITLE, &[("period", &period)]),
    }
}

/// Says in one sentence how many figures are on target and which is furthest off.
fn verdict(hand: Hand<'_>, title: &str, kpis: &[KpiValue]) -> String {
    let known = kpis.iter().filter(|kpi| kpi.health != Health::Unknown).count().to_string();
    let good = kpis.iter().filter(|kpi| kpi.health == Health::Good).count().to_string();
    let gap = |kpi: &&KpiValue| match (kpi.value, kpi.target) {
        (Some(value), Some(target)) => (value - target).abs() / target.abs().max(1.0_f64.min(value.abs())),
        _ => 0.0,
    };
    let worst = kpis.iter().filter(|kpi| kpi.health == Health::Bad).max_by(|a, b| gap(a).total_cmp(&gap(b)));
    let worst = worst.or_else(|| kpis.iter().find(|kpi| kpi.health == Health::Watch));
    let args = [("title", title), ("good", good.as_str()), ("known", known.as_str())];
    match worst {
        None => text(hand.locale, keys::FIGURES_SUMMARY, &args),
        Some(kpi) => {
            let value = hand.write(kpi.value, kpi.format);
            let target = hand.write(kpi.target, kpi.format);
            let more = [("worst", kpi.name.as_str()), ("value", &value), ("target", &target)];
            text(hand.locale, keys::FIGURES_SUMMARY_WORST, &[args.as_slice(), more.as_slice()].concat())
        }
    }
}
