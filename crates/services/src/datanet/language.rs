//! The two-letter codes of languages.

use karat_types::Problem;

/// ISO 639-1, as the registration authority lists it: 183 codes.
const CODES: &str = "\
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br \
    bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et \
    eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht \
    hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk \
    kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg \
    mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny \
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se \
    sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo \
    za zh zu";

/// The code in lower case, or that it is none; an empty field means any language.
pub(super) fn language(code: Option<&str>) -> Result<Option<String>, Problem> {
    let code = code.map(|c| c.trim().to_lowercase()).filter(|c| !c.is_empty());
    match code {
        Some(code) if !CODES.split(' ').any(|known| known == code) => Err(Problem::bad(
            "datanet_language",
            format!("“{code}” is not a language code of ISO 639-1."),
            "Use two letters, such as en, de or zh, or leave it empty to take any language.",
        )),
        code => Ok(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_two_letters_each_once_and_in_order() {
        let codes: Vec<&str> = CODES.split(' ').collect();
        assert_eq!(codes.len(), 183);
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(codes.iter().all(|c| c.len() == 2 && c.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn what_is_no_code_is_refused_and_nothing_means_any() {
        for good in ["en", " EN ", "zh", "eo"] {
            assert_eq!(language(Some(good)).unwrap(), Some(good.trim().to_lowercase()));
        }
        for bad in ["xx", "eng", "e", "e n", "de-AT", "Deutsch"] {
            assert_eq!(language(Some(bad)).unwrap_err().code, "datanet_language", "{bad}");
        }
        assert_eq!(language(None).unwrap(), None);
        assert_eq!(language(Some("  ")).unwrap(), None);
    }
}
