//! Identifiers: UUIDv7 values, written as `prefix_` and 26 characters of lower-case Crockford base32.
//!
//! Identifiers have no `Default` and no generator here: only the server's request context generates them, which
//! keeps tests deterministic.

use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An identifier of any kind. Identifiers are random and carry no personal data.
pub trait TypedId: Copy + fmt::Display + From<Uuid> {}

/// A string is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier: expected `{prefix}_` and 26 characters of Crockford base32")]
pub struct InvalidId {
    /// The expected prefix, without the underscore.
    pub prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters in an encoded identifier: 128 bits at 5 bits each, rounded up.
const ENCODED_LEN: usize = 26;

/// Encodes 128 bits as 26 characters of lower-case Crockford base32, most significant first.
fn encode(id: Uuid) -> [u8; ENCODED_LEN] {
    let mut bits = id.as_u128();
    let mut out = [b'0'; ENCODED_LEN];
    for slot in out.iter_mut().rev() {
        let index = (bits & 31) as usize;
        *slot = ALPHABET.get(index).copied().unwrap_or(b'0');
        bits >>= 5;
    }
    out
}

/// Decodes the output of [`encode`]. Only the canonical spelling is accepted, so an identifier has exactly one
/// text.
fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != ENCODED_LEN {
        return None;
    }
    let mut bits: u128 = 0;
    for (position, byte) in bytes.iter().enumerate() {
        let value = ALPHABET.iter().position(|letter| letter == byte)? as u128;
        // 26 * 5 = 130 bits: the first character may only carry the top three.
        if position == 0 && value > 7 {
            return None;
        }
        bits = (bits << 5) | value;
    }
    Some(Uuid::from_u128(bits))
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "db", derive(sea_orm::DeriveValueType))]
        pub struct $name(pub Uuid);

        impl $name {
            /// Prefix of the text form, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                for byte in encode(self.0) {
                    fmt::Write::write_char(f, char::from(byte))?;
                }
                Ok(())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl TypedId for $name {}

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "db")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .build()
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
        }

        #[cfg(feature = "graphql")]
        #[async_graphql::Scalar]
        impl async_graphql::ScalarType for $name {
            fn parse(value: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
                match value {
                    async_graphql::Value::String(text) => Ok(text.parse::<Self>()?),
                    other => Err(async_graphql::InputValueError::expected_type(other)),
                }
            }
            fn to_value(&self) -> async_graphql::Value { async_graphql::Value::String(self.to_string()) }
        }
    };
}

id!(/// Id of a tenant.
    TenantId, "ten");
id!(/// Id of a workspace within a tenant.
    WorkspaceId, "wsp");
id!(/// Id of a principal: a user, a service account, an agent or the system.
    PrincipalId, "prn");
id!(/// Id of a principal's membership in a workspace.
    MembershipId, "mem");
id!(/// Id of a role grant.
    GrantId, "grt");
id!(/// Id of a browser session.
    SessionId, "ses");
id!(/// Id of a personal access token.
    TokenId, "tok");
id!(/// Id of a conversation.
    ConversationId, "cnv");
id!(/// Id of a message.
    MessageId, "msg");
id!(/// Id of a message part.
    PartId, "prt");
id!(/// Id of a turn.
    TurnId, "trn");
id!(/// Id of a step of a turn.
    StepId, "stp");
id!(/// Id of a model call.
    ModelCallId, "mcl");
id!(/// Id of a tool call.
    ToolCallId, "tcl");
id!(/// Id of an artifact.
    ArtifactId, "art");
id!(/// Id of an immutable version of an artifact.
    ArtifactVersionId, "arv");
id!(/// Id of a datasource.
    DatasourceId, "dts");
id!(/// Id of a KPI definition.
    KpiId, "kpi");
id!(/// Id of a dashboard.
    DashboardId, "dsh");
id!(/// Id of a dashboard widget.
    WidgetId, "wdg");
id!(/// Id of an audit event.
    AuditEventId, "aud");
id!(/// Id of a background job.
    JobId, "job");
id!(/// Id of a request to the server.
    RequestId, "req");

id!(/// Id of a group of principals.
    GroupId, "grp");
id!(/// Id of a custom role.
    RoleId, "rol");
id!(/// Id of a role assignment to a principal or a group.
    RoleAssignmentId, "ras");
id!(/// Id of a share of a conversation or an artifact.
    ShareId, "shr");
id!(/// Id of a tenant's access policy.
    PolicyId, "pol");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_parses_from_its_text() {
        for bits in [0, 1, u128::MAX, 0x0192_f0c1_2345_7abc_8def_0123_4567_89ab] {
            let id = ConversationId(Uuid::from_u128(bits));
            let text = id.to_string();
            assert_eq!(text.len(), "cnv_".len() + ENCODED_LEN);
            assert_eq!(text.parse::<ConversationId>(), Ok(id));
        }
    }

    #[test]
    fn only_the_canonical_spelling_of_the_right_kind_is_accepted() {
        let good = ConversationId(Uuid::from_u128(7)).to_string();
        for bad in [
            good.to_uppercase(),
            good.replace("cnv", "msg"),
            good.replace('0', "o"),
            format!("{good}0"),
            "cnv_".to_owned(),
            "cnv_zzzzzzzzzzzzzzzzzzzzzzzzzz".to_owned(),
            "cnv_éééééééééééééé".to_owned(),
        ] {
            assert!(bad.parse::<ConversationId>().is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn ids_sort_by_creation_time() {
        let earlier = MessageId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000));
        let later = MessageId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000));
        assert!(earlier < later && earlier.to_string() < later.to_string());
    }

    /// Ids are stored in hashed records and in other people's programs: a change of any text is a migration.
    #[test]
    fn an_id_keeps_its_text() {
        for (bits, expected) in [
            (0, "00000000000000000000000000"),
            (1, "00000000000000000000000001"),
            (0x0192_f0c1_2345_7abc_8def_0123_4567_89ab, "01jbrc28t5fay8vvr14d2pf2db"),
            (u128::MAX, "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
        ] {
            assert_eq!(ConversationId(Uuid::from_u128(bits)).to_string(), format!("cnv_{expected}"));
        }
        let prefixes = [
            TenantId::PREFIX,
            WorkspaceId::PREFIX,
            PrincipalId::PREFIX,
            MembershipId::PREFIX,
            GrantId::PREFIX,
            SessionId::PREFIX,
            TokenId::PREFIX,
            ConversationId::PREFIX,
            MessageId::PREFIX,
            PartId::PREFIX,
            TurnId::PREFIX,
            StepId::PREFIX,
            ModelCallId::PREFIX,
            ToolCallId::PREFIX,
            ArtifactId::PREFIX,
            ArtifactVersionId::PREFIX,
            DatasourceId::PREFIX,
            KpiId::PREFIX,
            DashboardId::PREFIX,
            WidgetId::PREFIX,
            AuditEventId::PREFIX,
            JobId::PREFIX,
            RequestId::PREFIX,
        ];
        assert_eq!(
            prefixes.join(" "),
            "ten wsp prn mem grt ses tok cnv msg prt trn stp mcl tcl art arv dts kpi dsh wdg aud job req"
        );
    }
}
