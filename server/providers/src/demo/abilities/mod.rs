//! The abilities of the demo model, one file each.
//!
//! To add an ability, implement [`Ability`] in a new file and register it in [`ABILITIES`].

mod connect_model;
mod fallback;
mod follow_up;
mod greeting;
mod introduction;
mod list_projects;
mod markdown_sample;
mod open_dashboard;
mod product_tour;
mod show_kpis;
mod table_sample;
#[cfg(test)]
mod tests;
mod thanks;

use super::{question::DemoQuestion, reply::DemoReply, scope::KpiScope};
use penny_types::artifacts::ArtifactKind;
use std::fmt::Debug;

/// All abilities in order of precedence: the first one that matches replies to the question. The order
/// is also the order in which the replies and tool results of several abilities are combined.
pub(super) static ABILITIES: &[&dyn Ability] = &[
    &connect_model::ConnectModel,
    &show_kpis::ShowKpis,
    &open_dashboard::OpenDashboard,
    &list_projects::ListProjects,
    &introduction::Introduction,
    &product_tour::ProductTour,
    &table_sample::TableSample,
    &markdown_sample::MarkdownSample,
    &follow_up::FollowUp,
    &thanks::Thanks,
    &greeting::Greeting,
];

/// A kind of question that the demo model can reply to. `matches` and `reply` are enough for an ability
/// that replies with a prepared text.
pub(super) trait Ability: Debug + Sync {
    /// Returns whether the ability can reply to the question.
    fn matches(&self, question: &DemoQuestion<'_>) -> bool;

    /// Replies to the question. `target` is the target of the matching ability, which may be another one.
    fn reply(&self, question: &DemoQuestion<'_>, target: &ReplyTarget) -> DemoReply;

    /// Returns the data that the question is about, for a matching ability.
    fn target(&self, _question: &DemoQuestion<'_>) -> ReplyTarget {
        ReplyTarget::default()
    }

    /// Returns the kinds of artifact that the ability creates. If the user expects one of them, the
    /// ability replies even when another one matches.
    fn creates(&self) -> &'static [ArtifactKind] {
        &[]
    }

    /// Returns whether the reply itself satisfies a user who expects an artifact of this kind.
    fn satisfies(&self, _kind: ArtifactKind) -> bool {
        false
    }

    /// Returns the ability that replies in place of this one when the user expects a document.
    fn document_alternative(&self) -> Option<&'static dyn Ability> {
        None
    }

    /// Returns the tool whose results the ability renders.
    fn tool(&self) -> Option<&'static str> {
        None
    }

    /// Renders the successful results of the tool; `None` if none of them can be parsed.
    fn render_results(&self, _question: &DemoQuestion<'_>, _results: &[&str]) -> Option<String> {
        None
    }
}

/// The data that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReplyTarget {
    pub(super) dashboard_slug: String,
    pub(super) scope: KpiScope,
}

impl ReplyTarget {
    /// Returns the target for a scope, with the default dashboard.
    pub(super) fn from_scope(scope: KpiScope) -> Self {
        Self { dashboard_slug: open_dashboard::DEFAULT_SLUG.to_owned(), scope }
    }
}

impl Default for ReplyTarget {
    fn default() -> Self {
        Self::from_scope(KpiScope::default())
    }
}

/// Returns the first ability that matches the question, otherwise the fallback.
pub(super) fn find_matching(question: &DemoQuestion<'_>) -> &'static dyn Ability {
    ABILITIES.iter().copied().find(|ability| ability.matches(question)).unwrap_or(&fallback::Fallback)
}
