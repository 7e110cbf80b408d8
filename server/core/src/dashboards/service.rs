use super::{
    DashboardError,
    charts::company_chart,
    definition::{NewDashboard, NewKpi, WidgetConfig},
    kpi_values,
    report_context::ReportContext,
    rules::{DashboardKpis, best_dashboard},
    store::{self, KpiDefinition, localized},
    widgets,
};
use crate::datasources::Datasources;
use futures::future::join_all;
use penny_entity::{dashboard, widget};
use penny_i18n::{formats::ValueFormatter, keys, text};
use penny_kernel::{
    SharedKernel,
    access::{Action, DashboardResource, TenantResource},
    audit::{self, AuditRecord},
    ctx::Ctx,
    fault::ToFault,
};
use penny_types::{
    DatasourceId, Locale,
    artifacts::ChartContent,
    dashboards::{
        DashboardFilters, DashboardLink, DashboardSummary, DashboardView, Health, KpiValue, Period,
        WidgetView,
    },
};
use serde_json::Value;

/// Service for dashboards and KPIs.
#[derive(Debug, Clone)]
pub struct Dashboards {
    kernel: SharedKernel,
    datasources: Datasources,
}

/// The KPIs of a unit and period, with their chart.
#[derive(Debug, Clone)]
pub struct KpiReport {
    /// The resolved filters: `id` is the unit's id even if its name was given.
    pub filters: DashboardFilters,
    /// Display name of the unit; `None` for the whole company.
    pub unit_name: Option<String>,
    /// First day of the period.
    pub from: chrono::NaiveDate,
    /// Last day of the period.
    pub to: chrono::NaiveDate,
    /// ISO 4217 code.
    pub currency: String,
    pub kpis: Vec<KpiValue>,
    /// Title of the chart, in the actor's language.
    pub title: String,
    pub chart: ChartContent,
}

impl Dashboards {
    #[must_use]
    pub const fn new(kernel: SharedKernel, datasources: Datasources) -> Self {
        Self { kernel, datasources }
    }

