//! Accounts: making them, seeing one's own, and the first administrator.

use super::{
    email,
    error::{Error, Result},
    password,
    service::Identity,
    store,
};
use crate::{
    access::{Action, Resource},
    audit::{self, Record},
    ctx::Ctx,
    db::WriteTx,
    themes,
};
use penny_entity::{principal, role_grant, tenant};
use penny_types::{
    ColorScheme, Locale, PrincipalId,
    people::{PreferencesPatch, PrincipalKind, Role, ViewerView},
};
use penny_words::keys;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use secrecy::{ExposeSecret, SecretString};

/// How long the link printed at the first start works.
const FIRST_LINK_MINUTES: i64 = 24 * 60;

/// A person to make an account for.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their address.
    pub email: String,
    /// Their name; made from the address when absent.
    pub name: Option<String>,
    /// Their password; without one they come in by link or provider.
    pub password: Option<SecretString>,
    /// Their role.
    pub role: Role,
}

/// The address of the first administrator where the operator named none: no mail reaches it, but a
/// token or a link can be made for it by name.
const FIRST_ADMIN: &str = "admin@localhost";

/// What stands ready for the first administrator.
#[derive(Debug)]
pub enum FirstAdmin {
    /// An administrator can sign in; nothing is to be done.
    CanSignIn,
    /// Nobody can yet.
    NeedsLink {
        /// Whom the link lets in: the administrator's address, or their name when they have none.
        whom: String,
        /// The secret of the link.
        secret: SecretString,
    },
}

/// An account, its password hashed already.
pub(super) struct NewAccount {
    pub email: Option<String>,
    pub name: String,
    pub role: Role,
    pub locale: Locale,
    pub password_hash: Option<String>,
}

impl Identity {
    /// Makes an account.
    ///
    /// # Errors
    /// When the actor may not, the address is taken or none, or the password is weak.
    pub async fn create_user(&self, ctx: &Ctx, user: NewUser) -> Result<PrincipalId> {
        let permit = self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        let normalised = email::normalise(&user.email)
            .ok_or(Error::Invalid { field: "email", key: keys::IDENTITY_EMAIL })?;
        if let Some(password) = &user.password {
            password::check(password.expose_secret(), &normalised)?;
        }
        let password_hash = self.hashed(ctx, user.password.as_ref()).await?;
        let tx = self.shared.db.begin(ctx).await?;
        if store::find_by_email(&tx, ctx.tenant, &normalised).await?.is_some() {
            return Err(Error::Invalid { field: "email", key: keys::IDENTITY_EMAIL_TAKEN });
        }
        let name = user.name.unwrap_or_else(|| email::name_from(&user.email));
        let account =
            NewAccount { email: Some(user.email), name, role: user.role, locale: ctx.locale, password_hash };
        let who = insert_account(&tx, ctx, account).await?;
        audit::record(
            &tx,
            ctx,
            Record::of("identity.create_user", "principal").target(who.id).permit(&permit),
        )
        .await?;
        tx.commit().await?;
        Ok(who.id)
    }

    /// Finds an account by its address.
    ///
    /// # Errors
    /// When the actor may not look, or there is none.
    pub async fn find_by_email(&self, ctx: &Ctx, address: &str) -> Result<PrincipalId> {
        self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        let normalised = email::normalise(address).ok_or(Error::NotFound)?;
        let tx = self.shared.db.read(ctx).await?;
        store::find_by_email(&tx, ctx.tenant, &normalised).await?.map(|who| who.id).ok_or(Error::NotFound)
    }

