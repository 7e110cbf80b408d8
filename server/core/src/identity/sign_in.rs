//! Sign-in by password, by one-time link and through an OpenID Connect provider.

use super::{
    accounts::{NewAccount, insert_account},
    email,
    error::{IdentityError, Result},
    secrets,
    service::{Identity, SignedIn},
    store,
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_entity::{enums::Outcome, external_identity, principal, sign_in_link};
use penny_kernel::{
    access::{Action, TenantResource},
    audit::{self, AuditRecord},
    ctx::{AnonymousRequest, Ctx},
    db::WriteTx,
};
use penny_types::{PrincipalId, people::Role};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use secrecy::{ExposeSecret, SecretString};

/// Default validity of a one-time link.
pub const LINK_MINUTES: i64 = 15;

/// Credentials as typed by the user.
#[derive(Debug, Clone)]
pub struct PasswordAttempt {
    pub email: String,
    pub password: SecretString,
}

/// Account name under which failed links are throttled; it is not a valid address.
const LINK_THROTTLE_KEY: &str = "link";

/// A user as described by the validated claims of an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalUser {
    pub issuer: String,
    /// The provider's stable identifier of the user (`sub`), never reassigned.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider has verified the address (`email_verified`).
    pub is_email_verified: bool,
    pub name: Option<String>,
}

/// Options for users of an identity provider, set by the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalSignInOptions {
    /// Whether a verified address links to the existing account with that address.
    pub can_link_by_email: bool,
    /// Role of accounts created at the first sign-in.
    pub initial_role: Role,
}

impl Identity {
    /// Deletes one-time links that expired before a moment.
    pub(crate) async fn delete_expired_links(&self, ctx: &Ctx, before: DateTime<Utc>) -> Result<()> {
        let tx = self.kernel.db.begin(ctx).await?;
        store::delete_expired_links(tx.conn(), ctx.tenant(), before).await?;
        Ok(tx.commit().await?)
    }

