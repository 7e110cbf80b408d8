//! Search, on both databases.

use crate::people;
use penny_core::{
    ctx::Ctx,
    db::{Batch, WriteTx, search},
};
use penny_entity::{TenantScoped, conversation, message};
use penny_testkit::databases::{TestDb, both};
use penny_types::{
    ConversationId, MessageId, PrincipalId,
    conversations::{Author, Sensitivity},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

/// Makes a message that says something, and indexes it.
pub async fn say(tx: &WriteTx, ctx: &Ctx, conversation: ConversationId, id: MessageId, text: &str) {
    let row = message::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(id),
        conversation_id: Set(conversation),
        parent_id: Set(None),
        author: Set(Author::User),
        principal_id: Set(None),
        depth: Set(0),
        model: Set(None),
        turn_id: Set(None),
        copied_from_id: Set(None),
        sensitivity: Set(Sensitivity::Internal),
        created_at: Set(ctx.now()),
    };
    message::Entity::insert(row).exec_without_returning(tx).await.unwrap();
    index(tx, ctx, (conversation, id), text).await;
}

async fn index(tx: &WriteTx, ctx: &Ctx, (conversation, id): (ConversationId, MessageId), text: &str) {
    let mut batch = Batch::of(tx.conn());
    search::index_text(&mut batch, ctx.tenant, conversation, id, text);
    batch.run(tx.conn()).await.unwrap();
}

async fn talk(database: &TestDb, ctx: &Ctx, owner: PrincipalId, texts: &[&str]) -> ConversationId {
    let tx = database.db.begin(ctx).await.unwrap();
    let id = people::conversation(&tx, ctx, owner).await;
    for text in texts {
        say(&tx, ctx, id, ctx.mint(), text).await;
    }
    tx.commit().await.unwrap();
    id
}

async fn person(database: &TestDb, ctx: &Ctx, name: &str) -> PrincipalId {
    let tx = database.db.begin(ctx).await.unwrap();
    let id = people::user(&tx, ctx, name).await;
    tx.commit().await.unwrap();
    id
}

async fn found(database: &TestDb, ctx: &Ctx, owner: PrincipalId, query: &str) -> Vec<ConversationId> {
    let tx = database.db.read(ctx).await.unwrap();
    let hits = search::find(&tx, ctx.tenant, owner, query, 10).await.unwrap();
    hits.into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn words_are_found_by_their_beginnings_whatever_their_case_and_accents() {
    for database in both().await {
        let acme = people::tenant(&database, "acme").await;
        let alice = person(&database, &acme, "alice").await;
        let id =
            talk(&database, &acme, alice, &["Muéstrame la salud de la Compañía", "Los márgenes bajaron"])
                .await;
        for query in ["compania", "COMPAÑÍA", "compañ", "salud muestrame", "margen", "MÁRG"] {
            assert_eq!(found(&database, &acme, alice, query).await, [id], "{query}");
        }
        // All words of one message, not one word of each.
        for query in ["ventas", "salud margenes", "alud"] {
            assert!(found(&database, &acme, alice, query).await.is_empty(), "{query}");
        }
    }
}

#[tokio::test]
async fn a_conversation_is_found_once_and_the_last_changed_first() {
    for database in both().await {
        let acme = people::tenant(&database, "acme").await;
        let alice = person(&database, &acme, "alice").await;
        let first = talk(&database, &acme, alice, &["revenue", "revenue again", "and revenue"]).await;
        let second = talk(&database, &acme, alice, &["revenue by unit"]).await;
        assert_eq!(found(&database, &acme, alice, "revenue").await, [second, first]);
        let tx = database.db.read(&acme).await.unwrap();
        let hits = search::find(&tx, acme.tenant, alice, "revenue", 1).await.unwrap();
        assert_eq!(hits, [(second, "revenue by unit".to_owned())]);
    }
}

#[tokio::test]
async fn nobody_finds_what_others_said() {
    for database in both().await {
        let acme = people::tenant(&database, "acme").await;
        let globex = people::tenant(&database, "globex").await;
        let alice = person(&database, &acme, "alice").await;
        let bob = person(&database, &acme, "bob").await;
        let mallory = person(&database, &globex, "mallory").await;
        talk(&database, &acme, alice, &["the secret plan"]).await;
        assert!(found(&database, &acme, bob, "secret").await.is_empty());
        assert!(found(&database, &globex, mallory, "secret").await.is_empty());
        assert!(found(&database, &globex, alice, "secret").await.is_empty());
    }
}

#[tokio::test]
async fn what_was_thrown_away_or_erased_is_not_found() {
    for database in both().await {
        let acme = people::tenant(&database, "acme").await;
        let alice = person(&database, &acme, "alice").await;
        let hidden = talk(&database, &acme, alice, &["payroll"]).await;
        let removed = talk(&database, &acme, alice, &["payroll"]).await;
        let tx = database.db.begin(&acme).await.unwrap();
        conversation::Entity::update_in(acme.tenant)
            .col_expr(conversation::Column::DeletedAt, Expr::value(acme.now()))
            .filter(conversation::Column::Id.eq(hidden))
            .exec(&tx)
            .await
            .unwrap();
        conversation::Entity::delete_in(acme.tenant)
            .filter(conversation::Column::Id.eq(removed))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(found(&database, &acme, alice, "payroll").await.is_empty());
    }
}

#[tokio::test]
async fn no_query_and_no_text_is_refused() {
    for database in both().await {
        let acme = people::tenant(&database, "acme").await;
        let alice = person(&database, &acme, "alice").await;
        let megabyte = "lorem ipsum ".repeat(90_000);
        talk(
            &database,
            &acme,
            alice,
            &["nul \0 byte", "", "\u{202e}abc\u{feff}", "!!!", &megabyte, "क्षेत्र ไทย 漢字 🦀"],
        )
        .await;
        for query in [
            "",
            "\0",
            "'",
            "\"",
            "\\",
            "*",
            "a*",
            "a & | ! <-> b",
            "a' OR '1'='1",
            "NEAR(a b)",
            "text:a",
            "a AND",
            "NOT",
            "-- ",
            "; DROP TABLE tenant",
            "%",
            "_",
            "()",
            "a:*",
            ":*",
            "^a",
            "+a -b",
            "क्षेत्र",
            "ไทย",
            "漢字",
            "🦀",
            "1e400",
            "a.b@c.d/e?f=g",
            "http://x.y",
            "\u{202e}",
            "ﬀ",
            "İ",
        ] {
            found(&database, &acme, alice, query).await;
        }
        assert_eq!(found(&database, &acme, alice, "lorem ips").await.len(), 1);
    }
}
