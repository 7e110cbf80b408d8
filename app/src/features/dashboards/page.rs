//! The dashboard page `/d/:slug?period=&unit=&id=`.

use super::{
    filters::DashboardFilterBar,
    return_path::FullScreenFrame,
    skeleton::DashboardSkeleton,
    state::{filters_from_query, filters_to_query, period_key},
    widget::Widget,
};
use crate::{
    api::use_api,
    page_context::set_response_status,
    state::{tr, tr_with, use_clock, use_locale, use_toasts},
    ui::{EmptyState, FaultNotice, Glyph, IconButton, PageTitle},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use penny_i18n::{formats, keys};
use penny_types::{
    FaultCode,
    dashboards::{DashboardFilters, DashboardView},
};

/// A dashboard, full screen.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let slug = Memo::new(move |_| params.with(|params| params.get("slug")).unwrap_or_default());
    let filters = Memo::new(move |_| {
        query
            .with(|query| filters_from_query(query.get_str("period"), query.get_str("unit"), query.get("id")))
    });
    let api = use_api();
    let initial = Resource::new(
        move || slug.get(),
        move |slug| {
            let api = api.clone();
            async move { api.dashboard(&slug, &filters.get_untracked()).await }
        },
    );
    let content = move || {
        Suspend::new(async move {
            match initial.await {
                Ok(view) => view! { <LoadedDashboard view filters/> }.into_any(),
                Err(fault) if fault.code == FaultCode::NotFound => {
                    set_response_status(404);
                    view! {
                        <EmptyState
                            glyph=Glyph::LayoutDashboard
                            title=tr(keys::UI_NOT_FOUND_TITLE)
                            text=tr(keys::DASHBOARD_GONE)
                        />
                    }
                    .into_any()
                }
                Err(fault) => {
                    view! { <FaultNotice fault on_retry=Callback::new(move |_| initial.refetch())/> }
                        .into_any()
                }
            }
        })
    };
    view! {
        <FullScreenFrame class="full full-dashboard">
            <Suspense fallback=DashboardSkeleton>{content}</Suspense>
        </FullScreenFrame>
    }
    .into_any()
}

/// A loaded dashboard. Changed filters and refreshing load new data into the same components.
#[component]
fn LoadedDashboard(view: DashboardView, filters: Memo<DashboardFilters>) -> impl IntoView {
    let title = view.title.clone();
    let heading = title.clone();
    let description = view.description.clone();
    let slug = StoredValue::new(view.slug.clone());
    let view = RwSignal::new(view);
    let loader = DashboardLoader::new(slug, view);
    Effect::new(move |earlier: Option<DashboardFilters>| {
        let now = filters.get();
        if earlier.is_some_and(|earlier| earlier != now) {
            loader.load(now.clone());
        }
        now
    });
    let navigate = StoredValue::new(use_navigate());
    let on_change = Callback::new(move |filters: DashboardFilters| {
        let path = slug.with_value(|slug| format!("/d/{slug}{}", filters_to_query(&filters)));
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        let _ = navigate.try_with_value(|navigate| navigate(&path, options));
    });
    let (clock, locale) = (use_clock(), use_locale());
    let as_of = tr_with(keys::DASHBOARD_AS_OF, move || {
        [("when", view.with(|view| clock.format_full(locale.get(), view.as_of)))]
    });
    let period = move || {
        let (key, range) =
            view.with(|view| (period_key(view.period), formats::day_range(locale.get(), view.from, view.to)));
        format!("{} · {range}", penny_i18n::text(locale.get(), key, &[]))
    };
    let is_loading = loader.is_loading;
    view! {
        <PageTitle text=title/>
        <div class="dashboard" aria-busy=move || is_loading.get().then_some("true")>
            <header class="dashboard-head">
                <div class="dashboard-name">
                    <h1 dir="auto">{heading}</h1>
                    <p class="dashboard-about" dir="auto">{description}</p>
                </div>
                <DashboardFilterBar filters view on_change/>
            </header>
            <p class="dashboard-facts">
                <span>{period}</span>
                <span class="dashboard-as-of">
                    {as_of}
                    <IconButton
                        glyph=Glyph::RefreshCw
                        class="dashboard-refresh"
                        label=tr(keys::DASHBOARD_REFRESH)
                        is_disabled=is_loading
                        on_press=move |_| loader.load(filters.get_untracked())
                    />
                </span>
                <span class="visually-hidden" role="status">
                    {move || is_loading.get().then(|| penny_i18n::text(locale.get(), keys::DASHBOARD_REFRESHING, &[]))}
                </span>
            </p>
            <WidgetGrid view/>
        </div>
    }
    .into_any()
}

/// The widgets. A widget is rendered again only when its data changed.
#[component]
fn WidgetGrid(view: RwSignal<DashboardView>) -> impl IntoView {
    let ids =
        Memo::new(move |_| view.with(|view| view.widgets.iter().map(|widget| widget.id).collect::<Vec<_>>()));
    view! {
        <div class="grid">
            <For each=move || ids.get() key=|id| *id let:id>
                {
                    let widget = Memo::new(move |_| {
                        view.with(|view| {
                            let widget = view.widgets.iter().find(|widget| widget.id == id).cloned();
                            widget.map(|widget| (widget, view.currency.clone()))
                        })
                    });
                    move || widget.get().map(|(widget, currency)| view! { <Widget widget currency/> })
                }
            </For>
        </div>
    }
    .into_any()
}

/// Loads a dashboard again. Of concurrent loads only the result of the last one is used.
#[derive(Clone, Copy)]
struct DashboardLoader {
    is_loading: RwSignal<bool>,
    last_load: StoredValue<u64>,
    slug: StoredValue<String>,
    view: RwSignal<DashboardView>,
    api: StoredValue<crate::Api>,
    toasts: crate::state::Toasts,
}

impl DashboardLoader {
    fn new(slug: StoredValue<String>, view: RwSignal<DashboardView>) -> Self {
        Self {
            is_loading: RwSignal::new(false),
            last_load: StoredValue::new(0),
            slug,
            view,
            api: StoredValue::new(use_api()),
            toasts: use_toasts(),
        }
    }

    fn load(self, filters: DashboardFilters) {
        self.is_loading.set(true);
        self.last_load.update_value(|load| *load += 1);
        let (load, slug, api) = (self.last_load.get_value(), self.slug.get_value(), self.api.get_value());
        spawn_local(async move {
            let result = api.dashboard(&slug, &filters).await;
            if self.last_load.try_get_value() != Some(load) {
                return;
            }
            self.is_loading.set(false);
            match result {
                Ok(view) => self.view.set(view),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }
}