    /// Makes the person of the operator's choice an administrator, if they are not one already. Their
    /// password is set when they have none: one changed since is not changed back at each start.
    ///
    /// # Errors
    /// When the address is none. The password is the operator's own choice and is not judged.
    pub async fn bootstrap(
        &self,
        ctx: &Ctx,
        address: &str,
        secret: Option<&SecretString>,
    ) -> Result<PrincipalId> {
        self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        let normalised =
            email::normalise(address).ok_or(Error::Invalid { field: "email", key: keys::IDENTITY_EMAIL })?;
        if self.is_admin_with_password(ctx, &normalised, secret.is_some()).await? {
            return self.find_by_email(ctx, address).await;
        }
        let hash = self.hashed(ctx, secret).await?;
        let tx = self.shared.db.begin(ctx).await?;
        let id = match store::find_by_email(&tx, ctx.tenant, &normalised).await? {
            None => {
                let account = NewAccount {
                    email: Some(address.trim().to_owned()),
                    name: email::name_from(address.trim()),
                    role: Role::Admin,
                    locale: ctx.locale,
                    password_hash: hash,
                };
                insert_account(&tx, ctx, account).await?.id
            }
            Some(who) => {
                insert_grant(&tx, ctx, who.id, Role::Admin).await?;
                let row = principal::ActiveModel {
                    tenant_id: Set(who.tenant_id),
                    id: Set(who.id),
                    password_hash: Set(who.password_hash.or(hash)),
                    updated_at: Set(ctx.now()),
                    ..Default::default()
                };
                row.update(&tx).await?;
                who.id
            }
        };
        audit::record(&tx, ctx, Record::of("identity.bootstrap", "principal").target(id)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Says whether the operator's choice is made already: nothing is to be hashed or written then.
    async fn is_admin_with_password(
        &self,
        ctx: &Ctx,
        normalised: &str,
        wants_password: bool,
    ) -> Result<bool> {
        let tx = self.shared.db.read(ctx).await?;
        let Some(who) = store::find_by_email(&tx, ctx.tenant, normalised).await? else {
            return Ok(false);
        };
        let held = store::grants(&tx, ctx.tenant, who.id).await?;
        let is_admin = held.iter().any(|grant| grant.role == Role::Admin && grant.tool.is_none());
        Ok(is_admin && (who.password_hash.is_some() || !wants_password))
    }

    /// Sees that an administrator can come in: when none has a password or a provider (`has_providers`),
    /// makes a one-time link, and the administrator too if there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_admin(&self, ctx: &Ctx, name: &str, has_providers: bool) -> Result<FirstAdmin> {
        let admins = {
            let tx = self.shared.db.read(ctx).await?;
            store::holders(&tx, ctx.tenant, Role::Admin).await?
        };
        let by_password =
            |who: &principal::Model| self.options.passwords_enabled && who.password_hash.is_some();
        let by_provider = has_providers && admins.iter().any(|who| who.last_signed_in_at.is_some());
        if by_provider || admins.iter().any(by_password) {
            return Ok(FirstAdmin::CanSignIn);
        }
        let admin = match admins.into_iter().next() {
            Some(admin) => admin,
            None => self.make_first_admin(ctx, name).await?,
        };
        let secret = self.issue_link(ctx, admin.id, FIRST_LINK_MINUTES).await?;
        Ok(FirstAdmin::NeedsLink { whom: admin.email.unwrap_or(admin.display_name), secret })
    }

    async fn make_first_admin(&self, ctx: &Ctx, name: &str) -> Result<principal::Model> {
        let tx = self.shared.db.begin(ctx).await?;
        let is_free = store::find_by_email(&tx, ctx.tenant, FIRST_ADMIN).await?.is_none();
        let account = NewAccount {
            email: is_free.then(|| FIRST_ADMIN.to_owned()),
            name: name.to_owned(),
            role: Role::Admin,
            locale: ctx.locale,
            password_hash: None,
        };
        let who = insert_account(&tx, ctx, account).await?;
        audit::record(&tx, ctx, Record::of("identity.first_admin", "principal").target(who.id)).await?;
        tx.commit().await?;
        Ok(who)
    }

    /// Shows the signed-in person to themselves.
    ///
    /// # Errors
    /// When PENNY itself acts, or the account is gone.
    pub async fn viewer(&self, ctx: &Ctx) -> Result<ViewerView> {
        let tx = self.shared.db.read(ctx).await?;
        let who = store::find(&tx, ctx.tenant, ctx.subject()).await?.ok_or(Error::NotFound)?;
        let brand = themes::brand_in(&tx, ctx.tenant).await?;
        Ok(ViewerView {
            id: who.id,
            tenant_id: who.tenant_id,
            name: who.display_name,
            email: who.email,
            roles: ctx.grants.roles.clone(),
            locale: who.locale,
            color_scheme: who.color_scheme,
            time_zone: who.time_zone,
            brand,
        })
    }

    /// Changes how the signed-in person sees PENNY.
    ///
    /// # Errors
    /// When the time zone is none the IANA database knows.
    pub async fn update_preferences(&self, ctx: &Ctx, patch: PreferencesPatch) -> Result<ViewerView> {
        let resource = Resource::Principal(ctx.subject());
        let permit = self.shared.access.check(ctx, Action::ProfileEdit, &resource)?;
        let zone = patch.time_zone.map(checked_zone).transpose()?;
        let tx = self.shared.db.begin(ctx).await?;
        let who = store::find(&tx, ctx.tenant, ctx.subject()).await?.ok_or(Error::NotFound)?;
        let row = principal::ActiveModel {
            tenant_id: Set(who.tenant_id),
            id: Set(who.id),
            locale: Set(patch.locale.unwrap_or(who.locale)),
            color_scheme: Set(patch.color_scheme.unwrap_or(who.color_scheme)),
            time_zone: Set(zone.unwrap_or(who.time_zone)),
            updated_at: Set(ctx.now()),
            ..Default::default()
        };
        row.update(&tx).await?;
        let record = Record::of("identity.update_preferences", "principal").target(who.id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        self.viewer(ctx).await
    }

    async fn hashed(&self, ctx: &Ctx, secret: Option<&SecretString>) -> Result<Option<String>> {
        match secret {
            Some(secret) => Ok(Some(self.hasher.hash(secret, ctx.world.secret()).await?)),
            None => Ok(None),
        }
    }
}

fn checked_zone(zone: String) -> Result<String> {
    match zone.parse::<chrono_tz::Tz>() {
        Ok(known) => Ok(known.name().to_owned()),
        Err(_) => Err(Error::Invalid { field: "timeZone", key: keys::IDENTITY_TIME_ZONE }),
    }
}

/// Writes an account with its role. The time zone is the tenant's.
pub(super) async fn insert_account(tx: &WriteTx, ctx: &Ctx, account: NewAccount) -> Result<principal::Model> {
    let zone = tenant::Entity::find_by_id(ctx.tenant).one(tx).await?.map(|tenant| tenant.time_zone);
    let name: String = account.name.trim().chars().filter(|c| !c.is_control()).take(120).collect();
    let row = principal::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(ctx.mint()),
        kind: Set(PrincipalKind::User),
        email_normalised: Set(account.email.as_deref().and_then(email::normalise)),
        email: Set(account.email),
        display_name: Set(name),
        password_hash: Set(account.password_hash),
        is_active: Set(true),
        locale: Set(account.locale),
        color_scheme: Set(ColorScheme::System),
        time_zone: Set(zone.unwrap_or_else(|| "UTC".to_owned())),
        last_signed_in_at: Set(None),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    let who = row.insert(tx).await?;
    insert_grant(tx, ctx, who.id, account.role).await?;
    Ok(who)
}

async fn insert_grant(tx: &WriteTx, ctx: &Ctx, whom: PrincipalId, role: Role) -> Result<()> {
    let is_person = ctx.actor.kind == PrincipalKind::User;
    let row = role_grant::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(ctx.mint()),
        principal_id: Set(whom),
        on_behalf_of: Set(None),
        role: Set(role),
        tool: Set(None),
        datasource_id: Set(None),
        granted_by: Set(is_person.then_some(ctx.actor.id)),
        created_at: Set(ctx.now()),
    };
    role_grant::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Returns the minutes to add to UTC in a time zone at a moment; none for a zone nobody knows.
#[must_use]
pub fn utc_offset_minutes(zone: &str, at: chrono::DateTime<chrono::Utc>) -> i32 {
    use chrono::{Offset, TimeZone};
    zone.parse::<chrono_tz::Tz>()
        .map_or(0, |zone| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60)
}