    /// Lists the dashboards the actor may view.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<DashboardSummary>, DashboardError> {
        let rows = {
            let tx = self.kernel.db.read(ctx).await?;
            store::list_dashboards(tx.conn(), ctx).await?
        };
        let may_view = |row: &dashboard::Model| self.check_view(ctx, &row.slug).is_ok();
        Ok(rows.into_iter().filter(may_view).map(|row| dashboard_summary(row, ctx.locale())).collect())
    }

    /// Returns a dashboard with the content of its widgets. A widget that fails carries its own error and
    /// does not affect the others.
    ///
    /// # Errors
    /// [`DashboardError::NotFound`] when there is no such dashboard; when the actor may not view it, or the
    /// filters refer to an unknown unit.
    pub async fn open(
        &self,
        ctx: &Ctx,
        slug: &str,
        filters: DashboardFilters,
    ) -> Result<DashboardView, DashboardError> {
        self.check_view(ctx, slug)?;
        let (row, rows, kpis) = {
            let tx = self.kernel.db.read(ctx).await?;
            let row = store::find_dashboard(tx.conn(), ctx, slug).await?.ok_or(DashboardError::NotFound)?;
            let widgets = store::list_widgets(tx.conn(), ctx, row.id).await?;
            (row, widgets, store::list_kpis(tx.conn(), ctx).await?)
        };
        let context = ReportContext::load(ctx, &self.datasources, filters).await?;
        let outputs = join_all(rows.into_iter().map(|row| self.widget_view(ctx, &context, &kpis, row))).await;
        let summary = dashboard_summary(row, ctx.locale());
        Ok(DashboardView {
            id: summary.id,
            slug: summary.slug,
            title: summary.title,
            description: summary.description,
            period: context.filters.period,
            unit: context.filters.unit,
            unit_id: context.filters.id,
            from: context.ranges.current.from,
            to: context.ranges.current.to,
            business_units: context.business_units,
            projects: context.projects,
            currency: context.currency,
            widgets: outputs.into_iter().flatten().collect(),
            as_of: ctx.now(),
        })
    }

    /// Returns the KPIs defined for a unit.
    ///
    /// # Errors
    /// When the filters refer to an unknown unit, or no KPI could be computed.
    pub async fn kpis(&self, ctx: &Ctx, filters: DashboardFilters) -> Result<Vec<KpiValue>, DashboardError> {
        Ok(self.report(ctx, filters).await?.kpis)
    }

    /// Returns the KPIs with their overview chart.
    ///
    /// # Errors
    /// As [`Dashboards::kpis`].
    pub async fn report(&self, ctx: &Ctx, filters: DashboardFilters) -> Result<KpiReport, DashboardError> {
        let (definitions, dashboards) = {
            let tx = self.kernel.db.read(ctx).await?;
            (store::list_kpis(tx.conn(), ctx).await?, store::list_dashboard_kpis(tx.conn(), ctx).await?)
        };
        let context = ReportContext::load(ctx, &self.datasources, filters).await?;
        let definitions: Vec<&KpiDefinition> =
            definitions.iter().filter(|kpi| kpi.units.contains(&context.filters.unit)).collect();
        if definitions.is_empty() {
            return Err(DashboardError::NoKpis);
        }
        let read = join_all(definitions.iter().map(|kpi| self.kpi_value(ctx, &context, kpi))).await;
        let kpis = collect_kpis(&definitions, read)?;
        let formatter = ValueFormatter { locale: ctx.locale(), currency: &context.currency };
        let title = report_title(ctx.locale(), context.unit_name.as_deref(), context.filters.period);
        let summary = report_summary(formatter, &title, &kpis);
        let mut chart = company_chart(&kpis, formatter, summary);
        chart.dashboard = self.best_dashboard_link(ctx, dashboards, &kpis, &context.filters);
        Ok(KpiReport {
            from: context.ranges.current.from,
            to: context.ranges.current.to,
            filters: context.filters,
            unit_name: context.unit_name,
            currency: context.currency,
            kpis,
            title,
            chart,
        })
    }

    /// Creates KPIs and dashboards on a datasource. Those with the same slugs are updated.
    pub(crate) async fn install(
        &self,
        ctx: &Ctx,
        datasource: DatasourceId,
        kpis: Vec<NewKpi>,
        dashboards: Vec<NewDashboard>,
    ) -> Result<(), DashboardError> {
        let permit = self.kernel.access.check(ctx, Action::DashboardEdit, &TenantResource)?;
        let tx = self.kernel.db.begin(ctx).await?;
        for kpi in (0..).zip(kpis) {
            store::upsert_kpi(tx.conn(), ctx, datasource, kpi).await?;
        }
        for new in dashboards {
            let id = store::upsert_dashboard(tx.conn(), ctx, datasource, new).await?;
            audit::record(
                &tx,
                ctx,
                AuditRecord::of("dashboards.install", "dashboard").target(id).permit(&permit),
            )
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Links to the dashboard that shows most of the KPIs, among those the actor may view.
    fn best_dashboard_link(
        &self,
        ctx: &Ctx,
        mut dashboards: Vec<DashboardKpis>,
        kpis: &[KpiValue],
        filters: &DashboardFilters,
    ) -> Option<DashboardLink> {
        dashboards.retain(|dashboard| self.check_view(ctx, &dashboard.slug).is_ok());
        let shown: Vec<&str> = kpis.iter().map(|kpi| kpi.slug.as_str()).collect();
        let slug = best_dashboard(&dashboards, &shown)?.to_owned();
        Some(DashboardLink { slug, filters: filters.clone() })
    }

    fn check_view(&self, ctx: &Ctx, slug: &str) -> Result<(), DashboardError> {
        self.kernel.access.check(ctx, Action::DashboardView, &DashboardResource(slug))?;
        Ok(())
    }

    async fn kpi_value(
        &self,
        ctx: &Ctx,
        context: &ReportContext,
        kpi: &KpiDefinition,
    ) -> Result<KpiValue, DashboardError> {
        let rows = context.query(ctx, &self.datasources, Some(kpi.datasource), &kpi.sql).await?;
        kpi_values::kpi_value(kpi, context, &rows)
    }

    /// Builds one widget; `None` for a KPI that is not defined for the selected unit.
    async fn widget_view(
        &self,
        ctx: &Ctx,
        context: &ReportContext,
        kpis: &[KpiDefinition],
        row: widget::Model,
    ) -> Option<WidgetView> {
        let title = localized(ctx.locale(), row.title_en.clone(), row.title_es.clone());
        let mut view = WidgetView {
            id: row.id,
            kind: row.kind,
            title: title.clone(),
            columns: u32::try_from(row.columns).unwrap_or(12).clamp(1, 12),
            kpi: None,
            content: None,
            error: None,
        };
        match self.widget_output(ctx, context, kpis, &title, row).await {
            Ok(WidgetOutput::Kpi(kpi)) => view.kpi = Some(kpi),
            Ok(WidgetOutput::Content(content)) => view.content = Some(content),
            Ok(WidgetOutput::Omitted) => return None,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, widget.id = %view.id, "could not build a widget");
                view.error = Some(penny_i18n::fault(ctx.locale(), &error.to_fault()));
            }
        }
        Some(view)
    }

    async fn widget_output(
        &self,
        ctx: &Ctx,
        context: &ReportContext,
        kpis: &[KpiDefinition],
        title: &str,
        row: widget::Model,
    ) -> Result<WidgetOutput, DashboardError> {
        let formatter = ValueFormatter { locale: ctx.locale(), currency: &context.currency };
        let config: WidgetConfig =
            serde_json::from_value(row.config).map_err(DashboardError::InvalidConfig)?;
        let content = match config {
            WidgetConfig::Kpi(slug) => {
                let kpi = kpis.iter().find(|kpi| kpi.slug == slug).ok_or(DashboardError::NoKpis)?;
                if !kpi.units.contains(&context.filters.unit) {
                    return Ok(WidgetOutput::Omitted);
                }
                return Ok(WidgetOutput::Kpi(self.kpi_value(ctx, context, kpi).await?));
            }
            WidgetConfig::Chart(config) => {
                let rows = context.query(ctx, &self.datasources, config.datasource, &config.sql).await?;
                serde_json::to_value(widgets::build_chart(title, &config, &rows, formatter)?)
            }
            WidgetConfig::Table(config) => {
                let rows = context.query(ctx, &self.datasources, config.datasource, &config.sql).await?;
                serde_json::to_value(widgets::build_table(title, &config, &rows, formatter)?)
            }
            WidgetConfig::Text(text) => Ok(Value::String(text.in_locale(ctx.locale()).to_owned())),
        };
        Ok(WidgetOutput::Content(content.map_err(DashboardError::InvalidConfig)?))
    }
}

