//! The Jinja environment of transformers: its white space rules, its extra functions and
//! its JSON, with a limit on the work a template may do.

use karat_types::Micros;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io;

/// Instructions a render may take: a conversation of a thousand messages needs a tenth.
const FUEL: u64 = 2_000_000;
/// Deepest nesting of loops and macros.
const DEPTH: usize = 64;
/// Context variable that opens a generated place.
pub(super) const OPEN: &str = "__generation_open";
/// Context variable that closes it.
pub(super) const CLOSE: &str = "__generation_close";

/// An environment that renders as transformers does.
pub(super) fn transformers(now: Micros) -> Environment<'static> {
    let mut env = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        env.set_syntax(syntax);
    }
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(DEPTH);
    env.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    env.add_filter("tojson", to_json);
    env.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    env.add_function("strftime_now", move |format: String| -> Result<String, Error> {
        let moment = jiff::Timestamp::from_microsecond(now.0).map_err(invalid)?;
        jiff::fmt::strtime::format(format, &moment.to_zoned(jiff::tz::TimeZone::UTC)).map_err(invalid)
    });
    env.add_function("__generation", |state: &mut State, options: Kwargs| -> Result<String, Error> {
        let caller: Value = options.get("caller")?;
        let text = caller.call(state, &[])?;
        let mark = |name| state.lookup(name).map(|v| v.to_string()).unwrap_or_default();
        Ok(format!("{}{text}{}", mark(OPEN), mark(CLOSE)))
    });
    env
}

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

/// Turns transformers' `{% generation %}` tag into a call minijinja knows; says whether
/// there was one. The white space marks (`-`, `+`) stay.
pub(super) fn rewrite_generation(source: &str) -> (String, bool) {
    let (mut out, mut found, mut rest) = (String::with_capacity(source.len()), false, source);
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let Some(end) = tag.find("%}") else { break };
        let (inside, after) = (&tag[2..end], &tag[end + 2..]);
        let word = inside.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+');
        let call = match word {
            "generation" => Some("call __generation()"),
            "endgeneration" => Some("endcall"),
            _ => None,
        };
        out.push_str("{%");
        match call {
            Some(call) => {
                found = true;
                out.push_str(&inside.replacen(word, call, 1));
            }
            None => out.push_str(inside),
        }
        out.push_str("%}");
        rest = after;
    }
    out.push_str(rest);
    (out, found)
}

/// `json.dumps(x, ensure_ascii=False, indent, separators, sort_keys)`: Python's spacing, no
/// HTML escaping.
fn to_json(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = indent.or(options.get("indent")?);
    let separators: Option<Vec<String>> = options.get("separators")?;
    let sorted = options.get::<Option<bool>>("sort_keys")?.unwrap_or(false);
    let ascii = options.get::<Option<bool>>("ensure_ascii")?.unwrap_or(false);
    options.assert_all_used()?;
    let mut json = serde_json::to_value(value).map_err(invalid)?;
    if sorted {
        json.sort_all_objects();
    }
    let mut out = Vec::new();
    let written = if let Some(width) = indent {
        let spaces = " ".repeat(width.min(16));
        let style = PrettyFormatter::with_indent(spaces.as_bytes());
        json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, style))
    } else {
        let (item, key) = match separators.as_deref() {
            Some([item, key]) => (item.clone(), key.clone()),
            _ => (", ".to_owned(), ": ".to_owned()),
        };
        json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Python { item, key }))
    };
    written.map_err(invalid)?;
    let text = String::from_utf8(out).map_err(invalid)?;
    Ok(if ascii { escape_non_ascii(&text) } else { text })
}

fn escape_non_ascii(text: &str) -> String {
    let mut units = [0; 2];
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// JSON on one line with the given separators.
struct Python {
    item: String,
    key: String,
}

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(self.item.as_bytes()) }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(self.item.as_bytes()) }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(self.key.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn render(source: &str, context: Value) -> String {
        transformers(Micros(0)).render_str(source, context).unwrap()
    }

    #[test]
    fn json_has_pythons_spacing_and_no_html_escapes() {
        let x = context!(x => context!(b => vec![1, 2], a => "<é>"));
        assert_eq!(render("{{ x|tojson }}", x.clone()), r#"{"b": [1, 2], "a": "<é>"}"#);
        assert_eq!(
            render("{{ x|tojson(indent=1) }}", x.clone()),
            "{\n \"b\": [\n  1,\n  2\n ],\n \"a\": \"<é>\"\n}"
        );
        assert_eq!(
            render("{{ x|tojson(separators=(',', ':'), sort_keys=true, ensure_ascii=true) }}", x),
            r#"{"a":"<\u00e9>","b":[1,2]}"#
        );
    }

    #[test]
    fn python_methods_and_the_date_work() {
        let source = "{{ ' a,b '.strip().split(',')|join('+') }} {{ 'ab'.startswith('a') }} {% for k, v in {'q': 1}.items() %}{{ k }}{{ v }}{% endfor %} {{ strftime_now('%d %b %Y') }}";
        assert_eq!(render(source, context!()), "a+b True q1 01 Jan 1970");
    }

    #[test]
    fn a_template_that_never_ends_runs_out_of_fuel() {
        let source = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let error = transformers(Micros(0)).render_str(source, context!()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfFuel);
    }

    #[test]
    fn the_generation_tag_becomes_a_call_and_keeps_its_marks() {
        let (out, found) = rewrite_generation("a{%- generation -%}b{% endgeneration %}{% if x %}");
        assert!(found);
        assert_eq!(out, "a{%- call __generation() -%}b{% endcall %}{% if x %}");
        assert_eq!(rewrite_generation("{% if x"), ("{% if x".to_owned(), false));
    }
}
