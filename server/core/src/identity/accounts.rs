//! Accounts: creation, the viewer's own profile, and the first administrator.

use super::{
    email,
    error::{IdentityError, Result},
    password,
    service::Identity,
    store,
};
use crate::themes;
use penny_entity::{principal, role_assignment, tenant};
use penny_i18n::keys;
use penny_kernel::{
    access::{Action, PrincipalResource, TenantResource},
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::WriteTx,
};
use penny_types::{
    ColorScheme, Locale, PrincipalId,
    people::{PreferencesPatch, PrincipalKind, Role, ViewerView},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use secrecy::{ExposeSecret, SecretString};

/// Validity of the link printed at the first start.
const FIRST_LINK_MINUTES: i64 = 24 * 60;

/// An account to create.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: String,
    /// Derived from the address when absent.
    pub name: Option<String>,
    /// Without a password the user signs in by link or provider.
    pub password: Option<SecretString>,
    pub role: Role,
}

/// The address of the first administrator when the operator configured none. It receives no mail, but
/// identifies the account when a token or link is created on the command line.
const FIRST_ADMIN_EMAIL: &str = "admin@localhost";

/// Whether an administrator can sign in.
#[derive(Debug)]
pub enum FirstAdminStatus {
    CanSignIn,
    /// No administrator has a password or a provider; a one-time link was created.
    NeedsLink {
        /// The administrator's address, or the display name without one.
        account: String,
        /// Secret of the one-time link.
        secret: SecretString,
    },
}

/// An account to insert, with its password already hashed.
pub(super) struct NewAccount {
    pub email: Option<String>,
    pub name: String,
    pub role: Role,
    pub locale: Locale,
    pub password_hash: Option<String>,
}

