//! T19, I11, S11: what the contributor says of the part a model had in a file.
//!
//! The declaration is the only thing here that is known: no detector guesses at how a text
//! sounds. What the file itself says is read in `provenance`.

use crate::evidence::finding;
use crate::input::Rules;
use karat_types::{Finding, Modality, SourceType};
use serde_json::json;

/// The declared part of a model, against what the datanet takes.
pub(crate) fn check(rules: &Rules) -> Option<Finding> {
    let source = rules.declared.as_ref()?.source_type?;
    let (how, code) = match source {
        SourceType::Human => return None,
        SourceType::AiGenerated if rules.human_only => ("made by a model", "not_made_by_people"),
        SourceType::AiGenerated => ("made by a model", "declared_ai"),
        SourceType::AiAssisted if rules.human_only => {
            ("made by people with the help of a model", "declared_ai_help")
        }
        SourceType::AiAssisted => ("made by people with the help of a model", "declared_ai"),
    };
    let takes = if rules.human_only { "; this datanet takes only what people made" } else { "" };
    let asked = if rules.human_only { "human" } else { "human, ai_assisted or ai_generated" };
    let message = format!("It was declared as {how}{takes}.");
    let mut found = finding(code, json!(source.as_str()), json!(asked), message);
    match rules.modality {
        Modality::Text => "T19",
        Modality::Image => "I11",
        Modality::Audio => "S11",
    }
    .clone_into(&mut found.check);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Declared;
    use karat_types::Class;

    fn found(modality: Modality, human_only: bool, source_type: Option<SourceType>) -> Option<Finding> {
        let declared = Some(Declared { source_type, ..Declared::licence("MIT") });
        check(&Rules { human_only, declared, ..Rules::of(modality) })
    }

    #[test]
    fn a_declared_model_is_recorded_and_where_people_are_asked_for_held_or_refused() {
        for (modality, number) in
            [(Modality::Text, "T19"), (Modality::Image, "I11"), (Modality::Audio, "S11")]
        {
            for (human_only, source, code, class) in [
                (false, SourceType::AiAssisted, "declared_ai", Class::Tag),
                (false, SourceType::AiGenerated, "declared_ai", Class::Tag),
                (true, SourceType::AiAssisted, "declared_ai_help", Class::Hold),
                (true, SourceType::AiGenerated, "not_made_by_people", Class::Refuse),
            ] {
                let found = found(modality, human_only, Some(source)).unwrap();
                assert_eq!((found.code.as_str(), found.class, found.check.as_str()), (code, class, number));
                assert_eq!(found.measured, json!(source.as_str()));
            }
        }
    }

    #[test]
    fn nothing_is_said_of_people_s_work_and_of_what_nobody_was_asked() {
        for human_only in [false, true] {
            assert_eq!(found(Modality::Text, human_only, Some(SourceType::Human)), None);
            assert_eq!(found(Modality::Image, human_only, None), None);
            assert_eq!(check(&Rules { human_only, ..Rules::of(Modality::Audio) }), None);
        }
    }
}
