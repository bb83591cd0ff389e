use super::*;
use serde_json::json;

fn shape(value: &Value) -> Result<(Shape, Vec<String>), (String, String, String)> {
    read(value.as_object().unwrap())
        .map(|told| (told.shape, told.texts.into_iter().map(str::to_owned).collect()))
        .map_err(|fault| (fault.code.into(), fault.field, fault.found))
}

#[test]
fn every_shape_is_told_by_its_fields() {
    let cases = [
        (
            json!({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}),
            Shape::Chat,
            2,
        ),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, {"role": "assistant", "content": null, "tool_calls": []}]}),
            Shape::Chat,
            1,
        ),
        (
            json!({"messages": [{"role": "user", "content": "q", "tool_calls": null}, {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "1", "content": "r"}, {"role": "assistant", "content": "a"}]}),
            Shape::Chat,
            4,
        ),
        (
            json!({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": {"a": ["x", 1], "b": "y"}}}], "functions": []}),
            Shape::Chat,
            3,
        ),
        (
            json!({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}),
            Shape::Chat,
            2,
        ),
        (json!({"instruction": "q", "input": "", "output": "a"}), Shape::Instruction, 2),
        (json!({"instruction": "q", "input": "i", "output": "a"}), Shape::Instruction, 3),
        (json!({"prompt": "q", "completion": "a"}), Shape::Instruction, 2),
        (json!({"prompt": "q", "chosen": "a", "rejected": "b"}), Shape::Preference, 3),
        (
            json!({"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]}),
            Shape::Preference,
            4,
        ),
        (
            json!({"input": {"messages": [{"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]}),
            Shape::Preference,
            3,
        ),
        (json!({"text": "t", "url": "u", "id": 7}), Shape::Plain, 1),
    ];
    for (value, expected, texts) in cases {
        let (found, words) = shape(&value).unwrap();
        assert_eq!((found, words.len()), (expected, texts), "{value}");
    }
}

#[test]
fn dialects_are_told_by_their_fields() {
    let cases = [
        (
            json!({"instruction": "q", "context": "c", "response": "a", "category": "x"}),
            Shape::Instruction,
            3,
        ),
        (json!({"instruction": "q", "answer": "a", "history": [["1", "2"]]}), Shape::Instruction, 4),
        (json!({"prompt": "q", "response": "a"}), Shape::Instruction, 2),
        (json!({"input": "q", "output": "a"}), Shape::Instruction, 2),
        (
            json!({"input": [{"role": "user", "content": "q"}], "output": "a", "system_prompt": "s"}),
            Shape::Instruction,
            3,
        ),
        (json!({"question": "q", "answer": "a"}), Shape::Instruction, 2),
        (json!({"query": "q", "response": "a"}), Shape::Instruction, 2),
        (json!({"system_prompt": "s", "question": "q", "response": "a"}), Shape::Instruction, 3),
        (
            json!({"systemInstruction": {"parts": [{"text": "s"}]}, "contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]}),
            Shape::Chat,
            3,
        ),
        (
            json!({"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"}),
            Shape::Preference,
            4,
        ),
        (json!({"system": "s", "question": "q", "chosen": "a", "rejected": "b"}), Shape::Preference, 4),
        (json!({"content": "t", "title": "x"}), Shape::Plain, 1),
    ];
    for (value, expected, texts) in cases {
        let (found, words) = shape(&value).unwrap();
        assert_eq!((found, words.len()), (expected, texts), "{value}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_field_and_what_was_found() {
    let cases = [
        (json!({"text": 7}), "record_wrong_type", "text", "the number 7"),
        (json!({"text": " "}), "record_field_missing", "text", "an empty string"),
        (json!({"instruction": "q"}), "record_field_missing", "output", "nothing"),
        (json!({"prompt": "q"}), "record_field_missing", "completion", "nothing"),
        (json!({"prompt": "q", "chosen": "a"}), "record_field_missing", "rejected", "nothing"),
        (json!({"chosen": "a", "rejected": "b"}), "record_field_missing", "prompt", "nothing"),
        (json!({"messages": []}), "record_field_missing", "messages", "an empty list"),
        (json!({"messages": "hi"}), "record_wrong_type", "messages", "“hi”"),
        (
            json!({"messages": [{"role": "asistant", "content": "x"}]}),
            "record_wrong_type",
            "messages[0].role",
            "“asistant”",
        ),
        (json!({"messages": [{"content": "x"}]}), "record_field_missing", "messages[0].role", "nothing"),
        (
            json!({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": null, "tool_calls": null}]}),
            "record_field_missing",
            "messages[1].content",
            "nothing",
        ),
        (
            json!({"messages": [{"role": "user", "content": "x"}]}),
            "record_nothing_to_learn",
            "messages",
            "only user",
        ),
        (
            json!({"conversations": [{"from": "dog", "value": "x"}]}),
            "record_wrong_type",
            "conversations[0].from",
            "“dog”",
        ),
        (json!({"title": "q", "body": "a"}), "record_shape_unknown", "(fields)", "title, body"),
        (json!({"input_ids": [1, 2]}), "record_shape_unknown", "input_ids", "token ids"),
        (json!({}), "record_shape_unknown", "(fields)", "no field"),
        (json!({"text": "t", "contributor": ["a"]}), "record_wrong_type", "contributor", "a list of 1"),
    ];
    for (value, code, field, found) in cases {
        let expected = (code.to_owned(), field.to_owned(), found.to_owned());
        assert_eq!(shape(&value).unwrap_err(), expected, "{value}");
    }
}

#[test]
fn what_is_wrong_in_a_dialect_is_named_as_well() {
    let cases = [
        (json!({"question": "q", "answer": 2}), "record_wrong_type", "answer", "the number 2"),
        (json!({"question": "q"}), "record_field_missing", "answer", "nothing"),
        (json!({"query": " ", "response": "a"}), "record_field_missing", "query", "an empty string"),
        (json!({"input": "q", "output": {"a": 1}}), "record_field_missing", "output[0].from", "nothing"),
        (
            json!({"role": "user", "content": "one message"}),
            "record_shape_unknown",
            "(fields)",
            "role, content",
        ),
        (json!({"content": 7}), "record_wrong_type", "content", "the number 7"),
        (
            json!({"contents": [{"role": "user", "parts": [{"text": "q"}]}]}),
            "record_nothing_to_learn",
            "contents",
            "only user",
        ),
        (
            json!({"contents": [{"role": "user", "parts": [{"inlineData": 1}]}]}),
            "record_wrong_type",
            "contents[0].parts[0]",
            "an object with inlineData",
        ),
        (
            json!({"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "b"}),
            "record_wrong_type",
            "rejected",
            "“b”",
        ),
        (
            json!({"chosen": "\n\nHuman: q\n\nAssistant: ", "rejected": "\n\nHuman: q\n\nAssistant: b"}),
            "record_nothing_to_learn",
            "chosen",
            "“  Human: q  Assistant: ”",
        ),
        (
            json!({"question": "q", "chosen": "a", "rejected": ""}),
            "record_field_missing",
            "rejected",
            "an empty string",
        ),
    ];
    for (value, code, field, found) in cases {
        let expected = (code.to_owned(), field.to_owned(), found.to_owned());
        assert_eq!(shape(&value).unwrap_err(), expected, "{value}");
    }
}
