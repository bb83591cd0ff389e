//! A10: licences, as SPDX expressions.

use crate::evidence::finding;
use karat_types::Finding;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spdx::expression::{ExprNode, Operator};
use spdx::{Expression, LicenseId, LicenseItem, ParseMode};

const MAX_EXPRESSION_BYTES: usize = 500;

/// As the SPDX list has it, plus what package registries have always written: `/` for
/// OR, `GPL-3.0` and `GPL-3.0+`. Names that only resemble an identifier are not taken.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: true,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// What a licence lets people do, the least restrictive first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceClass {
    /// No conditions at all.
    PublicDomain,
    /// Keep the notice.
    Permissive,
    /// What is made from it must be shared alike.
    ShareAlike,
    /// Not for commercial use.
    NonCommercial,
    /// Anything else, no derivatives and custom licences among it: read it first.
    Other,
}

impl LicenceClass {
    /// The word it is stored and shown as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PublicDomain => "public-domain",
            Self::Permissive => "permissive",
            Self::ShareAlike => "share-alike",
            Self::NonCommercial => "non-commercial",
            Self::Other => "other",
        }
    }
}

/// Why an expression is not SPDX.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at “{part}”")]
pub struct LicenceError {
    /// What is wrong.
    pub reason: String,
    /// Where in the expression.
    pub part: String,
}

/// The expression as it is stored: `MIT/Apache-2.0` becomes `MIT OR Apache-2.0`.
pub fn canonical(expression: &str) -> Result<String, LicenceError> {
    let expression = expression.trim();
    parse(expression)?;
    match Expression::canonicalize(expression) {
        Ok(Some(text)) => Ok(text),
        _ => Ok(expression.to_owned()),
    }
}

/// The class of an expression: of an OR the freer side (its taker chooses), of an AND
/// the stricter one.
pub fn class(expression: &str) -> Result<LicenceClass, LicenceError> {
    let expression = parse(expression.trim())?;
    let mut stack: Vec<LicenceClass> = Vec::new();
    for node in expression.iter() {
        match node {
            ExprNode::Req(requirement) => stack.push(class_of(&requirement.req.license)),
            ExprNode::Op(operator) => {
                let (right, left) = (stack.pop(), stack.pop());
                let (Some(right), Some(left)) = (right, left) else { return Ok(LicenceClass::Other) };
                stack.push(match operator {
                    Operator::Or => left.min(right),
                    Operator::And => left.max(right),
                });
            }
        }
    }
    Ok(stack.pop().unwrap_or(LicenceClass::Other))
}

/// The class of a collection: its most restrictive part wins; what cannot be parsed
/// counts as other; none for an empty collection.
pub fn most_restrictive<'a>(expressions: impl IntoIterator<Item = &'a str>) -> Option<LicenceClass> {
    expressions.into_iter().map(|e| class(e).unwrap_or(LicenceClass::Other)).max()
}

/// Whether the expression can be satisfied with the allowed licences alone. An entry of
/// the list is an identifier, or a whole expression taken as it stands.
pub fn is_allowed(expression: &str, allowed: &[String]) -> Result<bool, LicenceError> {
    let whole = canonical(expression)?;
    if allowed.is_empty() {
        return Ok(true);
    }
    let allowed: Vec<String> = allowed.iter().filter_map(|entry| canonical(entry).ok()).collect();
    Ok(allowed.contains(&whole) || parse(&whole)?.evaluate(|part| allowed.contains(&part.to_string())))
}

/// All findings on the declared licence.
pub(crate) fn check(expression: &str, allowed: &[String]) -> Vec<Finding> {
    if expression.trim().is_empty() {
        let message = "No licence was declared for this file.".to_owned();
        return vec![finding("licence_missing", json!(null), json!("an SPDX expression"), message)];
    }
    match is_allowed(expression, allowed) {
        Ok(true) => Vec::new(),
        Ok(false) => {
            let list = allowed.join(", ");
            let message = format!("The licence is “{expression}”; this datanet takes {list}.");
            vec![finding("licence_not_allowed", json!(expression), json!(list), message)]
        }
        Err(error) => {
            let message = format!("“{}” is not an SPDX licence expression: {error}.", cut(expression));
            vec![finding("licence_unknown", json!(cut(expression)), json!(error.to_string()), message)]
        }
    }
}