    /// Signs in with an address and a password.
    ///
    /// # Errors
    /// The same error, after the same work, for a wrong password and for an unknown account.
    pub async fn sign_in_password(
        &self,
        request: &AnonymousRequest,
        attempt: PasswordAttempt,
    ) -> Result<SignedIn> {
        if !self.options.passwords_enabled {
            return Err(IdentityError::PasswordsDisabled);
        }
        let typed = attempt.email.trim().to_lowercase();
        let address = email::normalise(&attempt.email).unwrap_or(typed);
        let masked_address = email::mask(&address);
        self.check_throttle(request, &address, &masked_address).await?;

        let account = {
            let tx = self.kernel.db.read(&request.system_ctx(&[])).await?;
            store::find_by_email(&tx, request.tenant, &address).await?.filter(|account| account.is_active)
        };
        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let is_correct = self.hasher.verify(&attempt.password, hash).await?;

        let Some(account) = account.filter(|_| is_correct) else {
            self.record_denial(request, "identity.sign_in_password", &masked_address).await?;
            return Err(IdentityError::WrongCredentials);
        };
        self.throttle.record_success(request.tenant, &address, request.address);
        let ctx = request.signing_in(account.id, account.kind);
        let tx = self.kernel.db.begin(&ctx).await?;
        let signed_in = complete_sign_in(&tx, &ctx, &account, "identity.sign_in_password").await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Creates a one-time link for an account and returns its secret, of which only the hash is stored.
    ///
    /// # Errors
    /// When the actor may not configure the tenant, or there is no such account.
    pub async fn issue_link(&self, ctx: &Ctx, principal: PrincipalId, minutes: i64) -> Result<SecretString> {
        let permit = self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let account = store::find(&tx, ctx.tenant(), principal)
            .await?
            .filter(|account| account.is_active)
            .ok_or(IdentityError::NotFound)?;
        store::delete_expired_links(&tx, ctx.tenant(), ctx.now()).await?;
        let issued = secrets::generate_link_secret(ctx.system_ports(), &self.link_hash);
        let row = sign_in_link::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            secret_hash: Set(issued.hash),
            principal_id: Set(account.id),
            created_at: Set(ctx.now()),
            expires_at: Set(ctx.now() + TimeDelta::minutes(minutes)),
            used_at: Set(None),
        };
        sign_in_link::Entity::insert(row).exec_without_returning(&tx).await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("identity.issue_link", "principal").target(account.id).permit(&permit),
        )
        .await?;
        tx.commit().await?;
        Ok(issued.secret)
    }

    /// Checks that a link is valid for the request's tenant without consuming it, because mail scanners
    /// and link previews also fetch the URL.
    ///
    /// # Errors
    /// When the link is not valid.
    pub async fn check_link(&self, request: &AnonymousRequest, secret: &SecretString) -> Result<()> {
        let hash = self.link_hash.hash(secret.expose_secret().as_bytes());
        let tx = self.kernel.db.lookup().await?;
        let link = store::find_link(&tx, &hash).await?;
        let is_usable = link.is_some_and(|link| {
            link.tenant_id == request.tenant
                && link.used_at.is_none()
                && link.expires_at > request.system.now()
        });
        if is_usable { Ok(()) } else { Err(IdentityError::InvalidLink) }
    }

    /// Signs in with a one-time link and consumes it.
    ///
    /// # Errors
    /// The same error for a link that was used, has expired, belongs to another tenant or does not exist;
    /// another one after too many failures from the request's address.
    pub async fn consume_link(&self, request: &AnonymousRequest, secret: &SecretString) -> Result<SignedIn> {
        self.check_throttle(request, LINK_THROTTLE_KEY, LINK_THROTTLE_KEY).await?;
        let result = self.use_link(request, secret).await;
        match &result {
            Ok(_) => self.throttle.record_success(request.tenant, LINK_THROTTLE_KEY, request.address),
            Err(IdentityError::InvalidLink) => {
                self.record_denial(request, "identity.sign_in_link", LINK_THROTTLE_KEY).await?;
            }
            Err(_) => {}
        }
        result
    }

    async fn use_link(&self, request: &AnonymousRequest, secret: &SecretString) -> Result<SignedIn> {
        self.check_link(request, secret).await?;
        let hash = self.link_hash.hash(secret.expose_secret().as_bytes());
        let tx = self.kernel.db.begin(&request.system_ctx(&[])).await?;
        let link = sign_in_link::Entity::find_by_id((request.tenant, hash.clone())).one(&tx).await?;
        let link = link.ok_or(IdentityError::InvalidLink)?;
        if !store::mark_link_used(&tx, request.tenant, &hash, request.system.now()).await? {
            return Err(IdentityError::InvalidLink);
        }
        let account = store::find(&tx, request.tenant, link.principal_id).await?;
        let account = account.filter(|account| account.is_active).ok_or(IdentityError::InvalidLink)?;
        let signed_in = complete_sign_in(
            &tx,
            &request.signing_in(account.id, account.kind),
            &account,
            "identity.sign_in_link",
        )
        .await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Signs in a user authenticated by an identity provider. The account is identified by issuer and
    /// subject, never by address alone. At the first sign-in an account is created, or the account with
    /// the verified address is linked when the operator allows it.
    ///
    /// # Errors
    /// When the address belongs to another account, or the account is inactive.
    pub async fn sign_in_external(
        &self,
        request: &AnonymousRequest,
        user: &ExternalUser,
        options: ExternalSignInOptions,
    ) -> Result<SignedIn> {
        let result = self.try_sign_in_external(request, user, options).await;
        if matches!(result, Err(IdentityError::AddressTaken | IdentityError::Inactive)) {
            self.record_external_denial(request, &user.issuer).await?;
        }
        result
    }

    async fn try_sign_in_external(
        &self,
        request: &AnonymousRequest,
        user: &ExternalUser,
        options: ExternalSignInOptions,
    ) -> Result<SignedIn> {
        let system_ctx = request.system_ctx(&[]);
        let tx = self.kernel.db.begin(&system_ctx).await?;
        let known = store::find_external(&tx, request.tenant, &user.issuer, &user.subject).await?;
        let account = match &known {
            Some(known) => store::find(&tx, request.tenant, known.principal_id).await?,
            None => Some(self.find_or_create_external_account(&tx, request, user, options).await?),
        };
        let account = account.filter(|account| account.is_active).ok_or(IdentityError::Inactive)?;
        save_external_identity(&tx, request, user, account.id, known.is_some()).await?;
        let signed_in = complete_sign_in(
            &tx,
            &request.signing_in(account.id, account.kind),
            &account,
            "identity.sign_in_external",
        )
        .await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Finds or creates the account for the first sign-in of an external user.
    async fn find_or_create_external_account(
        &self,
        tx: &WriteTx,
        request: &AnonymousRequest,
        user: &ExternalUser,
        options: ExternalSignInOptions,
    ) -> Result<principal::Model> {
        let verified_email = user.email.as_deref().filter(|_| user.is_email_verified);
        if let Some(normalised) = verified_email.and_then(email::normalise)
            && let Some(account) = store::find_by_email(tx, request.tenant, &normalised).await?
        {
            return if options.can_link_by_email { Ok(account) } else { Err(IdentityError::AddressTaken) };
        }
        let name = user.name.clone().or_else(|| verified_email.map(email::display_name_from));
        let account = NewAccount {
            email: verified_email.map(ToOwned::to_owned),
            name: name.unwrap_or_else(|| user.subject.chars().take(40).collect()),
            role: options.initial_role,
            locale: request.locale,
            password_hash: None,
        };
        insert_account(tx, &request.system_ctx(&[]), account).await
    }

    /// Records a denied sign-in through a provider.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_external_denial(&self, request: &AnonymousRequest, provider: &str) -> Result<()> {
        self.record_denial(request, "identity.sign_in_external", provider).await
    }

    /// Records a sign-out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_sign_out(&self, request: &AnonymousRequest, signed_in: SignedIn) -> Result<()> {
        let request = AnonymousRequest { tenant: signed_in.tenant, ..request.clone() };
        let tx = self.kernel.db.begin(&request.system_ctx(&[])).await?;
        let Some(account) = store::find(&tx, request.tenant, signed_in.principal).await? else {
            return Ok(());
        };
        let record = AuditRecord::of("identity.sign_out", "principal").target(account.id);
        audit::record(&tx, &request.signing_in(account.id, account.kind), record).await?;
        Ok(tx.commit().await?)
    }

    /// Counts a sign-in attempt, or rejects it during a wait.
    async fn check_throttle(&self, request: &AnonymousRequest, account: &str, target: &str) -> Result<()> {
        let (tenant, address, now) = (request.tenant, request.address, request.system.now());
        let seconds = self.throttle.wait_seconds(tenant, account, address, now);
        if seconds == 0 {
            self.throttle.record_attempt(tenant, account, address, now);
            return Ok(());
        }
        if self.throttle.mark_recorded(tenant, account, address) {
            self.record_denial(request, "identity.slow_down", target).await?;
        }
        Err(IdentityError::TooManyAttempts { seconds })
    }

    /// Records a denied sign-in, with the masked account or the provider, and the address.
    async fn record_denial(
        &self,
        request: &AnonymousRequest,
        action: &'static str,
        target: &str,
    ) -> Result<()> {
        let ctx = request.system_ctx(&[]);
        let target =
            request.address.map_or_else(|| target.to_owned(), |address| format!("{target} from {address}"));
        let tx = self.kernel.db.begin(&ctx).await?;
        let record = AuditRecord::of(action, "principal").target_name(&target).outcome(Outcome::Denied);
        audit::record(&tx, &ctx, record).await?;
        Ok(tx.commit().await?)
    }
}

/// Records a successful sign-in and returns the authenticated principal.
async fn complete_sign_in(
    tx: &WriteTx,
    ctx: &Ctx,
    account: &principal::Model,
    action: &'static str,
) -> Result<SignedIn> {
    store::record_sign_in(tx, account, ctx.locale(), ctx.now()).await?;
    audit::record(tx, ctx, AuditRecord::of(action, "principal").target(account.id)).await?;
    Ok(SignedIn { tenant: ctx.tenant(), principal: account.id })
}

/// Links an external user to an account, or updates the time of the last sign-in.
async fn save_external_identity(
    tx: &WriteTx,
    request: &AnonymousRequest,
    user: &ExternalUser,
    principal: PrincipalId,
    is_known: bool,
) -> Result<()> {
    let now = request.system.now();
    let mut row = external_identity::ActiveModel {
        tenant_id: Set(request.tenant),
        issuer: Set(user.issuer.clone()),
        subject: Set(user.subject.clone()),
        email: Set(user.email.clone()),
        last_seen_at: Set(now),
        ..Default::default()
    };
    if is_known {
        row.update(tx).await?;
    } else {
        row.principal_id = Set(principal);
        row.created_at = Set(now);
        external_identity::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}
