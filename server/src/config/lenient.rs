//! Deserialisers for values that are either TOML values or the text of an environment variable.
//!
//! Variables are always strings, so that a password such as `0123` does not become a number. Numbers and
//! booleans are therefore parsed here.

use secrecy::SecretString;
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use std::{fmt, marker::PhantomData, str::FromStr};

/// Deserialises a value from text, a number or a boolean, by its `FromStr`.
pub fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    struct ParsedVisitor<T>(PhantomData<T>);
    impl<T: FromStr> Visitor<'_> for ParsedVisitor<T>
    where
        T::Err: fmt::Display,
    {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(match std::any::type_name::<T>() {
                "bool" => "true or false",
                "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
                _ => "an address",
            })
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.trim().parse().map_err(|_| E::invalid_value(de::Unexpected::Other("that text"), &self))
        }
        fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
            self.visit_str(if value { "true" } else { "false" })
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
            self.visit_str(&value.to_string())
        }
        fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
            self.visit_str(&value.to_string())
        }
    }
    deserializer.deserialize_any(ParsedVisitor(PhantomData))
}

/// Deserialises trimmed text; empty means `None`.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Deserialises a value by its `FromStr`; empty text means `None`.
pub fn optional_parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    optional(deserializer)?
        .map(|text| text.parse::<T>().map_err(|error| de::Error::custom(error.to_string())))
        .transpose()
}

/// Deserialises a secret without trimming; empty text means `None`.
pub fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let text = String::deserialize(deserializer)
        .map_err(|_| de::Error::custom("a secret must be a quoted string"))?;
    Ok((!text.is_empty()).then(|| SecretString::from(text)))
}
