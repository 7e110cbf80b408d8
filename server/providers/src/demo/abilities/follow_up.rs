use super::{
    Ability, ReplyTarget,
    show_kpis::{self, ShowKpis},
};
use crate::demo::{question::DemoQuestion, reply::DemoReply};

/// Repeats the last KPI lookup with another period or part of the company.
#[derive(Debug)]
pub(super) struct FollowUp;

impl Ability for FollowUp {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.is_short() && !question.scope.is_empty()
    }

    fn target(&self, question: &DemoQuestion<'_>) -> ReplyTarget {
        let changes = question.scope.clone();
        ReplyTarget::from_scope(match show_kpis::last_scope(question) {
            Some(scope) => scope.with_changes(changes),
            None => changes,
        })
    }

    fn reply(&self, question: &DemoQuestion<'_>, target: &ReplyTarget) -> DemoReply {
        ShowKpis.reply(question, target)
    }
}
