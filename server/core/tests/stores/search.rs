//! Full-text search, on both databases.

use crate::fixtures;
use penny_entity::{TenantScoped, conversation, message};
use penny_kernel::{
    ctx::Ctx,
    db::{Batch, WriteTx, search},
};
use penny_testkit::databases::{TestDb, test_databases};
use penny_types::{
    ConversationId, MessageId, PrincipalId,
    conversations::{Author, Sensitivity},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

/// Inserts a message and indexes its text.
pub async fn insert_message(
    tx: &WriteTx,
    ctx: &Ctx,
    conversation: ConversationId,
    id: MessageId,
    text: &str,
) {
    let row = message::ActiveModel {
        tenant_id: Set(ctx.tenant()),
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
    let mut batch = Batch::new(tx.conn());
    search::index_message(&mut batch, ctx.tenant(), conversation, id, text);
    batch.execute(tx.conn()).await.unwrap();
}

async fn conversation_with(
    database: &TestDb,
    ctx: &Ctx,
    owner: PrincipalId,
    texts: &[&str],
) -> ConversationId {
    let tx = database.db.begin(ctx).await.unwrap();
    let id = fixtures::conversation(&tx, ctx, owner).await;
    for text in texts {
        insert_message(&tx, ctx, id, ctx.new_id(), text).await;
    }
    tx.commit().await.unwrap();
    id
}

async fn create_user(database: &TestDb, ctx: &Ctx, name: &str) -> PrincipalId {
    let tx = database.db.begin(ctx).await.unwrap();
    let id = fixtures::user(&tx, ctx, name).await;
    tx.commit().await.unwrap();
    id
}

async fn search_ids(database: &TestDb, ctx: &Ctx, owner: PrincipalId, query: &str) -> Vec<ConversationId> {
    let tx = database.db.read(ctx).await.unwrap();
    let hits = search::search_conversations(&tx, ctx.tenant(), owner, query, 10).await.unwrap();
    hits.into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn words_match_by_prefix_without_regard_to_case_and_accents() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let alice = create_user(&database, &acme, "alice").await;
        let id = conversation_with(
            &database,
            &acme,
            alice,
            &["Muéstrame la salud de la Compañía", "Los márgenes bajaron"],
        )
        .await;
        for query in ["compania", "COMPAÑÍA", "compañ", "salud muestrame", "margen", "MÁRG"] {
            assert_eq!(search_ids(&database, &acme, alice, query).await, [id], "{query}");
        }
        // All words must match in one message.
        for query in ["ventas", "salud margenes", "alud"] {
            assert!(search_ids(&database, &acme, alice, query).await.is_empty(), "{query}");
        }
    }
}

#[tokio::test]
async fn each_conversation_is_returned_once_last_changed_first() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let alice = create_user(&database, &acme, "alice").await;
        let first =
            conversation_with(&database, &acme, alice, &["revenue", "revenue again", "and revenue"]).await;
        let second = conversation_with(&database, &acme, alice, &["revenue by unit"]).await;
        assert_eq!(search_ids(&database, &acme, alice, "revenue").await, [second, first]);
        let tx = database.db.read(&acme).await.unwrap();
        let hits = search::search_conversations(&tx, acme.tenant(), alice, "revenue", 1).await.unwrap();
        assert_eq!(hits, [(second, "revenue by unit".to_owned())]);
    }
}

#[tokio::test]
async fn messages_of_other_users_are_not_found() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let globex = fixtures::tenant(&database, "globex").await;
        let alice = create_user(&database, &acme, "alice").await;
        let bob = create_user(&database, &acme, "bob").await;
        let mallory = create_user(&database, &globex, "mallory").await;
        conversation_with(&database, &acme, alice, &["the secret plan"]).await;
        assert!(search_ids(&database, &acme, bob, "secret").await.is_empty());
        assert!(search_ids(&database, &globex, mallory, "secret").await.is_empty());
        assert!(search_ids(&database, &globex, alice, "secret").await.is_empty());
    }
}

#[tokio::test]
async fn deleted_and_erased_conversations_are_not_found() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let alice = create_user(&database, &acme, "alice").await;
        let hidden = conversation_with(&database, &acme, alice, &["payroll"]).await;
        let removed = conversation_with(&database, &acme, alice, &["payroll"]).await;
        let tx = database.db.begin(&acme).await.unwrap();
        conversation::Entity::update_in(acme.tenant())
            .col_expr(conversation::Column::DeletedAt, Expr::value(acme.now()))
            .filter(conversation::Column::Id.eq(hidden))
            .exec(&tx)
            .await
            .unwrap();
        conversation::Entity::delete_in(acme.tenant())
            .filter(conversation::Column::Id.eq(removed))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(search_ids(&database, &acme, alice, "payroll").await.is_empty());
    }
}

#[tokio::test]
async fn every_query_and_text_is_accepted() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let alice = create_user(&database, &acme, "alice").await;
        let megabyte = "lorem ipsum ".repeat(90_000);
        conversation_with(
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
            search_ids(&database, &acme, alice, query).await;
        }
        assert_eq!(search_ids(&database, &acme, alice, "lorem ips").await.len(), 1);
    }
}
