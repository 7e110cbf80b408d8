//! Detection of the language of a message.

use super::normalized_text::{MAX_CHARS, NormalizedText, without_attachments};
use penny_types::Locale;

/// Words that occur in only one of the two languages.
const SPANISH: &[&str] = &[
    "el",
    "la",
    "los",
    "las",
    "de",
    "del",
    "que",
    "como",
    "un",
    "una",
    "y",
    "este",
    "esta",
    "por",
    "para",
    "en",
    "con",
    "muestrame",
    "muestra",
    "ensename",
    "dame",
    "abre",
    "ver",
    "quiero",
    "salud",
    "empresa",
    "cifras",
    "indicadores",
    "panel",
    "tablero",
    "trimestre",
    "mes",
    "ano",
    "hola",
    "gracias",
    "ayuda",
    "puedes",
    "quien",
    "eres",
    "va",
    "van",
    "compara",
    "unidades",
    "negocio",
    "proyecto",
    "tabla",
    "buenos",
    "buenas",
    "cuentame",
    "conecto",
    "conectar",
    "modelo",
    "ahora",
    "recorrido",
    "cuales",
    "cual",
];
const ENGLISH: &[&str] = &[
    "the", "of", "and", "how", "what", "is", "are", "my", "our", "this", "show", "me", "give", "open",
    "company", "health", "figures", "quarter", "month", "year", "hello", "hi", "hey", "thanks", "thank",
    "help", "you", "can", "who", "doing", "compare", "units", "business", "project", "table", "please", "do",
    "connect", "model", "now", "tour", "which", "to", "for", "with",
];

/// Returns the language of a message, or `fallback` if the message does not show it.
pub(super) fn detect(message: &str, fallback: Locale) -> Locale {
    let text = without_attachments(message);
    let normalized = NormalizedText::new(text);
    let count = |words: &[&str]| normalized.words().filter(|word| words.contains(word)).count();
    let marks = text.chars().take(MAX_CHARS).filter(|letter| matches!(letter, '¿' | '¡' | 'ñ' | 'Ñ')).count();
    let (spanish, english) = (count(SPANISH) + 2 * marks, count(ENGLISH));
    match spanish.cmp(&english) {
        std::cmp::Ordering::Greater => Locale::Es,
        std::cmp::Ordering::Less => Locale::En,
        std::cmp::Ordering::Equal => fallback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_the_message_takes_precedence_over_the_fallback() {
        for (message, expected) in [
            ("Show me company health now", Locale::En),
            ("Muéstrame la salud de la empresa", Locale::Es),
            ("¿Cómo va Furniture este trimestre?", Locale::Es),
            ("How is Studio doing this year?", Locale::En),
            ("hola", Locale::Es),
            ("Hello!", Locale::En),
            ("KPIs este año", Locale::Es),
            ("<attachment name=\"a\">the the the of and</attachment>\n\nmuéstrame la tabla", Locale::Es),
        ] {
            for fallback in [Locale::En, Locale::Es] {
                assert_eq!(detect(message, fallback), expected, "{message}");
            }
        }
        assert_eq!(detect("KPI YTD", Locale::Es), Locale::Es);
        assert_eq!(detect("KPI YTD", Locale::En), Locale::En);
        assert_eq!(detect("", Locale::Es), Locale::Es);
    }
}
