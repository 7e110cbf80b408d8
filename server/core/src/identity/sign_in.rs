//! Coming in: by password, by a one-time link, by an OpenID Connect provider.

use super::{
    email,
    error::{Error, Result},
    people::{NewAccount, insert_account},
    secrets,
    service::{Identity, SignedIn, acting, doorkeeper},
    store,
};
use crate::{
    access::{Action, Resource},
    audit::{self, Record},
    ctx::{Ctx, Visitor},
    db::WriteTx,
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_entity::{external_identity, principal, sign_in_link, words::Outcome};
use penny_types::{PrincipalId, people::Role};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use secrecy::{ExposeSecret, SecretString};

/// How long a one-time link works.
pub const LINK_MINUTES: i64 = 15;

/// An attempt to sign in by password.
#[derive(Debug, Clone)]
pub struct PasswordAttempt {
    /// The address as typed.
    pub email: String,
    /// The password as typed.
    pub password: SecretString,
}

/// What failed links are counted under; no account has such a name.
const LINKS: &str = "link";

/// A person as a provider knows them, its answers already checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalPerson {
    /// The provider's issuer.
    pub issuer: String,
    /// The provider's name for them, never reused by it.
    pub subject: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether the provider says the address is theirs.
    pub is_email_verified: bool,
    /// Their name.
    pub name: Option<String>,
}

/// What an operator decides about a provider's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalRules {
    /// Whether a verified address finds the account that already has it.
    pub may_link_by_email: bool,
    /// The role of somebody who comes the first time.
    pub first_role: Role,
}

impl Identity {
    /// Removes one-time links that ran out before a moment.
    pub(crate) async fn forget_links(&self, ctx: &Ctx, before: DateTime<Utc>) -> Result<()> {
        let tx = self.shared.db.begin(ctx).await?;
        store::forget_links(tx.conn(), ctx.tenant, before).await?;
        Ok(tx.commit().await?)
    }