fn parse(expression: &str) -> Result<Expression, LicenceError> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        return Err(LicenceError {
            reason: format!("longer than {MAX_EXPRESSION_BYTES} bytes"),
            part: cut(expression),
        });
    }
    Expression::parse_mode(expression, MODE).map_err(|error| LicenceError {
        part: cut(expression.get(error.span.clone()).unwrap_or(expression)),
        reason: error.reason.to_string(),
    })
}

fn cut(text: &str) -> String {
    let mut out: String = text.chars().take(60).filter(|c| !c.is_control()).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

fn class_of(item: &LicenseItem) -> LicenceClass {
    item.id().map_or(LicenceClass::Other, class_of_id)
}

fn class_of_id(id: LicenseId) -> LicenceClass {
    const PUBLIC_DOMAIN: &[&str] = &["CC0-1.0", "Unlicense", "PDDL-1.0", "CC-PDDC", "CC-PDM-1.0"];
    let name = id.name;
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if PUBLIC_DOMAIN.contains(&name) {
        LicenceClass::PublicDomain
    } else if has(&["-ND", "NoDeriv"]) {
        LicenceClass::Other
    } else if has(&["-NC", "Noncommercial", "NonCommercial"]) {
        LicenceClass::NonCommercial
    } else if id.is_copyleft()
        || has(&["-SA-", "ODbL", "CDLA-Sharing", "GPL", "GFDL", "EUPL", "OSL-", "CECILL"])
    {
        LicenceClass::ShareAlike
    } else if id.is_osi_approved()
        || id.is_fsf_free_libre()
        || has(&["CC-BY-", "ODC-By", "CDLA-Permissive", "BSD-", "MIT"])
    {
        LicenceClass::Permissive
    } else {
        LicenceClass::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(expression: &str, allowed: &[&str]) -> Vec<String> {
        let allowed: Vec<String> = allowed.iter().map(|s| (*s).to_owned()).collect();
        check(expression, &allowed).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn a_slash_is_read_as_or() {
        assert_eq!(canonical("MIT/Apache-2.0").unwrap(), "MIT OR Apache-2.0");
        assert_eq!(canonical(" MIT ").unwrap(), "MIT");
        assert_eq!(codes("MIT/Apache-2.0", &["Apache-2.0"]), [""; 0]);
    }

    #[test]
    fn missing_unknown_and_unwanted_licences_are_told_apart() {
        assert_eq!(codes("  ", &[]), ["licence_missing"]);
        for wrong in ["my own", "MIT OR", "Apache 2", "(MIT", "NOASSERTION?", &"MIT OR ".repeat(500)] {
            assert_eq!(codes(wrong, &[]), ["licence_unknown"], "{wrong}");
        }
        assert_eq!(codes("GPL-3.0-only", &["MIT", "CC0-1.0"]), ["licence_not_allowed"]);
        assert_eq!(codes("MIT AND GPL-3.0-only", &["MIT"]), ["licence_not_allowed"]);
        assert_eq!(codes("MIT OR GPL-3.0-only", &["MIT"]), [""; 0]);
        assert_eq!(codes("Apache-2.0 WITH LLVM-exception", &["Apache-2.0 WITH LLVM-exception"]), [""; 0]);
    }

    #[test]
    fn classes_follow_or_and_and() {
        use LicenceClass::*;
        for (expression, expected) in [
            ("CC0-1.0", PublicDomain),
            ("MIT", Permissive),
            ("CC-BY-4.0", Permissive),
            ("Unicode-3.0", Permissive),
            ("CC-BY-SA-4.0", ShareAlike),
            ("LGPL-2.1-or-later", ShareAlike),
            ("MPL-2.0", ShareAlike),
            ("CC-BY-NC-4.0", NonCommercial),
            ("CC-BY-NC-ND-4.0", Other),
            ("LicenseRef-mine", Other),
            ("MIT OR GPL-3.0-only", Permissive),
            ("MIT AND GPL-3.0-only", ShareAlike),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Permissive),
        ] {
            assert_eq!(class(expression).unwrap(), expected, "{expression}");
        }
    }

    #[test]
    fn the_most_restrictive_part_wins() {
        assert_eq!(most_restrictive(["MIT", "CC-BY-SA-4.0", "CC0-1.0"]), Some(LicenceClass::ShareAlike));
        assert_eq!(most_restrictive(["MIT", "nonsense"]), Some(LicenceClass::Other));
        assert_eq!(most_restrictive([]), None);
    }
}
