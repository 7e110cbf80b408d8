//! The page of a dashboard: `/d/:slug?period=&unit=&id=`.

use super::{
    filters::Filters,
    outline::Waiting,
    state::{filters_of, period_key, query_of},
    trail::FullFrame,
    widget::Widget,
};
use crate::{
    api::use_api,
    facts::answer_with_status,
    state::{tr, tr_with, use_clock, use_locale, use_toasts},
    ui::{EmptyState, FaultNotice, Glyph, IconButton, PageTitle},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use penny_types::{
    FaultCode,
    dashboards::{DashboardFilters, DashboardView},
};
use penny_words::{figures, keys};

/// A dashboard, full screen.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let slug = Memo::new(move |_| params.with(|params| params.get("slug")).unwrap_or_default());
    let filters = Memo::new(move |_| {
        query.with(|query| filters_of(query.get_str("period"), query.get_str("unit"), query.get("id")))
    });
    let api = use_api();
    let first = Resource::new(
        move || slug.get(),
        move |slug| {
            let api = api.clone();
            async move { api.dashboard(&slug, &filters.get_untracked()).await }
        },
    );
    let draw = move || {
        Suspend::new(async move {
            match first.await {
                Ok(view) => view! { <Shown view filters/> }.into_any(),
                Err(fault) if fault.code == FaultCode::NotFound => {
                    answer_with_status(404);
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
                    view! { <FaultNotice fault on_retry=Callback::new(move |_| first.refetch())/> }.into_any()
                }
            }
        })
    };
    view! {
        <FullFrame class="full full-dashboard">
            <Suspense fallback=Waiting>{draw}</Suspense>
        </FullFrame>
    }
    .into_any()
}

/// A dashboard that was read once; changed filters and refreshing bring other figures into the same frame.
#[component]
fn Shown(view: DashboardView, filters: Memo<DashboardFilters>) -> impl IntoView {
    let title = view.title.clone();
    let heading = title.clone();
    let description = view.description.clone();
    let slug = StoredValue::new(view.slug.clone());
    let view = RwSignal::new(view);
    let reading = Reading::new(slug, view);
    Effect::new(move |earlier: Option<DashboardFilters>| {
        let now = filters.get();
        if earlier.is_some_and(|earlier| earlier != now) {
            reading.read(now.clone());
        }
        now
    });
    let navigate = StoredValue::new(use_navigate());
    let on_change = Callback::new(move |filters: DashboardFilters| {
        let address = slug.with_value(|slug| format!("/d/{slug}{}", query_of(&filters)));
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        let _ = navigate.try_with_value(|navigate| navigate(&address, options));
    });
    let (clock, locale) = (use_clock(), use_locale());
    let as_of = tr_with(keys::DASHBOARD_AS_OF, move || {
        [("when", view.with(|view| clock.full(locale.get(), view.as_of)))]
    });
    let stretch = move || {
        let (key, range) =
            view.with(|view| (period_key(view.period), figures::day_range(locale.get(), view.from, view.to)));
        format!("{} · {range}", penny_words::text(locale.get(), key, &[]))
    };
    let is_reading = reading.is_reading;
    view! {
        <PageTitle text=title/>
        <div class="dashboard" aria-busy=move || is_reading.get().then_some("true")>
            <header class="dashboard-head">
                <div class="dashboard-name">
                    <h1 dir="auto">{heading}</h1>
                    <p class="dashboard-about" dir="auto">{description}</p>
                </div>
                <Filters filters view on_change/>
            </header>
            <p class="dashboard-facts">
                <span>{stretch}</span>
                <span class="dashboard-as-of">
                    {as_of}
                    <IconButton
                        glyph=Glyph::RefreshCw
                        class="dashboard-refresh"
                        label=tr(keys::DASHBOARD_REFRESH)
                        is_disabled=is_reading
                        on_press=move |_| reading.read(filters.get_untracked())
                    />
                </span>
                <span class="visually-hidden" role="status">
                    {move || is_reading.get().then(|| penny_words::text(locale.get(), keys::DASHBOARD_REFRESHING, &[]))}
                </span>
            </p>
            <Grid view/>
        </div>
    }
    .into_any()
}

/// The widgets. One is only drawn anew when what it shows has changed.
#[component]
fn Grid(view: RwSignal<DashboardView>) -> impl IntoView {
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

/// Reads a dashboard again; of several readings under way the last one counts.
#[derive(Clone, Copy)]
struct Reading {
    is_reading: RwSignal<bool>,
    count: StoredValue<u64>,
    slug: StoredValue<String>,
    view: RwSignal<DashboardView>,
    api: StoredValue<crate::Api>,
    toasts: crate::state::Toasts,
}

impl Reading {
    fn new(slug: StoredValue<String>, view: RwSignal<DashboardView>) -> Self {
        Self {
            is_reading: RwSignal::new(false),
            count: StoredValue::new(0),
            slug,
            view,
            api: StoredValue::new(use_api()),
            toasts: use_toasts(),
        }
    }

    fn read(self, filters: DashboardFilters) {
        self.is_reading.set(true);
        self.count.update_value(|count| *count += 1);
        let (mine, slug, api) = (self.count.get_value(), self.slug.get_value(), self.api.get_value());
        spawn_local(async move {
            let answer = api.dashboard(&slug, &filters).await;
            if self.count.try_get_value() != Some(mine) {
                return;
            }
            self.is_reading.set(false);
            match answer {
                Ok(now) => self.view.set(now),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }
}