    /// Lets somebody in who knows an account's password.
    ///
    /// # Errors
    /// The same answer, after the same work, for a wrong password and an account that is not there.
    pub async fn sign_in_password(&self, visitor: &Visitor, attempt: PasswordAttempt) -> Result<SignedIn> {
        if !self.options.passwords_enabled {
            return Err(Error::PasswordsOff);
        }
        let typed = attempt.email.trim().to_lowercase();
        let account = email::normalise(&attempt.email).unwrap_or(typed);
        let whom = email::masked(&account);
        self.slow_down(visitor, &account, &whom).await?;

        let found = {
            let tx = self.shared.db.read(&doorkeeper(visitor)).await?;
            store::find_by_email(&tx, visitor.tenant, &account).await?.filter(|who| who.is_active)
        };
        let hash = found.as_ref().and_then(|who| who.password_hash.as_deref());
        let is_right = self.hasher.is_right(&attempt.password, hash).await?;

        let Some(who) = found.filter(|_| is_right) else {
            self.record_refusal(visitor, "identity.sign_in_password", &whom).await?;
            return Err(Error::WrongCredentials);
        };
        self.throttle.succeeded(visitor.tenant, &account, visitor.address);
        let ctx = acting(visitor, &who);
        let tx = self.shared.db.begin(&ctx).await?;
        let signed_in = enter(&tx, &ctx, &who, "identity.sign_in_password").await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Makes a one-time link's secret for an account. Only its hash is kept.
    ///
    /// # Errors
    /// When the actor may not let others in, or there is no such account.
    pub async fn issue_link(&self, ctx: &Ctx, whom: PrincipalId, minutes: i64) -> Result<SecretString> {
        let permit = self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        let tx = self.shared.db.begin(ctx).await?;
        let who =
            store::find(&tx, ctx.tenant, whom).await?.filter(|who| who.is_active).ok_or(Error::NotFound)?;
        store::forget_links(&tx, ctx.tenant, ctx.now()).await?;
        let minted = secrets::mint_link(&ctx.world, &self.link_hash);
        let row = sign_in_link::ActiveModel {
            tenant_id: Set(ctx.tenant),
            secret_hash: Set(minted.hash),
            principal_id: Set(who.id),
            created_at: Set(ctx.now()),
            expires_at: Set(ctx.now() + TimeDelta::minutes(minutes)),
            used_at: Set(None),
        };
        sign_in_link::Entity::insert(row).exec_without_returning(&tx).await?;
        audit::record(
            &tx,
            ctx,
            Record::of("identity.issue_link", "principal").target(who.id).permit(&permit),
        )
        .await?;
        tx.commit().await?;
        Ok(minted.secret)
    }

    /// Says whether a link could be used at the visitor's door, without using it: mail scanners and
    /// link previews fetch addresses too.
    ///
    /// # Errors
    /// When it could not.
    pub async fn check_link(&self, visitor: &Visitor, secret: &SecretString) -> Result<()> {
        let hash = self.link_hash.of(secret.expose_secret().as_bytes());
        let tx = self.shared.db.lookup().await?;
        let link = store::find_link(&tx, &hash).await?;
        let is_usable = link.is_some_and(|link| {
            link.tenant_id == visitor.tenant
                && link.used_at.is_none()
                && link.expires_at > visitor.world.now()
        });
        if is_usable { Ok(()) } else { Err(Error::LinkUnusable) }
    }

    /// Lets somebody in by a one-time link and uses it up.
    ///
    /// # Errors
    /// When it was used, has expired, belongs to another tenant or never was: one answer for all. When too
    /// many from that address did not work.
    pub async fn consume_link(&self, visitor: &Visitor, secret: &SecretString) -> Result<SignedIn> {
        self.slow_down(visitor, LINKS, LINKS).await?;
        let done = self.use_link(visitor, secret).await;
        match &done {
            Ok(_) => self.throttle.succeeded(visitor.tenant, LINKS, visitor.address),
            Err(Error::LinkUnusable) => {
                self.record_refusal(visitor, "identity.sign_in_link", LINKS).await?;
            }
            Err(_) => {}
        }
        done
    }

    async fn use_link(&self, visitor: &Visitor, secret: &SecretString) -> Result<SignedIn> {
        self.check_link(visitor, secret).await?;
        let hash = self.link_hash.of(secret.expose_secret().as_bytes());
        let tx = self.shared.db.begin(&doorkeeper(visitor)).await?;
        let link = sign_in_link::Entity::find_by_id((visitor.tenant, hash.clone())).one(&tx).await?;
        let link = link.ok_or(Error::LinkUnusable)?;
        if !store::use_link(&tx, visitor.tenant, &hash, visitor.world.now()).await? {
            return Err(Error::LinkUnusable);
        }
        let who = store::find(&tx, visitor.tenant, link.principal_id).await?;
        let who = who.filter(|who| who.is_active).ok_or(Error::LinkUnusable)?;
        let signed_in = enter(&tx, &acting(visitor, &who), &who, "identity.sign_in_link").await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Lets a provider's person in: who they are by issuer and subject, never by address alone. One
    /// who comes the first time gets an account, or the one with their verified address where the
    /// operator allows it.
    ///
    /// # Errors
    /// When their address belongs to another account, or the account may not act.
    pub async fn sign_in_external(
        &self,
        visitor: &Visitor,
        person: &ExternalPerson,
        rules: ExternalRules,
    ) -> Result<SignedIn> {
        let done = self.enter_external(visitor, person, rules).await;
        if matches!(done, Err(Error::AddressTaken | Error::Inactive)) {
            self.record_external_refusal(visitor, &person.issuer).await?;
        }
        done
    }

    async fn enter_external(
        &self,
        visitor: &Visitor,
        person: &ExternalPerson,
        rules: ExternalRules,
    ) -> Result<SignedIn> {
        let keeper = doorkeeper(visitor);
        let tx = self.shared.db.begin(&keeper).await?;
        let known = store::find_external(&tx, visitor.tenant, &person.issuer, &person.subject).await?;
        let who = match &known {
            Some(known) => store::find(&tx, visitor.tenant, known.principal_id).await?,
            None => Some(self.welcome(&tx, visitor, person, rules).await?),
        };
        let who = who.filter(|who| who.is_active).ok_or(Error::Inactive)?;
        remember(&tx, visitor, person, who.id, known.is_some()).await?;
        let signed_in = enter(&tx, &acting(visitor, &who), &who, "identity.sign_in_external").await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Finds or makes the account of a provider's person who comes the first time.
    async fn welcome(
        &self,
        tx: &WriteTx,
        visitor: &Visitor,
        person: &ExternalPerson,
        rules: ExternalRules,
    ) -> Result<principal::Model> {
        let given = person.email.as_deref().filter(|_| person.is_email_verified);
        if let Some(normalised) = given.and_then(email::normalise)
            && let Some(who) = store::find_by_email(tx, visitor.tenant, &normalised).await?
        {
            return if rules.may_link_by_email { Ok(who) } else { Err(Error::AddressTaken) };
        }
        let name = person.name.clone().or_else(|| given.map(email::name_from));
        let account = NewAccount {
            email: given.map(ToOwned::to_owned),
            name: name.unwrap_or_else(|| person.subject.chars().take(40).collect()),
            role: rules.first_role,
            locale: visitor.locale,
            password_hash: None,
        };
        insert_account(tx, &doorkeeper(visitor), account).await
    }

    /// Records that somebody whom a provider sent was not let in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_external_refusal(&self, visitor: &Visitor, provider: &str) -> Result<()> {
        self.record_refusal(visitor, "identity.sign_in_external", provider).await
    }

    /// Records that somebody left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_sign_out(&self, visitor: &Visitor, who: SignedIn) -> Result<()> {
        let visitor = Visitor { tenant: who.tenant, ..visitor.clone() };
        let tx = self.shared.db.begin(&doorkeeper(&visitor)).await?;
        let Some(who) = store::find(&tx, visitor.tenant, who.principal).await? else { return Ok(()) };
        let record = Record::of("identity.sign_out", "principal").target(who.id);
        audit::record(&tx, &acting(&visitor, &who), record).await?;
        Ok(tx.commit().await?)
    }

    /// Counts an attempt at an account and refuses it while there is a wait for it.
    async fn slow_down(&self, visitor: &Visitor, account: &str, whom: &str) -> Result<()> {
        let (tenant, address, now) = (visitor.tenant, visitor.address, visitor.world.now());
        let seconds = self.throttle.wait_seconds(tenant, account, address, now);
        if seconds == 0 {
            self.throttle.attempt(tenant, account, address, now);
            return Ok(());
        }
        if self.throttle.is_news(tenant, account, address) {
            self.record_refusal(visitor, "identity.slow_down", whom).await?;
        }
        Err(Error::TooManyAttempts { seconds })
    }

    /// Records that somebody was not let in: as whom or by what, and from where.
    async fn record_refusal(&self, visitor: &Visitor, action: &'static str, whom: &str) -> Result<()> {
        let ctx = doorkeeper(visitor);
        let target =
            visitor.address.map_or_else(|| whom.to_owned(), |address| format!("{whom} from {address}"));
        let tx = self.shared.db.begin(&ctx).await?;
        let record = Record::of(action, "principal").named(&target).outcome(Outcome::Denied);
        audit::record(&tx, &ctx, record).await?;
        Ok(tx.commit().await?)
    }
}

/// Records that somebody came in.
async fn enter(tx: &WriteTx, ctx: &Ctx, who: &principal::Model, action: &'static str) -> Result<SignedIn> {
    store::entered(tx, who, ctx.locale, ctx.now()).await?;
    audit::record(tx, ctx, Record::of(action, "principal").target(who.id)).await?;
    Ok(SignedIn { tenant: ctx.tenant, principal: who.id })
}

/// Keeps which provider's person an account is, and when they were last seen.
async fn remember(
    tx: &WriteTx,
    visitor: &Visitor,
    person: &ExternalPerson,
    whom: PrincipalId,
    is_known: bool,
) -> Result<()> {
    let now = visitor.world.now();
    let mut row = external_identity::ActiveModel {
        tenant_id: Set(visitor.tenant),
        issuer: Set(person.issuer.clone()),
        subject: Set(person.subject.clone()),
        email: Set(person.email.clone()),
        last_seen_at: Set(now),
        ..Default::default()
    };
    if is_known {
        row.update(tx).await?;
    } else {
        row.principal_id = Set(whom);
        row.created_at = Set(now);
        external_identity::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}
