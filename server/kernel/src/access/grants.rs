//! Which of several grants on a resource decides.

use penny_types::access::{GrantEffect, GrantLevel, GrantSubject, GrantedKind};
use std::collections::{BTreeMap, BTreeSet};

/// A grant that applies to a principal: its own, or one of its groups, its roles or the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicableGrant {
    pub subject: GrantSubject,
    pub kind: GrantedKind,
    pub resource: String,
    pub level: GrantLevel,
    pub effect: GrantEffect,
}

/// Resources granted to and withdrawn from a principal, as keys such as `tool/get_company_kpis`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantedResources {
    pub can_use: BTreeSet<String>,
    pub can_edit: BTreeSet<String>,
    pub cannot_use: BTreeSet<String>,
    pub cannot_edit: BTreeSet<String>,
    pub acts_for: BTreeSet<String>,
}

/// Decides each resource and level by the grant with the most specific subject (principal, group, role, tenant);
/// among equally specific grants, one that withdraws wins.
#[must_use]
pub fn resolve(grants: &[ApplicableGrant]) -> GrantedResources {
    let mut deciding: BTreeMap<(String, GrantLevel), (u8, GrantEffect)> = BTreeMap::new();
    for grant in grants {
        let key = (super::resource::grant_key(grant.kind, &grant.resource), grant.level);
        let candidate = (specificity(grant.subject), grant.effect);
        let current = deciding.entry(key).or_insert(candidate);
        if candidate.0 > current.0 || (candidate.0 == current.0 && candidate.1 == GrantEffect::Deny) {
            *current = candidate;
        }
    }
    let mut granted = GrantedResources::default();
    for ((key, level), (_, effect)) in deciding {
        let set = match (level, effect) {
            (GrantLevel::Use, GrantEffect::Allow) => &mut granted.can_use,
            (GrantLevel::Use, GrantEffect::Deny) => &mut granted.cannot_use,
            (GrantLevel::Edit, GrantEffect::Allow) => &mut granted.can_edit,
            (GrantLevel::Edit, GrantEffect::Deny) => &mut granted.cannot_edit,
            (GrantLevel::ActFor, GrantEffect::Allow) => &mut granted.acts_for,
            (GrantLevel::ActFor, GrantEffect::Deny) => continue,
        };
        set.insert(key);
    }
    granted
}

const fn specificity(subject: GrantSubject) -> u8 {
    match subject {
        GrantSubject::Principal => 3,
        GrantSubject::Group => 2,
        GrantSubject::Role => 1,
        GrantSubject::Tenant => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(subject: GrantSubject, effect: GrantEffect) -> ApplicableGrant {
        let (kind, resource) = (GrantedKind::Tool, "send_mail".to_owned());
        ApplicableGrant { subject, kind, resource, level: GrantLevel::Use, effect }
    }

    fn can_use(grants: &[ApplicableGrant]) -> Option<bool> {
        let resolved = resolve(grants);
        let key = "tool/send_mail";
        match (resolved.can_use.contains(key), resolved.cannot_use.contains(key)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
            (true, true) => panic!("granted and withdrawn at once"),
        }
    }

    #[test]
    fn the_most_specific_subject_decides_and_withdrawal_wins_a_tie() {
        use GrantEffect::{Allow, Deny};
        use GrantSubject::{Group, Principal, Role, Tenant};
        assert_eq!(can_use(&[]), None);
        assert_eq!(can_use(&[grant(Tenant, Allow)]), Some(true));
        assert_eq!(can_use(&[grant(Role, Deny), grant(Tenant, Allow)]), Some(false));
        assert_eq!(can_use(&[grant(Principal, Allow), grant(Role, Deny)]), Some(true));
        assert_eq!(can_use(&[grant(Role, Deny), grant(Principal, Allow)]), Some(true));
        assert_eq!(can_use(&[grant(Group, Allow), grant(Group, Deny)]), Some(false));
        assert_eq!(can_use(&[grant(Group, Deny), grant(Group, Allow)]), Some(false));
    }

    #[test]
    fn a_withdrawn_delegation_is_no_delegation() {
        let act_for =
            |effect| ApplicableGrant { level: GrantLevel::ActFor, ..grant(GrantSubject::Group, effect) };
        assert_eq!(resolve(&[act_for(GrantEffect::Allow)]).acts_for.len(), 1);
        assert!(resolve(&[act_for(GrantEffect::Allow), act_for(GrantEffect::Deny)]).acts_for.is_empty());
    }
}
