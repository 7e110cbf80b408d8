use super::{Ability, ReplyTarget, open_dashboard::OpenDashboard, show_kpis::ShowKpis};
use crate::demo::{question::DemoQuestion, reply::DemoReply, topics};

/// Opens the company health dashboard, which has a table of the projects: no tool lists them.
#[derive(Debug)]
pub(super) struct ListProjects;

impl Ability for ListProjects {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(topics::PROJECTS_WORDS) && !question.scope.has_units()
    }

    fn target(&self, question: &DemoQuestion<'_>) -> ReplyTarget {
        ReplyTarget::from_scope(question.scope.clone())
    }

    fn reply(&self, question: &DemoQuestion<'_>, target: &ReplyTarget) -> DemoReply {
        OpenDashboard.reply(question, target)
    }

    fn document_alternative(&self) -> Option<&'static dyn Ability> {
        Some(&ShowKpis)
    }
}
