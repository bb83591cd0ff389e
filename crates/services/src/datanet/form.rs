//! The form that makes or changes a datanet, read strictly: one code per field.

use super::language::language;
use crate::view::datanet::DatanetForm;
use karat_gate::Profile;
use karat_types::limits::EntryLimits;
use karat_types::{Problem, ReviewPolicy};

/// Score from which the automatic policy accepts, unless the owner says otherwise.
const DEFAULT_THRESHOLD: u32 = 60;
const NAME_CHARS: std::ops::RangeInclusive<usize> = 3..=80;
const MAX_PURPOSE_CHARS: usize = 2_000;
const MAX_GUIDELINES_CHARS: usize = 20_000;
const MAX_TOPICS: usize = 10;
const MAX_TOPIC_CHARS: usize = 40;
const MAX_LICENCES: usize = 50;

/// A form whose every field may be stored as it is.
#[derive(Debug, PartialEq)]
pub(super) struct Clean {
    pub(super) name: String,
    /// The name as it is compared: lower-case.
    pub(super) name_key: String,
    pub(super) purpose: String,
    pub(super) guidelines: String,
    pub(super) topics: Vec<String>,
    pub(super) licences: Vec<String>,
    pub(super) threshold: u32,
    pub(super) profile: Profile,
    pub(super) language: Option<String>,
}

/// Reads the form; the first wrong field is named.
pub(super) fn clean(form: &DatanetForm, limits: &EntryLimits) -> Result<Clean, Problem> {
    let name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    check_name(&name)?;
    let purpose = form.purpose.trim().to_owned();
    check_text("datanet_purpose", "The purpose", &purpose, 1, MAX_PURPOSE_CHARS)?;
    let guidelines = form.guidelines.trim().to_owned();
    check_text("datanet_guidelines", "The guidelines", &guidelines, 0, MAX_GUIDELINES_CHARS)?;
    check_policy(form.policy)?;
    check_limits(form, limits)?;
    Ok(Clean {
        name_key: name.to_lowercase(),
        name,
        purpose,
        guidelines,
        topics: topics(&form.topics)?,
        licences: licences(&form.licences)?,
        threshold: threshold(form.threshold)?,
        profile: profile(form)?,
        language: language(form.language.as_deref())?,
    })
}

fn check_name(name: &str) -> Result<(), Problem> {
    let chars = name.chars().count();
    if !NAME_CHARS.contains(&chars) {
        return Err(Problem::bad(
            "datanet_name",
            format!("The name has {chars} characters; it may have 3 to 80."),
            "Choose a name people will recognise, such as “Sourdough notes”.",
        ));
    }
    if name.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(Problem::bad(
            "datanet_name",
            "The name has control or invisible characters.",
            "Type the name again; pasting sometimes brings such characters along.",
        ));
    }
    Ok(())
}

/// Characters that make two names look the same.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn check_text(code: &str, what: &str, text: &str, least: usize, most: usize) -> Result<(), Problem> {
    let chars = text.chars().count();
    if chars < least {
        let hint = "Say in a few sentences what the data is for and what belongs in it.";
        return Err(Problem::bad(code, format!("{what} must not be empty."), hint));
    }
    if chars > most {
        let detail = format!("{what} may have {most} characters; this one has {chars}.");
        return Err(Problem::bad(code, detail, "Shorten it, and link to a page for the rest."));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let detail = format!("{what} has control characters.");
        return Err(Problem::bad(code, detail, "Remove them; line breaks and tabs may stay."));
    }
    Ok(())
}

fn check_policy(policy: ReviewPolicy) -> Result<(), Problem> {
    if policy == ReviewPolicy::Panel {
        return Err(Problem::bad(
            "datanet_policy",
            "Panels of blind reviewers are not part of this version.",
            "Choose `owner` (you decide) or `automatic` (the score decides).",
        ));
    }
    Ok(())
}

fn check_limits(form: &DatanetForm, limits: &EntryLimits) -> Result<(), Problem> {
    let most = limits.files_per_day;
    if let Some(files) = form.files_per_day.filter(|files| !(1..=most).contains(files)) {
        return Err(Problem::bad(
            "datanet_files_per_day",
            format!("The limit of {files} files per contributor and day is not between 1 and {most}."),
            format!(
                "Leave it empty: everywhere {most} files a day is the limit. To take nothing, close the datanet."
            ),
        ));
    }
    if form.bytes_per_day_all == Some(0) || form.bytes_per_day_all.is_some_and(|b| i64::try_from(b).is_err())
    {
        return Err(Problem::bad(
            "datanet_bytes_per_day_all",
            "The daily cap of the whole datanet must be at least 1 byte and below 2^63.",
            "Leave it empty for no cap. To take nothing, close the datanet.",
        ));
    }
    Ok(())
}

fn threshold(threshold: Option<u32>) -> Result<u32, Problem> {
    let threshold = threshold.unwrap_or(DEFAULT_THRESHOLD);
    if threshold > 100 {
        return Err(Problem::bad(
            "datanet_threshold",
            format!("The threshold is {threshold}; scores go from 0 to 100."),
            "Choose 0 to 100; 60 is the default.",
        ));
    }
    Ok(threshold)
}

