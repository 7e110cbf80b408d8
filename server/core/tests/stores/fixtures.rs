//! Tenants, users and conversations for the tests: alice and bob of acme, mallory of globex.

use penny_entity::{conversation, principal, tenant};
use penny_kernel::{ctx::Ctx, db::WriteTx};
use penny_testkit::databases::TestDb;
use penny_types::{
    ColorScheme, ConversationId, Locale, PrincipalId, TenantId, conversations::Origin, people::PrincipalKind,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

/// Creates a tenant and returns its system context.
pub async fn tenant(database: &TestDb, slug: &str) -> Ctx {
    let ctx = Ctx::system(database.new_id::<TenantId>(), database.system.clone(), &[]);
    let tx = database.db.begin(&ctx).await.unwrap();
    insert_tenant(&tx, &ctx, slug).await;
    tx.commit().await.unwrap();
    ctx
}

/// Inserts the context's tenant.
pub async fn insert_tenant(tx: &WriteTx, ctx: &Ctx, slug: &str) {
    let now = ctx.now();
    let row = tenant::ActiveModel {
        id: Set(ctx.tenant()),
        slug: Set(slug.to_owned()),
        name: Set(slug.to_owned()),
        is_default: Set(false),
        locale: Set(Locale::En),
        time_zone: Set("Europe/Madrid".to_owned()),
        currency: Set("EUR".to_owned()),
        policy_version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    tenant::Entity::insert(row).exec_without_returning(tx).await.unwrap();
}

/// Creates a user in the context's tenant.
pub async fn user(tx: &WriteTx, ctx: &Ctx, name: &str) -> PrincipalId {
    let id = ctx.new_id();
    principal::Entity::insert(new_user(ctx, id, name)).exec_without_returning(tx).await.unwrap();
    id
}

/// Builds the row of a user without inserting it.
pub fn new_user(ctx: &Ctx, id: PrincipalId, name: &str) -> principal::ActiveModel {
    let now = ctx.now();
    principal::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(id),
        kind: Set(PrincipalKind::User),
        email: Set(Some(format!("{name}@example.com"))),
        email_normalised: Set(Some(format!("{name}@example.com"))),
        display_name: Set(name.to_owned()),
        password_hash: Set(None),
        is_active: Set(true),
        locale: Set(Locale::Es),
        color_scheme: Set(ColorScheme::Dark),
        time_zone: Set("Europe/Madrid".to_owned()),
        attributes: Set(serde_json::json!({})),
        last_signed_in_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

/// Creates a conversation.
pub async fn conversation(tx: &WriteTx, ctx: &Ctx, owner: PrincipalId) -> ConversationId {
    let id = ctx.new_id();
    let now = ctx.now();
    let row = conversation::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(id),
        owner_id: Set(owner),
        workspace_id: Set(None),
        title: Set(None),
        is_pinned: Set(false),
        labels: Set(serde_json::json!([])),
        origin: Set(Origin::Web),
        external_thread_key: Set(None),
        model: Set(None),
        leaf_id: Set(None),
        forked_from_id: Set(None),
        draft: Set(String::new()),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    conversation::Entity::insert(row).exec_without_returning(tx).await.unwrap();
    id
}
