//! Tenants, principals and sign-in.

use crate::columns::{
    OnDelete, bytes, entity_table, tenant_foreign_key, tenant_table, utc_timestamp, utc_timestamp_null,
    with_primary_key,
};
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
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .take()
}

fn tenant_host() -> TableCreateStatement {
    tenant_table("tenant_host").col(text("host").primary_key()).col(utc_timestamp("created_at")).take()
}

fn theme() -> TableCreateStatement {
    let table = tenant_table("theme")
        .col(text("product_name"))
        .col(text_null("logo_url"))
        .col(text("accent"))
        .col(text("on_accent"))
        .col(text_null("font_family"))
        .col(integer("radius_px"))
        .col(utc_timestamp("updated_at"))
        .take();
    with_primary_key(table, &[])
}

fn workspace() -> TableCreateStatement {
    entity_table("workspace").col(text("slug")).col(text("name")).col(utc_timestamp("created_at")).take()
}

fn principal() -> TableCreateStatement {
    entity_table("principal")
        .col(text("kind"))
        .col(text_null("email"))
        .col(text_null("email_normalised"))
        .col(text("display_name"))
        .col(text_null("password_hash"))
        .col(boolean("is_active"))
        .col(text("locale"))
        .col(text("color_scheme"))
        .col(text("time_zone"))
        .col(utc_timestamp_null("last_signed_in_at"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .take()
}

fn external_identity() -> TableCreateStatement {
    let table = tenant_table("external_identity")
        .col(text("issuer"))
        .col(text("subject"))
        .col(uuid("principal_id"))
        .col(text_null("email"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("last_seen_at"))
        .foreign_key(&mut tenant_foreign_key(
            "external_identity",
            "principal_id",
            "principal",
            OnDelete::Cascade,
        ))
        .take();
    with_primary_key(table, &["issuer", "subject"])
}

fn membership() -> TableCreateStatement {
    entity_table("membership")
        .col(uuid("workspace_id"))
        .col(uuid("principal_id"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key("membership", "workspace_id", "workspace", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("membership", "principal_id", "principal", OnDelete::Cascade))
        .take()
}

/// A session may have no tenant yet, so its primary key does not include it.
fn session() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(bytes("id_hash").primary_key())
        .col(uuid_null("tenant_id"))
        .col(uuid_null("principal_id"))
        .col(bytes("data"))
        .col(utc_timestamp("expires_at"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .foreign_key(&mut tenant_foreign_key("session", "principal_id", "principal", OnDelete::Cascade))
        .take()
}

fn token() -> TableCreateStatement {
    entity_table("token")
        .col(uuid("principal_id"))
        .col(uuid_null("on_behalf_of"))
        .col(text("name"))
        .col(text("prefix"))
        .col(bytes("secret_hash"))
        .col(json_binary("scopes"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp_null("expires_at"))
        .col(utc_timestamp_null("last_used_at"))
        .col(utc_timestamp_null("revoked_at"))
        .foreign_key(&mut tenant_foreign_key("token", "principal_id", "principal", OnDelete::Cascade))
        .take()
}

fn sign_in_link() -> TableCreateStatement {
    let table = tenant_table("sign_in_link")
        .col(bytes("secret_hash"))
        .col(uuid("principal_id"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("expires_at"))
        .col(utc_timestamp_null("used_at"))
        .foreign_key(&mut tenant_foreign_key("sign_in_link", "principal_id", "principal", OnDelete::Cascade))
        .take();
    with_primary_key(table, &["secret_hash"])
}