/// The default of the modality, unless the owner says otherwise.
fn profile(form: &DatanetForm) -> Result<Profile, Problem> {
    let Some(name) = form.profile.as_deref() else { return Ok(Profile::of(form.modality)) };
    let ours = Profile::ALL.into_iter().filter(|profile| profile.modality() == form.modality);
    let names: Vec<&str> = ours.map(Profile::as_str).collect();
    name.parse().ok().filter(|profile: &Profile| profile.modality() == form.modality).ok_or_else(|| {
        let detail = format!("The profile '{name}' is not one of: {}.", names.join(", "));
        let hint = "Leave it out for the default; docs/reference/gate says what each is for.";
        Problem::bad("datanet_profile", detail, hint)
    })
}

fn topics(topics: &[String]) -> Result<Vec<String>, Problem> {
    let mut out: Vec<String> = Vec::new();
    for topic in topics {
        let topic = topic.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if topic.is_empty() || out.contains(&topic) {
            continue;
        }
        let chars = topic.chars().count();
        if chars > MAX_TOPIC_CHARS || topic.chars().any(char::is_control) {
            let detail = format!("The topic “{}” is no short plain word.", topic.escape_debug());
            return Err(Problem::bad("datanet_topics", detail, "Use words of at most 40 characters."));
        }
        out.push(topic);
    }
    if out.len() > MAX_TOPICS {
        let detail = format!("There are {} topics; 10 is the most.", out.len());
        return Err(Problem::bad("datanet_topics", detail, "Keep the ones people will look for."));
    }
    Ok(out)
}

fn licences(licences: &[String]) -> Result<Vec<String>, Problem> {
    let mut out: Vec<String> = Vec::new();
    for licence in licences.iter().map(|licence| licence.trim()).filter(|licence| !licence.is_empty()) {
        let canonical = karat_gate::licence::canonical(licence).map_err(|error| {
            Problem::bad(
                "datanet_licences",
                format!("“{licence}” is not an SPDX licence: {error}."),
                "Use identifiers of https://spdx.org/licenses, such as CC-BY-4.0, or leave the list empty to take any.",
            )
        })?;
        if !out.contains(&canonical) {
            out.push(canonical);
        }
    }
    if out.len() > MAX_LICENCES {
        let detail = format!("There are {} licences; 50 is the most.", out.len());
        return Err(Problem::bad("datanet_licences", detail, "Leave the list empty to take any licence."));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::Modality;

    fn form() -> DatanetForm {
        DatanetForm {
            name: " Sourdough   notes ".into(),
            purpose: "Notes on bread.".into(),
            guidelines: String::new(),
            modality: Modality::Text,
            topics: vec!["Bread".into(), " bread ".into(), String::new()],
            licences: vec!["MIT/Apache-2.0".into(), "MIT OR Apache-2.0".into()],
            profile: None,
            language: Some(" DE ".into()),
            human_only: true,
            policy: ReviewPolicy::Owner,
            threshold: None,
            open: true,
            files_per_day: Some(5),
            bytes_per_day_all: None,
        }
    }

    fn code_of(change: impl FnOnce(&mut DatanetForm)) -> String {
        let mut form = form();
        change(&mut form);
        clean(&form, &EntryLimits::default()).unwrap_err().code
    }

    #[test]
    fn a_form_is_tidied() {
        let clean = clean(&form(), &EntryLimits::default()).unwrap();
        assert_eq!((clean.name.as_str(), clean.name_key.as_str()), ("Sourdough notes", "sourdough notes"));
        assert_eq!(clean.topics, ["bread"]);
        assert_eq!(clean.licences, ["MIT OR Apache-2.0"]);
        assert_eq!(clean.threshold, 60);
        assert_eq!(clean.language.as_deref(), Some("de"));
    }

    #[test]
    fn each_wrong_field_has_its_own_code() {
        assert_eq!(code_of(|f| f.name = "ab".into()), "datanet_name");
        assert_eq!(code_of(|f| f.name = "x".repeat(81)), "datanet_name");
        assert_eq!(code_of(|f| f.name = "Bread\u{200b} notes".into()), "datanet_name");
        assert_eq!(code_of(|f| f.purpose = "  ".into()), "datanet_purpose");
        assert_eq!(code_of(|f| f.purpose = "a\0b".into()), "datanet_purpose");
        assert_eq!(code_of(|f| f.guidelines = "x".repeat(20_001)), "datanet_guidelines");
        assert_eq!(code_of(|f| f.policy = ReviewPolicy::Panel), "datanet_policy");
        assert_eq!(code_of(|f| f.threshold = Some(101)), "datanet_threshold");
        assert_eq!(code_of(|f| f.profile = Some("poetry".into())), "datanet_profile");
        assert_eq!(code_of(|f| f.language = Some("german".into())), "datanet_language");
        assert_eq!(code_of(|f| f.files_per_day = Some(0)), "datanet_files_per_day");
        assert_eq!(code_of(|f| f.files_per_day = Some(21)), "datanet_files_per_day");
        assert_eq!(code_of(|f| f.bytes_per_day_all = Some(0)), "datanet_bytes_per_day_all");
        assert_eq!(code_of(|f| f.licences = vec!["mine".into()]), "datanet_licences");
        assert_eq!(code_of(|f| f.topics = vec!["x".repeat(41)]), "datanet_topics");
    }
}