impl Identity {
    /// Creates an account.
    ///
    /// # Errors
    /// When the actor may not configure the tenant, the address is invalid or in use, or the password is
    /// weak.
    pub async fn create_user(&self, ctx: &Ctx, user: NewUser) -> Result<PrincipalId> {
        let permit = self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        let normalised = email::normalise(&user.email)
            .ok_or(IdentityError::Invalid { field: "email", key: keys::IDENTITY_EMAIL })?;
        if let Some(password) = &user.password {
            password::check(password.expose_secret(), &normalised)?;
        }
        let password_hash = self.hash_optional(ctx, user.password.as_ref()).await?;
        let tx = self.kernel.db.begin(ctx).await?;
        if store::find_by_email(&tx, ctx.tenant(), &normalised).await?.is_some() {
            return Err(IdentityError::Invalid { field: "email", key: keys::IDENTITY_EMAIL_TAKEN });
        }
        let name = user.name.unwrap_or_else(|| email::display_name_from(&user.email));
        let account = NewAccount {
            email: Some(user.email),
            name,
            role: user.role,
            locale: ctx.locale(),
            password_hash,
        };
        let account = insert_account(&tx, ctx, account).await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("identity.create_user", "principal").target(account.id).permit(&permit),
        )
        .await?;
        tx.commit().await?;
        Ok(account.id)
    }

    /// Returns the id of the account with an address.
    ///
    /// # Errors
    /// When the actor may not configure the tenant, or there is no such account.
    pub async fn get_id_by_email(&self, ctx: &Ctx, address: &str) -> Result<PrincipalId> {
        self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        let normalised = email::normalise(address).ok_or(IdentityError::NotFound)?;
        let tx = self.kernel.db.read(ctx).await?;
        store::find_by_email(&tx, ctx.tenant(), &normalised)
            .await?
            .map(|account| account.id)
            .ok_or(IdentityError::NotFound)
    }

    /// Ensures that the configured account exists and is an administrator. Its password is set only when
    /// it has none, so a later password change survives restarts. The configured password is not checked
    /// for strength.
    ///
    /// # Errors
    /// When the address is invalid.
    pub async fn bootstrap(
        &self,
        ctx: &Ctx,
        address: &str,
        secret: Option<&SecretString>,
    ) -> Result<PrincipalId> {
        self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        let normalised = email::normalise(address)
            .ok_or(IdentityError::Invalid { field: "email", key: keys::IDENTITY_EMAIL })?;
        if self.is_admin_with_password(ctx, &normalised, secret.is_some()).await? {
            return self.get_id_by_email(ctx, address).await;
        }
        let hash = self.hash_optional(ctx, secret).await?;
        let tx = self.kernel.db.begin(ctx).await?;
        let id = match store::find_by_email(&tx, ctx.tenant(), &normalised).await? {
            None => {
                let account = NewAccount {
                    email: Some(address.trim().to_owned()),
                    name: email::display_name_from(address.trim()),
                    role: Role::Admin,
                    locale: ctx.locale(),
                    password_hash: hash,
                };
                insert_account(&tx, ctx, account).await?.id
            }
            Some(account) => {
                assign_role(&tx, ctx, account.id, Role::Admin).await?;
                let row = principal::ActiveModel {
                    tenant_id: Set(account.tenant_id),
                    id: Set(account.id),
                    password_hash: Set(account.password_hash.or(hash)),
                    updated_at: Set(ctx.now()),
                    ..Default::default()
                };
                row.update(&tx).await?;
                account.id
            }
        };
        audit::record(&tx, ctx, AuditRecord::of("identity.bootstrap", "principal").target(id)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Returns whether [`Self::bootstrap`] has nothing to do.
    async fn is_admin_with_password(
        &self,
        ctx: &Ctx,
        normalised: &str,
        wants_password: bool,
    ) -> Result<bool> {
        let tx = self.kernel.db.read(ctx).await?;
        let Some(account) = store::find_by_email(&tx, ctx.tenant(), normalised).await? else {
            return Ok(false);
        };
        let is_admin = store::has_role(&tx, ctx.tenant(), account.id, Role::Admin).await?;
        Ok(is_admin && (account.password_hash.is_some() || !wants_password))
    }

    /// Ensures that an administrator can sign in. When none has a password or has signed in through a
    /// provider, creates a one-time link, and the administrator if there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_admin(&self, ctx: &Ctx, name: &str, has_providers: bool) -> Result<FirstAdminStatus> {
        let admins = {
            let tx = self.kernel.db.read(ctx).await?;
            store::list_by_role(&tx, ctx.tenant(), Role::Admin).await?
        };
        let has_password =
            |account: &principal::Model| self.options.passwords_enabled && account.password_hash.is_some();
        let has_used_provider =
            has_providers && admins.iter().any(|account| account.last_signed_in_at.is_some());
        if has_used_provider || admins.iter().any(has_password) {
            return Ok(FirstAdminStatus::CanSignIn);
        }
        let admin = match admins.into_iter().next() {
            Some(admin) => admin,
            None => self.create_first_admin(ctx, name).await?,
        };
        let secret = self.issue_link(ctx, admin.id, FIRST_LINK_MINUTES).await?;
        Ok(FirstAdminStatus::NeedsLink { account: admin.email.unwrap_or(admin.display_name), secret })
    }

    async fn create_first_admin(&self, ctx: &Ctx, name: &str) -> Result<principal::Model> {
        let tx = self.kernel.db.begin(ctx).await?;
        let is_free = store::find_by_email(&tx, ctx.tenant(), FIRST_ADMIN_EMAIL).await?.is_none();
        let account = NewAccount {
            email: is_free.then(|| FIRST_ADMIN_EMAIL.to_owned()),
            name: name.to_owned(),
            role: Role::Admin,
            locale: ctx.locale(),
            password_hash: None,
        };
        let account = insert_account(&tx, ctx, account).await?;
        audit::record(&tx, ctx, AuditRecord::of("identity.first_admin", "principal").target(account.id))
            .await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Returns the actor's own account.
    ///
    /// # Errors
    /// When the actor is the system, or the account does not exist.
    pub async fn viewer(&self, ctx: &Ctx) -> Result<ViewerView> {
        let tx = self.kernel.db.read(ctx).await?;
        let account = store::find(&tx, ctx.tenant(), ctx.subject()).await?.ok_or(IdentityError::NotFound)?;
        let brand = themes::load_brand(&tx, ctx.tenant()).await?;
        Ok(ViewerView {
            id: account.id,
            tenant_id: account.tenant_id,
            name: account.display_name,
            email: account.email,
            roles: ctx.rights().roles().to_vec(),
            locale: account.locale,
            color_scheme: account.color_scheme,
            time_zone: account.time_zone,
            brand,
        })
    }

    /// Updates the actor's locale, colour scheme and time zone.
    ///
    /// # Errors
    /// When the time zone is not in the IANA database.
    pub async fn update_preferences(&self, ctx: &Ctx, patch: PreferencesPatch) -> Result<ViewerView> {
        let resource = PrincipalResource(ctx.subject());
        let permit = self.kernel.access.check(ctx, Action::ProfileEdit, &resource)?;
        let zone = patch.time_zone.map(validate_time_zone).transpose()?;
        let tx = self.kernel.db.begin(ctx).await?;
        let account = store::find(&tx, ctx.tenant(), ctx.subject()).await?.ok_or(IdentityError::NotFound)?;
        let row = principal::ActiveModel {
            tenant_id: Set(account.tenant_id),
            id: Set(account.id),
            locale: Set(patch.locale.unwrap_or(account.locale)),
            color_scheme: Set(patch.color_scheme.unwrap_or(account.color_scheme)),
            time_zone: Set(zone.unwrap_or(account.time_zone)),
            updated_at: Set(ctx.now()),
            ..Default::default()
        };
        row.update(&tx).await?;
        let record =
            AuditRecord::of("identity.update_preferences", "principal").target(account.id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        self.viewer(ctx).await
    }

    async fn hash_optional(&self, ctx: &Ctx, secret: Option<&SecretString>) -> Result<Option<String>> {
        match secret {
            Some(secret) => Ok(Some(self.hasher.hash(secret, ctx.system_ports().secret()).await?)),
            None => Ok(None),
        }
    }
}

fn validate_time_zone(zone: String) -> Result<String> {
    match zone.parse::<chrono_tz::Tz>() {
        Ok(known) => Ok(known.name().to_owned()),
        Err(_) => Err(IdentityError::Invalid { field: "timeZone", key: keys::IDENTITY_TIME_ZONE }),
    }
}

/// Inserts an account with its role and the tenant's time zone.
pub(super) async fn insert_account(tx: &WriteTx, ctx: &Ctx, account: NewAccount) -> Result<principal::Model> {
    let zone = tenant::Entity::find_by_id(ctx.tenant()).one(tx).await?.map(|tenant| tenant.time_zone);
    let name: String = account.name.trim().chars().filter(|c| !c.is_control()).take(120).collect();
    let row = principal::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        kind: Set(PrincipalKind::User),
        email_normalised: Set(account.email.as_deref().and_then(email::normalise)),
        email: Set(account.email),
        display_name: Set(name),
        password_hash: Set(account.password_hash),
        is_active: Set(true),
        attributes: Set(serde_json::json!({})),
        locale: Set(account.locale),
        color_scheme: Set(ColorScheme::System),
        time_zone: Set(zone.unwrap_or_else(|| "UTC".to_owned())),
        last_signed_in_at: Set(None),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    let inserted = row.insert(tx).await?;
    assign_role(tx, ctx, inserted.id, account.role).await?;
    Ok(inserted)
}

/// Assigns a built-in role unless the principal is assigned it already.
async fn assign_role(tx: &WriteTx, ctx: &Ctx, principal: PrincipalId, role: Role) -> Result<()> {
    if store::has_role(tx, ctx.tenant(), principal, role).await? {
        return Ok(());
    }
    let is_user = ctx.actor().kind == PrincipalKind::User;
    let row = role_assignment::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        principal_id: Set(Some(principal)),
        group_id: Set(None),
        role: Set(Some(role)),
        custom_role_id: Set(None),
        assigned_by: Set(is_user.then_some(ctx.actor().id)),
        created_at: Set(ctx.now()),
    };
    role_assignment::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Returns the offset of a time zone from UTC at a moment, in minutes; 0 for an unknown zone.
#[must_use]
pub fn utc_offset_minutes(zone: &str, at: chrono::DateTime<chrono::Utc>) -> i32 {
    use chrono::{Offset, TimeZone};
    zone.parse::<chrono_tz::Tz>()
        .map_or(0, |zone| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60)
}
