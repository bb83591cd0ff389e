//! Passwords where programs expect them: behind options of a command, in a line of
//! `.pgpass`, in the login of a registry, in a variable of Terraform; and the bare numbers
//! that are keys of wallets. All are held, none refused.

use super::generic::{is_random, value_end};
use super::random::{is_drawn, is_stand_in};
use std::ops::Range;

/// The longest command that is looked at, bytes.
const COMMAND: usize = 240;
/// How far behind the words “private key” its number may stand, bytes.
const NUMBER: usize = 48;
/// How far behind a variable's name its default may stand, bytes.
const BLOCK: usize = 200;
/// Keys every manual shows: of WireGuard's manual page and of a development chain.
const KNOWN: &[&str] = &[
    "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=",
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
];

/// Where a secret stands, and what it is.
pub(super) type Found = Option<(Range<usize>, &'static str)>;

/// Whether a value is one that manuals show.
pub(super) fn is_known(value: &str) -> bool {
    KNOWN.contains(&value)
}

/// The rest of a line, no longer than a command.
fn rest(text: &str, after: usize, most: usize) -> &str {
    let mut end = text.len().min(after + most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(after..end).unwrap_or_default()
}

fn line(text: &str, after: usize) -> &str {
    rest(text, after, COMMAND).split('\n').next().unwrap_or_default()
}

/// `curl -u name:password`.
pub(super) fn curl(text: &str, after: usize) -> Found {
    let line = line(text, after);
    let options = [" -u", " --user ", " --user=", " --proxy-user "];
    let (at, option) = options.iter().filter_map(|o| Some((format!(" {line}").find(o)?, o))).min()?;
    let from = after + at + option.len() - 1;
    let from = from + usize::from(text.as_bytes().get(from) == Some(&b' '));
    let quote = rest(text, from, 1).starts_with(['"', '\'']);
    let from = from + usize::from(quote);
    let user = line.get(from - after..)?.find(':')?;
    let named = line.get(from - after..from - after + user)?;
    let start = from + user + 1;
    let end =
        start + rest(text, start, COMMAND).find(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))?;
    let plain = !named.is_empty() && !named.contains(char::is_whitespace);
    (plain && is_drawn(text.get(start..end)?)).then_some((start..end, "a password in a command"))
}

/// `mysql -ppassword`, and the programs beside it.
pub(super) fn mysql(text: &str, after: usize) -> Found {
    let line = line(text, after);
    let at = [" -p", " --password="].iter().filter_map(|o| Some(line.find(o)? + o.len())).min()?;
    let start = after + at + usize::from(line.get(at..)?.starts_with(['"', '\'']));
    let end = value_end(text, start);
    is_drawn(text.get(start..end)?).then_some((start..end, "a password in a command"))
}

/// `host:5432:database:name:password`, from behind the port.
pub(super) fn pgpass(text: &str, after: usize) -> Found {
    let line = line(text, after);
    let mut parts = line.splitn(3, ':');
    let (database, name, password) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    let password = password.split_whitespace().next()?.trim_end_matches(['"', '\'', '`']);
    let start = after + database.len() + name.len() + 2;
    let found = plain(database) && plain(name) && is_drawn(password);
    found.then_some((start..start + password.len(), "a password in a list of logins"))
}

/// The value of `"auth"` in a registry's settings: a login in base64.
pub(super) fn registry(text: &str, after: usize) -> Found {
    let line = line(text, after);
    let gap = line.len() - line.trim_start_matches([' ', '\t', ':', '"']).len();
    let length =
        line.get(gap..)?.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)).count();
    let value = line.get(gap..gap + length)?;
    super::generic::is_login(value).then_some((after + gap..after + gap + length, "a login of a registry"))
}

/// `variable "db_password" { default = "…" }`, from behind the telling part of its name.
pub(super) fn variable(text: &str, after: usize) -> Found {
    let block = rest(text, after, BLOCK);
    let name = block.find('"').filter(|&at| at <= 24)?;
    let open = block.get(name + 1..)?.trim_start();
    let open = open.strip_prefix('{')?;
    let default = open.find("default")?;
    let behind = open.get(default + 7..)?.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?;
    let value = behind.split('"').next()?;
    if open.get(..default)?.contains('}') || value.contains(['\n', '$', '{']) {
        return None;
    }
    let start = after + block.len() - behind.len();
    (is_drawn(value) || is_random(value))
        .then_some((start..start + value.len(), "a random value behind a telling name"))
}

/// A number of 32 bytes behind the words “private key”, as wallets have it.
pub(super) fn number(text: &str, after: usize) -> Found {
    let near = rest(text, after, NUMBER + 66).split('\n').next().unwrap_or_default();
    for word in near.split(|c: char| !c.is_ascii_alphanumeric()) {
        let start = word.as_ptr() as usize - near.as_ptr() as usize;
        let bare = word.strip_prefix("0x").unwrap_or(word);
        let key = bare.len() == 64 && bare.bytes().all(|b| b.is_ascii_hexdigit());
        if key && start <= NUMBER && !is_stand_in(bare) && !is_known(&bare.to_ascii_lowercase()) {
            return Some((after + start..after + start + word.len(), "the private key of a wallet"));
        }
    }
    None
}
