//! Tenants, the people in them, and how they sign in.

use crate::columns::{Fate, bytes, keyed, moment, moment_null, refers, tenant_table, thing_table};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX tenant_slug ON tenant (slug)",
    "CREATE UNIQUE INDEX tenant_default ON tenant (is_default) WHERE is_default",
    "CREATE INDEX tenant_host_tenant ON tenant_host (tenant_id)",
    "CREATE UNIQUE INDEX workspace_slug ON workspace (tenant_id, slug)",
    "CREATE UNIQUE INDEX principal_email ON principal (tenant_id, email_normalised)",
    "CREATE INDEX external_identity_principal ON external_identity (tenant_id, principal_id)",
    "CREATE UNIQUE INDEX membership_place ON membership (tenant_id, workspace_id, principal_id)",
    "CREATE INDEX membership_principal ON membership (tenant_id, principal_id)",
    "CREATE INDEX session_principal ON session (tenant_id, principal_id)",
    "CREATE INDEX session_expiry ON session (expires_at)",
    "CREATE UNIQUE INDEX token_secret ON token (secret_hash)",
    "CREATE INDEX token_principal ON token (tenant_id, principal_id)",
    "CREATE UNIQUE INDEX sign_in_link_secret ON sign_in_link (secret_hash)",
];

pub(super) fn tables() -> Vec<TableCreateStatement> {
    vec![
        tenant(),
        tenant_host(),
        theme(),
        workspace(),
        principal(),
        external_identity(),
        membership(),
        session(),
        token(),
        sign_in_link(),
    ]
}

fn tenant() -> TableCreateStatement {
    Table::create()
        .table("tenant")
        .col(uuid("id").primary_key())
        .col(text("slug"))
        .col(text("name"))
        .col(boolean("is_default"))
        .col(text("locale"))
        .col(text("time_zone"))
        .col(text("currency"))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .take()
}

fn tenant_host() -> TableCreateStatement {
    tenant_table("tenant_host").col(text("host").primary_key()).col(moment("created_at")).take()
}

fn theme() -> TableCreateStatement {
    let table = tenant_table("theme")
        .col(text("product_name"))
        .col(text_null("logo_url"))
        .col(text("accent"))
        .col(text("on_accent"))
        .col(text_null("font_family"))
        .col(integer("radius_px"))
        .col(moment("updated_at"))
        .take();
    keyed(table, &[])
}

fn workspace() -> TableCreateStatement {
    thing_table("workspace").col(text("slug")).col(text("name")).col(moment("created_at")).take()
}

fn principal() -> TableCreateStatement {
    thing_table("principal")
        .col(text("kind"))
        .col(text_null("email"))
        .col(text_null("email_normalised"))
        .col(text("display_name"))
        .col(text_null("password_hash"))
        .col(boolean("is_active"))
        .col(text("locale"))
        .col(text("color_scheme"))
        .col(text("time_zone"))
        .col(moment_null("last_signed_in_at"))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .take()
}

fn external_identity() -> TableCreateStatement {
    let table = tenant_table("external_identity")
        .col(text("issuer"))
        .col(text("subject"))
        .col(uuid("principal_id"))
        .col(text_null("email"))
        .col(moment("created_at"))
        .col(moment("last_seen_at"))
        .foreign_key(&mut refers("external_identity", "principal_id", "principal", Fate::Goes))
        .take();
    keyed(table, &["issuer", "subject"])
}

fn membership() -> TableCreateStatement {
    thing_table("membership")
        .col(uuid("workspace_id"))
        .col(uuid("principal_id"))
        .col(moment("created_at"))
        .foreign_key(&mut refers("membership", "workspace_id", "workspace", Fate::Goes))
        .foreign_key(&mut refers("membership", "principal_id", "principal", Fate::Goes))
        .take()
}

/// A session may have no tenant yet, so its key stands alone.
fn session() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(bytes("id_hash").primary_key())
        .col(uuid_null("tenant_id"))
        .col(uuid_null("principal_id"))
        .col(bytes("data"))
        .col(moment("expires_at"))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .foreign_key(&mut refers("session", "principal_id", "principal", Fate::Goes))
        .take()
}

fn token() -> TableCreateStatement {
    thing_table("token")
        .col(uuid("principal_id"))
        .col(uuid_null("on_behalf_of"))
        .col(text("name"))
        .col(text("prefix"))
        .col(bytes("secret_hash"))
        .col(json_binary("scopes"))
        .col(moment("created_at"))
        .col(moment_null("expires_at"))
        .col(moment_null("last_used_at"))
        .col(moment_null("revoked_at"))
        .foreign_key(&mut refers("token", "principal_id", "principal", Fate::Goes))
        .take()
}

fn sign_in_link() -> TableCreateStatement {
    let table = tenant_table("sign_in_link")
        .col(bytes("secret_hash"))
        .col(uuid("principal_id"))
        .col(moment("created_at"))
        .col(moment("expires_at"))
        .col(moment_null("used_at"))
        .foreign_key(&mut refers("sign_in_link", "principal_id", "principal", Fate::Goes))
        .take();
    keyed(table, &["secret_hash"])
}
