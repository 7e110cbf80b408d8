//! Plain words out of a message, and the language they are in.

use penny_types::Locale;

/// Characters of a message that are looked at: a request stands at its beginning.
const MAX_CHARS: usize = 2000;

/// A message made comparable: lower case, no accents, no marks, single spaces, one at each end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain(String);

impl Plain {
    pub(super) fn new(message: &str) -> Self {
        let mut plain = String::from(" ");
        for letter in own_words(message).chars().take(MAX_CHARS).flat_map(char::to_lowercase) {
            let letter = without_accent(letter);
            if letter.is_alphanumeric() {
                plain.push(letter);
            } else if !plain.ends_with(' ') {
                plain.push(' ');
            }
        }
        if !plain.ends_with(' ') {
            plain.push(' ');
        }
        Self(plain)
    }

    /// Says whether one of these phrases stands in it, at the borders of words.
    pub(super) fn has_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.has(phrase))
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        let spaced = format!(" {phrase} ");
        self.0.contains(&spaced)
    }

    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split_whitespace()
    }

    /// Returns the words that follow a phrase.
    pub(super) fn after(&self, phrase: &str) -> Option<&str> {
        self.0.split_once(&format!(" {phrase} ")).map(|(_, after)| after)
    }

    /// Returns the words that stand before a phrase.
    pub(super) fn before(&self, phrase: &str) -> Option<&str> {
        self.0.split_once(&format!(" {phrase} ")).map(|(before, _)| before)
    }
}

/// Leaves out attached files, which stand before the person's own words.
fn own_words(message: &str) -> &str {
    message.rsplit_once("</attachment>").map_or(message, |(_, words)| words)
}

const fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'ä' => 'a',
        'é' | 'è' | 'ë' => 'e',
        'í' | 'ì' | 'ï' => 'i',
        'ó' | 'ò' | 'ö' => 'o',
        'ú' | 'ù' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    }
}

/// Words that only one of the two languages has.
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

/// Finds the language of a message; the reader's own when it does not tell.
pub(super) fn of(message: &str, reader: Locale) -> Locale {
    let own = own_words(message);
    let plain = Plain::new(own);
    let count = |words: &[&str]| plain.words().filter(|word| words.contains(word)).count();
    let marks = own.chars().take(MAX_CHARS).filter(|letter| matches!(letter, '¿' | '¡' | 'ñ' | 'Ñ')).count();
    let (spanish, english) = (count(SPANISH) + 2 * marks, count(ENGLISH));
    match spanish.cmp(&english) {
        std::cmp::Ordering::Greater => Locale::Es,
        std::cmp::Ordering::Less => Locale::En,
        std::cmp::Ordering::Equal => reader,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_decides_and_else_the_reader() {
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
            for reader in [Locale::En, Locale::Es] {
                assert_eq!(of(message, reader), expected, "{message}");
            }
        }
        assert_eq!(of("KPI YTD", Locale::Es), Locale::Es);
        assert_eq!(of("KPI YTD", Locale::En), Locale::En);
        assert_eq!(of("", Locale::Es), Locale::Es);
    }

    #[test]
    fn phrases_are_found_at_the_borders_of_words() {
        let plain = Plain::new("¿Qué TAL, «Año» nuevo?\n\tMTD.");
        assert!(plain.has("que tal") && plain.has("ano") && plain.has_any(&["x", "mtd"]));
        assert!(!plain.has("nue"));
        assert_eq!(plain.after("ano"), Some("nuevo mtd "));
    }
}
