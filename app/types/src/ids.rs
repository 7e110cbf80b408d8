//! Identifiers: UUIDv7 inside, `prefix_` and 26 characters of lower-case Crockford base32 outside.
//!
//! An id has no `Default` and cannot be minted here: the server's context mints them, so that tests
//! are deterministic and the browser never invents one.

use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An identifier of any kind: what is random says nothing of anybody.
pub trait Id: Copy + fmt::Display + From<Uuid> {}

/// Says why a text is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier: expected `{prefix}_` and 26 characters of Crockford base32")]
pub struct InvalidId {
    /// The prefix that was expected.
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

/// Decodes what [`encode`] wrote. Only the canonical spelling is accepted, so that one id has one text.
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
            /// What every text of this kind begins with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Returns the UUID inside.
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

        impl Id for $name {}

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

id!(/// A company.
    TenantId, "ten");
id!(/// A team's space inside a tenant.
    WorkspaceId, "wsp");
id!(/// A user, a service account, an agent or the system.
    PrincipalId, "prn");
id!(/// A principal's place in a workspace.
    MembershipId, "mem");
id!(/// A role a principal holds.
    GrantId, "grt");
id!(/// A sign-in of a browser.
    SessionId, "ses");
id!(/// A personal access token.
    TokenId, "tok");
id!(/// A conversation.
    ConversationId, "cnv");
id!(/// A message in a conversation's tree.
    MessageId, "msg");
id!(/// A typed part of a message.
    PartId, "prt");
id!(/// One answer to one message.
    TurnId, "trn");
id!(/// A step of a turn.
    StepId, "stp");
id!(/// A call of a model.
    ModelCallId, "mcl");
id!(/// A call of a tool.
    ToolCallId, "tcl");
id!(/// A result that lives apart from the chat that made it.
    ArtifactId, "art");
id!(/// One immutable version of an artifact.
    ArtifactVersionId, "arv");
id!(/// A place data comes from.
    DatasourceId, "dts");
id!(/// A definition of a key figure.
    KpiId, "kpi");
id!(/// A dashboard.
    DashboardId, "dsh");
id!(/// A widget on a dashboard.
    WidgetId, "wdg");
id!(/// A record of who did what.
    AuditEventId, "aud");
id!(/// A piece of work to be done later.
    JobId, "job");
id!(/// A request to the server.
    RequestId, "req");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
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
    fn ids_sort_by_the_time_they_were_minted() {
        let earlier = MessageId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000));
        let later = MessageId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000));
        assert!(earlier < later && earlier.to_string() < later.to_string());
    }
}
