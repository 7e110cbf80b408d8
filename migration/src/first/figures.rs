//! Datasources, key figures, dashboards, and grants that may name a datasource.

use crate::columns::{Fate, json, json_null, moment, refers, thing_table};
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
    thing_table("datasource")
        .col(text("slug"))
        .col(text("name"))
        .col(text("kind"))
        .col(json("config"))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .take()
}

fn role_grant() -> TableCreateStatement {
    thing_table("role_grant")
        .col(uuid("principal_id"))
        .col(uuid_null("on_behalf_of"))
        .col(text("role"))
        .col(text_null("tool"))
        .col(uuid_null("datasource_id"))
        .col(uuid_null("granted_by"))
        .col(moment("created_at"))
        .foreign_key(&mut refers("role_grant", "principal_id", "principal", Fate::Goes))
        .foreign_key(&mut refers("role_grant", "datasource_id", "datasource", Fate::Goes))
        .take()
}

fn kpi() -> TableCreateStatement {
    thing_table("kpi")
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
        .col(moment("created_at"))
        .foreign_key(&mut refers("kpi", "datasource_id", "datasource", Fate::Goes))
        .take()
}

fn dashboard() -> TableCreateStatement {
    thing_table("dashboard")
        .col(text("slug"))
        .col(text("title_en"))
        .col(text("title_es"))
        .col(text("description_en"))
        .col(text("description_es"))
        .col(moment("created_at"))
        .take()
}

fn widget() -> TableCreateStatement {
    thing_table("widget")
        .col(uuid("dashboard_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(text("title_en"))
        .col(text("title_es"))
        .col(integer("columns"))
        .col(json("config"))
        .foreign_key(&mut refers("widget", "dashboard_id", "dashboard", Fate::Goes))
        .take()
}
