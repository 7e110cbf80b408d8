//! The audit log, jobs and the outbox.

use crate::columns::{bytes_null, entity_table, json, utc_timestamp, utc_timestamp_null};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE INDEX audit_event_time ON audit_event (tenant_id, occurred_at, id)",
    "CREATE UNIQUE INDEX audit_event_ordinal ON audit_event (tenant_id, ordinal)",
    "CREATE INDEX audit_event_unchained ON audit_event (tenant_id, id) WHERE ordinal IS NULL",
    // Jobs are claimed across tenants.
    "CREATE INDEX job_due ON job (run_at) WHERE finished_at IS NULL",
    "CREATE UNIQUE INDEX job_once ON job (tenant_id, kind, unique_key) WHERE finished_at IS NULL",
    "CREATE INDEX outbox_waiting ON outbox (tenant_id, id) WHERE delivered_at IS NULL",
];

pub(super) fn tables() -> Vec<TableCreateStatement> {
    vec![audit_event(), job(), outbox()]
}

/// There is no foreign key to the actor, which may be the system actor or deleted.
fn audit_event() -> TableCreateStatement {
    entity_table("audit_event")
        .col(utc_timestamp("occurred_at"))
        .col(uuid("actor_id"))
        .col(text("actor_kind"))
        .col(uuid_null("on_behalf_of"))
        .col(text("via"))
        .col(text("action"))
        .col(text("target_kind"))
        .col(text_null("target_id"))
        .col(text("outcome"))
        .col(json("policies"))
        .col(bytes_null("payload_hash"))
        .col(json("redactions"))
        .col(big_integer_null("cost_micros"))
        .col(text_null("trace_id"))
        .col(uuid_null("request_id"))
        .col(big_integer_null("ordinal"))
        .col(bytes_null("previous_hash"))
        .col(bytes_null("hash"))
        .take()
}

fn job() -> TableCreateStatement {
    entity_table("job")
        .col(text("kind"))
        .col(json("payload"))
        .col(utc_timestamp("run_at"))
        .col(text_null("unique_key"))
        .col(integer("attempts"))
        .col(text_null("lease_owner"))
        .col(utc_timestamp_null("lease_expires_at"))
        .col(utc_timestamp_null("finished_at"))
        .col(text_null("error"))
        .col(utc_timestamp("created_at"))
        .take()
}

fn outbox() -> TableCreateStatement {
    entity_table("outbox")
        .col(text("topic"))
        .col(json("payload"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp_null("delivered_at"))
        .take()
}