/// The content of a widget.
enum WidgetOutput {
    Kpi(KpiValue),
    Content(Value),
    Omitted,
}

fn dashboard_summary(row: dashboard::Model, locale: Locale) -> DashboardSummary {
    DashboardSummary {
        id: row.id,
        slug: row.slug,
        title: localized(locale, row.title_en, row.title_es),
        description: localized(locale, row.description_en, row.description_es),
    }
}

/// Collects KPI values. A failed one has no data; when all failed, returns the first error.
fn collect_kpis(
    definitions: &[&KpiDefinition],
    read: Vec<Result<KpiValue, DashboardError>>,
) -> Result<Vec<KpiValue>, DashboardError> {
    let has_any = read.iter().any(Result::is_ok);
    let mut kpis = Vec::with_capacity(read.len());
    for (definition, read) in definitions.iter().zip(read) {
        match read {
            Ok(kpi) => kpis.push(kpi),
            Err(error) if has_any => {
                tracing::warn!(error = &error as &dyn std::error::Error, kpi.slug = %definition.slug, "could not compute a KPI");
                kpis.push(kpi_values::unknown_kpi_value(definition));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(kpis)
}

fn report_title(locale: Locale, unit_name: Option<&str>, period: Period) -> String {
    let period = match period {
        Period::Mtd => keys::METRICS_MTD,
        Period::Qtd => keys::METRICS_QTD,
        Period::Ytd => keys::METRICS_YTD,
    };
    let period = text(locale, period, &[]);
    match unit_name {
        Some(unit) => text(locale, keys::METRICS_UNIT_TITLE, &[("unit", unit), ("period", &period)]),
        None => text(locale, keys::METRICS_COMPANY_TITLE, &[("period", &period)]),
    }
}

/// Summarises how many KPIs are on target and which one is furthest from it.
fn report_summary(formatter: ValueFormatter<'_>, title: &str, kpis: &[KpiValue]) -> String {
    let known = kpis.iter().filter(|kpi| kpi.health != Health::Unknown).count().to_string();
    let good = kpis.iter().filter(|kpi| kpi.health == Health::Good).count().to_string();
    let gap = |kpi: &&KpiValue| match (kpi.value, kpi.target) {
        (Some(value), Some(target)) => (value - target).abs() / target.abs().max(1.0_f64.min(value.abs())),
        _ => 0.0,
    };
    let furthest =
        kpis.iter().filter(|kpi| kpi.health == Health::Bad).max_by(|a, b| gap(a).total_cmp(&gap(b)));
    let furthest = furthest.or_else(|| kpis.iter().find(|kpi| kpi.health == Health::Watch));
    let args = [("title", title), ("good", good.as_str()), ("known", known.as_str())];
    match furthest {
        None => text(formatter.locale, keys::METRICS_SUMMARY, &args),
        Some(kpi) => {
            let value = formatter.format(kpi.value, kpi.format);
            let target = formatter.format(kpi.target, kpi.format);
            let more = [("worst", kpi.name.as_str()), ("value", &value), ("target", &target)];
            text(formatter.locale, keys::METRICS_SUMMARY_WORST, &[args.as_slice(), more.as_slice()].concat())
        }
    }
}
