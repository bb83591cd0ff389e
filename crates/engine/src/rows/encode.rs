//! What a row says → tokens and labels.

use super::TokenRow;
use super::format::{Example, Fault};
use crate::chat_template::{ChatTemplate, Message, Rendered};
use crate::tokenizer::Tokenizer;
use karat_types::Problem;
use serde_json::Value;
use std::ops::Range;

/// The label of a token that is read but not trained.
pub const IGNORED: i32 = -100;

/// Ids and labels of the rows an example becomes (more than one when the chat template
/// rewrites earlier turns).
pub(crate) fn encode(
    example: Example,
    tokenizer: &Result<Tokenizer, Problem>,
    source: u64,
) -> Result<Vec<TokenRow>, Fault> {
    if let Example::Tokens { ids, labels } = example {
        return Ok(vec![TokenRow { input_ids: ids, labels, source }]);
    }
    let tokenizer = tokenizer.as_ref().map_err(|problem| Fault::Other(problem.clone()))?;
    let rows = match example {
        Example::Tokens { .. } | Example::Unwanted => Ok(Vec::new()),
        Example::Text(text) => document(tokenizer, &text).map(|row| vec![row]),
        Example::Pair { prompt, completion } => pair(tokenizer, &prompt, &completion).map(|row| vec![row]),
        Example::Instruction { messages, plain } => match tokenizer.template() {
            Some(template) => chat(tokenizer, template, &messages, None),
            None => pair(tokenizer, &plain.0, &plain.1).map(|row| vec![row]),
        },
        Example::Chat { messages, tools } => {
            tokenizer.chat().and_then(|template| chat(tokenizer, template, &messages, tools.as_ref()))
        }
    };
    let rows = rows.map_err(Fault::Other)?;
    Ok(rows.into_iter().map(|(input_ids, labels)| TokenRow { input_ids, labels, source }).collect())
}

type Row = (Vec<u32>, Vec<i32>);

fn label(id: u32) -> i32 {
    i32::try_from(id).unwrap_or(i32::MAX)
}

/// BOS, the text, EOS; all trained.
fn document(tokenizer: &Tokenizer, text: &str) -> Result<Row, Problem> {
    let mut ids = tokenizer.encode_document(text)?;
    ids.extend(tokenizer.eos().first());
    let labels = ids.iter().copied().map(label).collect();
    Ok((ids, labels))
}

/// BOS, the prompt (not trained), the completion and EOS (trained). The prompt's tokens are
/// the ones it has when it is served alone.
fn pair(tokenizer: &Tokenizer, prompt: &str, completion: &str) -> Result<Row, Problem> {
    let mut ids = tokenizer.encode_document(prompt)?;
    let joint = tokenizer.encode_document(&format!("{prompt}{completion}"))?;
    let mut labels = vec![IGNORED; ids.len()];
    let said =
        if joint.starts_with(&ids) { joint[ids.len()..].to_vec() } else { tokenizer.encode(completion)? };
    ids.extend(said);
    ids.extend(tokenizer.eos().first());
    labels.extend(ids[labels.len()..].iter().copied().map(label));
    Ok((ids, labels))
}

fn chat(
    tokenizer: &Tokenizer,
    template: &ChatTemplate,
    messages: &[Message],
    tools: Option<&Value>,
) -> Result<Vec<Row>, Problem> {
    template.samples(messages, tools)?.iter().map(|sample| masked(tokenizer, sample)).collect()
}

/// A token is trained when it shares a byte with a trained place.
fn masked(tokenizer: &Tokenizer, sample: &Rendered) -> Result<Row, Problem> {
    let tokens = tokenizer.encode_rendered(&sample.text, &sample.literal)?;
    let trained = |at: &Range<usize>| sample.trained.iter().any(|t| at.start < t.end && t.start < at.end);
    let mut ids = Vec::with_capacity(tokens.len() + 1);
    let mut labels = Vec::with_capacity(tokens.len() + 1);
    for (id, at) in &tokens {
        ids.push(*id);
        labels.push(if trained(at) { label(*id) } else { IGNORED });
    }
    if !sample.closed
        && let Some(&eos) = tokenizer.eos().first()
    {
        ids.push(eos);
        labels.push(label(eos));
    }
    Ok((ids, labels))
}
