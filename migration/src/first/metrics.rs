//! Datasources, KPIs, dashboards and role grants.

use crate::columns::{OnDelete, entity_table, json, json_null, tenant_foreign_key, utc_timestamp};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX datasource_slug ON datasource (tenant_id, slug)",
    "CREATE INDEX role_grant_principal ON role_grant (tenant_id, principal_id)",
    "CREATE UNIQUE INDEX role_grant_once ON role_grant (tenant_id, principal_id, role) \
     WHERE tool IS NULL AND datasource_id IS NULL AND on_behalf_of IS NULL",
    "CREATE UNIQUE INDEX kpi_slug ON kpi (tenant_id, slug)",
    "CREATE UNIQUE INDEX dashboard_slug ON dashboard (tenant_id, slug)",
    "CREATE INDEX widget_dashboard ON widget (tenant_id, dashboard_id, position)",
];

pub(super) fn tables() -> Vec<TableCreateStatement> {
    vec![datasource(), role_grant(), kpi(), dashboard(), widget()]
}

fn datasource() -> TableCreateStatement {
    entity_table("datasource")
        .col(text("slug"))
        .col(text("name"))
        .col(text("kind"))
        .col(json("config"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .take()
}

fn role_grant() -> TableCreateStatement {
    entity_table("role_grant")
        .col(uuid("principal_id"))
        .col(uuid_null("on_behalf_of"))
        .col(text("role"))
        .col(text_null("tool"))
        .col(uuid_null("datasource_id"))
        .col(uuid_null("granted_by"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key("role_grant", "principal_id", "principal", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("role_grant", "datasource_id", "datasource", OnDelete::Cascade))
        .take()
}

fn kpi() -> TableCreateStatement {
    entity_table("kpi")
        .col(text("slug"))
        .col(integer("position"))
        .col(text("name_en"))
        .col(text("name_es"))
        .col(text("format"))
        .col(text("direction"))
        .col(json("units"))
        .col(uuid("datasource_id"))
        .col(text("sql"))
        .col(json_null("target"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key("kpi", "datasource_id", "datasource", OnDelete::Cascade))
        .take()
}

fn dashboard() -> TableCreateStatement {
    entity_table("dashboard")
        .col(text("slug"))
        .col(text("title_en"))
        .col(text("title_es"))
        .col(text("description_en"))
        .col(text("description_es"))
        .col(utc_timestamp("created_at"))
        .take()
}

fn widget() -> TableCreateStatement {
    entity_table("widget")
        .col(uuid("dashboard_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(text("title_en"))
        .col(text("title_es"))
        .col(integer("columns"))
        .col(json("config"))
        .foreign_key(&mut tenant_foreign_key("widget", "dashboard_id", "dashboard", OnDelete::Cascade))
        .take()
}
