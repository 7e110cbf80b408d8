use super::{
    contrast::Color,
    logo::{self, LogoError},
    rules::{self, NewTheme},
};
use penny_types::FaultCode;

fn color(text: &str) -> Color {
    text.parse().unwrap()
}

#[test]
fn contrast_matches_published_examples() {
    for (a, b, expected) in [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.00),
    ] {
        let ratio = color(a).contrast(color(b));
        assert!((ratio - expected).abs() < 0.01, "{a} on {b}: {ratio}");
    }
}

#[test]
fn text_is_legible_on_every_colour() {
    for red in (0..=255).step_by(15) {
        for green in (0..=255).step_by(15) {
            for blue in (0..=255).step_by(15) {
                let accent = color(&format!("#{red:02x}{green:02x}{blue:02x}"));
                let text = accent.text_on(None);
                assert!(accent.contrast(text) >= 4.5, "{text} on {accent}");
            }
        }
    }
}

#[test]
fn a_preferred_text_colour_is_kept_only_with_enough_contrast() {
    assert_eq!(color("#0f766e").text_on(Some(color("#f0fdfa"))), color("#f0fdfa"));
    assert_eq!(color("#0f766e").text_on(Some(color("#0f766f"))), Color::WHITE);
    assert_eq!(color("#ffee00").text_on(Some(Color::WHITE)), Color::BLACK);
}

#[test]
fn invalid_colours_are_rejected() {
    for bad in ["", "#fff", "0f766e", "#0f766g", "#0f766e00", "red", "#ééé"] {
        assert!(bad.parse::<Color>().is_err(), "{bad} was accepted");
    }
}

const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs><path d="M0 0h8v8z" fill="url(#a)"/></svg>"##;

#[test]
fn a_valid_svg_becomes_a_data_url() {
    let url = logo::data_url(SVG.as_bytes()).unwrap();
    assert!(url.starts_with("data:image/svg+xml;base64,"));
    let declared = format!("<?xml version=\"1.0\"?>\n{SVG}\n");
    assert!(logo::data_url(declared.as_bytes()).is_ok());
}

#[test]
fn an_svg_with_disallowed_content_is_rejected() {
    let svg = |inner: &str| format!(r#"<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>"#);
    for bad in [
        svg("<script>alert(1)</script>"),
        svg("<SCRIPT/>"),
        svg("<g onload=\"alert(1)\"/>"),
        svg("<image href=\"https://x\"/>"),
        svg("<use href=\"#a\"/>"),
        svg("<a><path d=\"\"/></a>"),
        svg("<foreignObject/>"),
        svg("<style>*{}</style>"),
        svg("<path style=\"fill:url(https://x)\"/>"),
        svg("<path fill=\"url(https://x)\"/>"),
        svg("<path fill=\"URL( 'https://x')\"/>"),
        svg("<path fill='javascript:alert(1)'/>"),
        svg("<!-- <script> --><g/>"),
        svg("<![CDATA[<script>]]>"),
        svg("&xxe;"),
        svg("&#x3c;script&#x3e;"),
        svg("<g><path></g></path>"),
        svg("<g"),
        svg("<g id=a/>"),
        "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>".to_owned(),
        "<?xml-stylesheet href='x'?><svg/>".to_owned(),
        "<html></html>".to_owned(),
        "<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>".to_owned(),
        "<svg/><svg/>".to_owned(),
        "<g/>".to_owned(),
        "<".to_owned(),
        "text".to_owned(),
    ] {
        assert!(logo::data_url(bad.as_bytes()).is_err(), "accepted: {bad}");
    }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

#[test]
fn png_dimensions_are_limited() {
    assert!(logo::data_url(&png(512, 128)).unwrap().starts_with("data:image/png;base64,"));
    assert_eq!(logo::data_url(&png(5000, 1)), Err(LogoError::TooLarge));
    assert_eq!(logo::data_url(&png(0, 1)), Err(LogoError::UnknownKind));
    assert_eq!(logo::data_url(b"\x89PNG\r\n\x1a\n"), Err(LogoError::UnknownKind));
    assert_eq!(logo::data_url(&vec![0; logo::MAX_BYTES + 1]), Err(LogoError::TooLarge));
    assert_eq!(logo::data_url(b"GIF89a"), Err(LogoError::UnknownKind));
}

#[test]
fn theme_fields_are_validated() {
    use penny_kernel::fault::ToFault;
    let valid = NewTheme {
        product_name: Some(" Globex Desk ".to_owned()),
        accent: Some("#FFEE00".to_owned()),
        on_accent: Some("#ffffff".to_owned()),
        font_family: Some("\"Inter\", sans-serif".to_owned()),
        ..NewTheme::default()
    };
    let validated = rules::validate(&valid).unwrap();
    assert_eq!(validated.product_name, "Globex Desk");
    assert_eq!((validated.accent.as_str(), validated.on_accent.as_str()), ("#ffee00", "#000000"));
    for bad in [
        NewTheme { product_name: Some(" ".to_owned()), ..NewTheme::default() },
        NewTheme { product_name: Some("x\u{7}".to_owned()), ..NewTheme::default() },
        NewTheme { accent: Some("red".to_owned()), ..NewTheme::default() },
        NewTheme { font_family: Some("x;} body{".to_owned()), ..NewTheme::default() },
        NewTheme { font_family: Some("\"Inter".to_owned()), ..NewTheme::default() },
        NewTheme { radius_px: Some(25), ..NewTheme::default() },
        NewTheme { logo: Some(b"GIF89a".to_vec()), ..NewTheme::default() },
    ] {
        assert_eq!(rules::validate(&bad).unwrap_err().to_fault().code, FaultCode::Invalid, "{bad:?}");
    }
}
