//! What may be a secret: a random value behind a telling name, a password in an address, a
//! signed web token. Held, never refused.

use super::commands;
use super::random::{entropy, is_drawn, is_mixed, is_stand_in};
use crate::evidence::{at, finding, place};
use aho_corasick::AhoCorasick;
use karat_types::Finding;
use serde_json::json;
use std::ops::Range;
use std::sync::LazyLock;

/// Names before a value; a value behind none of them is only a long word.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "accesskey",
    "auth_key",
    "authkey",
    "private_key",
    "client_secret",
    "credential",
    "encryption_key",
    "signing_key",
    "bearer",
    "passwort",
    "contraseña",
    "mot de passe",
    "пароль",
    "密码",
    "パスワード",
    "secret_key",
    "contrasena",
    "senha",
    "hasło",
    "heslo",
    "wachtwoord",
    "lösenord",
    "비밀번호",
    "密碼",
    // Other languages.
    "salasana",
    "jelszó",
    "jelszo",
    "parola",
    "parole",
    "parool",
    "şifre",
    "slaptažodis",
    "lozinka",
    "лозинка",
    "парола",
    "κωδικός",
    "סיסמה",
    "סיסמא",
    "كلمة المرور",
    "كلمة السر",
    "رمز عبور",
    "पासवर्ड",
    "পাসওয়ার্ড",
    "mật khẩu",
    "รหัสผ่าน",
    "kata sandi",
    "암호",
    "口令",
    "暗証",
    "adgangskode",
    "passord",
    "geslo",
    "contrasenya",
    "pasahitza",
    "lykilorð",
    "clave",
    "codice segreto",
    "kennwort",
    "losenord",
    // A network's.
    "wlan-schlüssel",
    "wifi-schlüssel",
    "netzwerkschlüssel",
    "wifi key",
    "wi-fi key",
    "wpa key",
    "wpa2 key",
    "wpa_psk",
    "presharedkey",
    "pre-shared key",
    // Keys of services.
    "openai_key",
    "azure_key",
    "speech_key",
    "maps_key",
    "stripe_key",
    "app_key",
    "appkey",
    "application_key",
    "subscription_key",
    "subscription-key",
    "account_key",
    "accountkey",
    "storage_key",
    "service_key",
    "master_key",
    "admin_key",
    "webhook_key",
    "hmac_key",
    "aes_key",
    "database_key",
    "jwt_key",
    "privatekey",
    "private key",
    "privkey",
    "&signature",
    // Programs and files with logins.
    "curl ",
    "mysql",
    ":5432:",
    "\"auth\"",
    "authorization",
    "://",
    "eyj",
    "$1$",
    "$5$",
    "$6$",
    "$y$",
    "$2a$",
    "$2b$",
    "$2y$",
    "$apr1$",
    "$argon2id$",
];
/// Words between a name and its value in a sentence.
const IS: &[&str] = &[" is ", " was ", " lautet ", " ist ", " est ", " es ", " è ", " é ", ": "];
/// How far from the name they stand, bytes.
const SENTENCE: usize = 48;
/// Letters and digits of a password's hash.
const HASHED: usize = 20;
/// Length of a value, bytes.
const LEAST: usize = 20;
const MOST: usize = 200;
/// Thousandths of a bit a byte below which a value is no random one.
const ENTROPY: u64 = 3500;
/// Holds of this kind reported at most.
const REPORTED: usize = 5;

static WORDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(NAMES).ok());

/// At most [`REPORTED`] places, none inside of `taken`.
pub(super) fn check(text: &str, taken: &[Range<usize>]) -> Vec<Finding> {
    let Some(words) = &*WORDS else { return Vec::new() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut end = 0;
    for hit in words.find_iter(text) {
        if hit.start() < end || findings.len() >= REPORTED {
            continue;
        }
        let name = &text[hit.range()];
        let found = match name {
            "://" => password_in_address(text, hit.end()),
            "eyJ" => web_token(text, hit.start()),
            _ if name.starts_with('$') => hashed(text, hit.range()),
            _ if name.eq_ignore_ascii_case("authorization") => header(text, hit.end()),
            "curl " | "Curl " => commands::curl(text, hit.end()),
            ":5432:" => commands::pgpass(text, hit.end()),
            "\"auth\"" => commands::registry(text, hit.end()),
            _ if name.eq_ignore_ascii_case("mysql") => commands::mysql(text, hit.end()),
            _ => value(text, hit.end())
                .or_else(|| said(text, hit.range()))
                .or_else(|| commands::variable(text, hit.end()))
                .or_else(|| wallet(text, hit.range())),
        };
        let Some((span, kind)) = found else { continue };
        let at_token = taken.partition_point(|token| token.end <= span.start);
        if taken.get(at_token).is_some_and(|token| token.start < span.end) {
            continue;
        }
        end = span.end;
        findings.push(held(text, span, kind));
    }
    findings
}

/// The number behind “private key” in any spelling.
fn wallet(text: &str, name: Range<usize>) -> commands::Found {
    let named = text.get(name.clone())?.to_ascii_lowercase().starts_with("priv");
    named.then(|| commands::number(text, name.end)).flatten()
}

fn held(text: &str, span: Range<usize>, kind: &str) -> Finding {
    let shown = format!("{kind} [{} characters masked]", span.len());
    let message = format!("There may be a secret here: {kind}.");
    let place = place(text.as_bytes(), span.start, span.end);
    at(finding("possible_secret", json!(shown), json!("none"), message), place)
}

/// `name = "value"`, `name: value`, `"name": "value"`.
fn value(text: &str, after: usize) -> Option<(Range<usize>, &'static str)> {
    let bytes = text.as_bytes();
    let skip = |at: usize, what: &dyn Fn(u8) -> bool, most: usize| {
        at + bytes[at..].iter().take(most).take_while(|&&b| what(b)).count()
    };
    // `token_v2`, `passwords`: the name may go on a little.
    let at = skip(after, &|b| b.is_ascii_alphanumeric() || b == b'_', 8);
    let at = skip(at, &|b| matches!(b, b'"' | b'\'' | b'`' | b']'), 2);
    let at = skip(at, &|b| matches!(b, b' ' | b'\t'), 4);
    let from = skip(at, &|b| matches!(b, b'=' | b':' | b'>'), 2);
    if from == at {
        return None;
    }
    let start = skip(from, &|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`'), 4);
    let plain = skip(
        start,
        &|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-'),
        MOST + 1,
    );
    let what = "a random value behind a telling name";
    let harmless = |value: &str| commands::is_known(value) || is_plain_inside(value);
    if text.get(start..plain).is_some_and(harmless) {
        return None;
    }
    let calls_on = bytes.get(plain).is_some_and(|b| matches!(b, b'(' | b'.' | b'[' | b'\\' | b'$' | b'{'));
    let hit = text.get(start..plain).is_some_and(is_random);
    if !calls_on && hit {
        return Some((start..plain, what));
    }
    let end = value_end(text, start);
    let drawn = text.get(start..end).is_some_and(|value| is_drawn(value) || is_mixed(value));
    let continued = bytes.get(end).is_some_and(|b| matches!(b, b'(' | b'[' | b'{' | b'\\'));
    (drawn && !continued).then_some((start..end, what))
}

/// Where a value ends: at its closing quotation mark, else where no password goes on.
pub(super) fn value_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let quote =
        start.checked_sub(1).and_then(|at| bytes.get(at)).filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let rest = bytes.get(start..).unwrap_or_default();
    let goes_on = |b: &&u8| match quote {
        Some(quote) => *b != quote && b.is_ascii_graphic(),
        None => {
            b.is_ascii_graphic()
                && !matches!(
                    b,
                    b'"' | b'\''
                        | b'`'
                        | b'<'
                        | b'>'
                        | b'('
                        | b')'
                        | b'['
                        | b']'
                        | b'{'
                        | b'}'
                        | b'&'
                        | b';'
                        | b','
                        | b'\\'
                        | b'|'
                )
        }
    };
    let length = rest.iter().take(MOST + 1).take_while(goes_on).count();
    let value = text.get(start..start + length).unwrap_or_default();
    // Code that works out a value is none.
    let code = ["${", "{{", "$(", "()", "%s", "%(", "://", "->", "::"];
    if length > MOST || code.iter().any(|sign| value.contains(sign)) {
        return start;
    }
    start + if quote.is_some() { length } else { value.trim_end_matches(['.', ':', '!', '?', '*']).len() }
}

/// “the password for the wifi is …”, and `machine … login … password …` of `.netrc`.
fn said(text: &str, name: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let rest = text.get(name.end..)?;
    let line = rest.split('\n').next().unwrap_or_default();
    let before = text.get(..name.start)?.rsplit('\n').next().unwrap_or_default();
    let netrc = before.split_whitespace().any(|word| matches!(word, "login" | "machine"));
    let gap = if netrc && line.starts_with(' ') {
        line.len() - line.trim_start().len()
    } else {
        let (at, is) = IS.iter().filter_map(|is| line.find(is).map(|at| (at, is))).min()?;
        (at <= SENTENCE).then_some(at + is.len())?
    };
    let quoted = line.get(gap..)?.starts_with(['"', '\'', '`', '“', '„', '«', '*']);
    let mark = if quoted { line.get(gap..)?.chars().next().map_or(0, char::len_utf8) } else { 0 };
    let start = name.end + gap + mark;
    let end = value_end(text, start);
    let value = text.get(start..end)?;
    let found = !is_plain_inside(value) && (is_drawn(value) || is_mixed(value) || netrc && is_random(value));
    found.then_some((start..end, "a random value behind a telling name"))
}

/// `Authorization: Basic …` with a name and a password inside, `Authorization: Bearer …`.
fn header(text: &str, after: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = text.get(after..)?;
    let line = rest.split('\n').next().unwrap_or_default();
    let head = line.len() - line.trim_start_matches(['"', '\'', ':', '=', ' ', '>', ',', '`']).len();
    let (scheme, value) = line.get(head..)?.split_once(' ')?;
    let start = after + head + scheme.len() + 1;
    let length = value
        .bytes()
        .take(MOST + 1)
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~')
        })
        .count();
    let value = value.get(..length)?;
    let found = match scheme.to_ascii_lowercase().as_str() {
        "basic" => is_login(value),
        "bearer" | "token" | "apikey" => value.len() >= LEAST && (is_random(value) || is_drawn(value)),
        _ => false,
    };
    found.then_some((start..start + length, "a login in a header"))
}

/// Base64 of `name:password`, the password none of those in every handbook.
pub(super) fn is_login(value: &str) -> bool {
    use base64::Engine;
    let bare = value.trim_end_matches('=');
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(bare).unwrap_or_default();
    let Ok(login) = String::from_utf8(decoded) else { return false };
    let Some((user, password)) = login.split_once(':') else { return false };
    let kinds = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit]
        .iter()
        .filter(|is| password.bytes().any(|b| is(&b)))
        .count();
    password.len() >= 8
        && kinds == 3
        && !is_stand_in(password)
        && !password.to_ascii_lowercase().contains("pass")
        && user != password
}

/// `$6$salt$hash` of crypt, as in `/etc/shadow` and `.htpasswd`.
fn hashed(text: &str, mark: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let rest = text.as_bytes().get(mark.end..)?;
    let body = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'$' | b'=' | b',' | b'+');
    let end = mark.end + rest.iter().take(MOST).take_while(body).count();
    let hash = text.get(mark.end..end)?;
    let own = hash.rsplit('$').next()?.trim_end_matches('.');
    // A line of a list of users: in a handbook it stands alone.
    let listed = text.get(..mark.start)?.ends_with(':');
    (listed && own.len() >= HASHED && !is_stand_in(own) && entropy(own.as_bytes()) >= ENTROPY)
        .then_some((mark.start..end, "the hash of a password"))
}

/// Whether a value is base64 of something that is no secret: the example of a handbook
/// (`MWYyZDFlMmU2N2Rm`), a name, `changeme`. What was drawn decodes to anything but text.
fn is_plain_inside(value: &str) -> bool {
    let inside = crate::text::encoded::decoded(value.as_bytes()).unwrap_or_default();
    let written =
        inside.len() >= 6 && inside.iter().all(|b| b.is_ascii_graphic() || *b == b' ' || *b == b'\n');
    let whole = value.len().is_multiple_of(4);
    whole
        && written
        && std::str::from_utf8(&inside).is_ok_and(|inside| {
            let inside = inside.trim();
            !(is_drawn(inside) || is_mixed(inside) || is_random(inside)) || is_stand_in(inside)
        })
}

/// Letters of both cases and digits, or long hexadecimal, without words in it.
pub(super) fn is_random(value: &str) -> bool {
    if !(LEAST..=MOST).contains(&value.len()) || is_stand_in(value) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| value.bytes().filter(is).count();
    let digits = count(u8::is_ascii_digit);
    let hexadecimal = count(u8::is_ascii_hexdigit) == value.len();
    let mixed = count(u8::is_ascii_lowercase) >= 3 && count(u8::is_ascii_uppercase) >= 3;
    let shape = digits >= 3 && (mixed || hexadecimal && value.len() >= 32 && digits < value.len() * 9 / 10);
    shape && entropy(value.as_bytes()) >= if hexadecimal { 3000 } else { ENTROPY }
}

/// `https://user:password@host`.
fn password_in_address(text: &str, after: usize) -> Option<(Range<usize>, &'static str)> {
    let rest: &[u8] = &text.as_bytes()[after..];
    let length = rest
        .iter()
        .take(256)
        .take_while(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'<' | b'"' | b'\'' | b'`'))
        .count();
    let authority = text.get(after..after + length)?;
    let (login, host) = authority.rsplit_once('@')?;
    let (user, password) = login.split_once(':')?;
    let host = host.split(':').next().unwrap_or(host).trim_end_matches(['.', ',', ')']);
    let open = |c: char| matches!(c, '$' | '{' | '}' | '[' | ']' | '%' | '*' | '(' | ')');
    // Caches have a password and no name: there it must be plain that it was drawn.
    let plain = password.len() >= 6 && !password.contains(open) && (!user.is_empty() || is_drawn(password));
    let known = ["password", "passwd", "secret", "passwort", "yourpass", "mypass", "userpass"];
    let lower = password.to_ascii_lowercase();
    let stand_in = known.iter().any(|word| lower.starts_with(word))
        || lower == user.to_ascii_lowercase()
        || lower.contains("xxx")
        || lower.contains("pass") && !lower.bytes().any(|b| b.is_ascii_digit())
        || lower.bytes().all(|b| b.is_ascii_digit());
    let sample = host.is_empty()
        || !host.contains('.') && !is_drawn(password)
        || host
            .split('.')
            .any(|label| label.starts_with("example") || matches!(label, "test" | "invalid" | "localhost"))
        || host.starts_with("127.");
    let start = after + user.len() + 1;
    (plain && !stand_in && !sample).then_some((start..start + password.len(), "a password in an address"))
}

/// `eyJ….eyJ….…`, a JSON Web Token with its signature.
fn web_token(text: &str, start: usize) -> Option<(Range<usize>, &'static str)> {
    let bytes = text.as_bytes();
    if start > 0 && bytes[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let length = bytes[start..]
        .iter()
        .take(4096)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    let token = text.get(start..start + length)?.trim_end_matches('.');
    let mut parts = token.split('.');
    let (head, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let is_one = head.len() >= 16 && claims.starts_with("eyJ") && claims.len() >= 16 && signature.len() >= 20;
    (is_one && !is_stand_in(signature)).then_some((start..start + token.len(), "a signed web token (JWT)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(text, &[]).iter().filter(|f| f.code == "possible_secret").count()
    }

    #[test]
    fn random_values_behind_telling_names_are_held() {
        for text in [
            "API_KEY=\"q8Zt3LmX0vB7nK2wRf5Y\"",
            "client_secret: 'Zq8t3LmX0vB7nK2wRf5YcD1e'",
            "\"token\": \"f3a9c07e51bd8264e19a7c3058f2b6d4\"",
            "password => q8Zt3LmX0vB7nK2wRf5Y",
            "password = \"tR4vq9KxZ2mWb7\"",
            "password: w8$Kd!3pLz#7Rt2v",
            "The password for the guests is tR4vq9KxZ2mWb7, said Anna.",
            "Passwort: tR4vq9KxZ2mWb7",
            "Das Passwort lautet tR4vq9KxZ2mWb7.",
            "Authorization: Bearer tR4vq9KxZ2mWb7Hq7xKp2Wz9Lm",
            "-H 'Authorization: Bearer 9f3a07c5e1bd826419ea7c3058f2b6d49f3a07c5'",
            "Authorization: Basic YW5uYTpIcTd4S3AyV3o5TG0=",
            "redis://:tR4vq9KxZ2mWb7@10.4.5.6:6379/0",
            "jdbc:mysql://db.site.net:3306/app?user=root&password=Hq7xKp2Wz9Lm",
            "machine git.site.org login anna password 9f3a07c5e1bd826419ea7c3058f2b6d4",
            "anna:$apr1$t0W1bjO0$IkQa99jtHHzAuD7UaIIboX",
            "пароль: zpoZn5cQLIXUuG",
            "パスワード: GNTFxBaUFiaOJh",
            "WLAN-Schlüssel: WwZF7i2vLKNBukF9",
            "jelszó: tR4vq9KxZ2mWb7",
            "AZURE_OPENAI_KEY=fYbNLy64TISJ9NjcsqJF6mfZS76L7jXLYNLt1Y80zE5mujF1Ua19",
            "PrivateKey = 66DZnp2QUVAwOO0S5Fhg0CRRraTHp+sgIuaNtBSF1N0=",
            "My private key is 0xad50c5cf6ce132f99d1427a6382cee58ac219f4eb8812508ce22d92638a354a7",
            "curl -u admin:5uEVTpDHBudhMcXl https://api.site.org/",
            "curl -s --user 'admin:5uEVTpDHBudhMcXl' https://api.site.org/",
            "mysql -uroot -pK3GR2arkK2hHFMn8 shop",
            "db.site.org:5432:shop:app:0GPqD3mGBkc8ztvZr5",
            "{\"auths\": {\"r.io\": {\"auth\": \"YW5uYTpIcTd4S3AyV3o5TG0=\"}}}",
            "variable \"db_password\" {\n  default = \"gFTg3NuFRblY88ZS8L\"\n}",
            "POSTGRES_PASSWORD: R2trbXdZMFo0N1FxUFJ0czY2",
            "x?GoogleAccessId=a@b.iam&Signature=aZXylt6l6MXgCkZwXJoW5FPcqcBFNo2CJMYQaLypFU0LdGpi8",
            "SECRET_KEY = 'django-insecure-k8$2r!x0v@q9w7e^5t3z1y&u*i(o)p_l'",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
    }

    #[test]
    fn talk_of_secrets_is_no_secret() {
        for text in [
            "The token is returned by getAccessTokenFromRequest2(user).",
            "password: your_password_goes_here_123ABC",
            "token = tokenizer.convertIdsToTokens123(x)",
            "secret=EXAMPLEKEY1234567890abcdEF",
            "token: 12345678901234567890",
            "git clone https://user:password@host.org/x and https://me:hunter22@example.com/",
            "postgresql://user:secret@localhost:5432/db",
            "https://${USER}:${TOKEN9}@git.site.org/",
            "eyJhbGciOiJIUzI1NiJ9 is a header",
            "password: ********, password = changeme, password: ${DB_PASSWORD_1}",
            "The password is stored as scram-sha-256 in the table.",
            "password = hashlib.sha256(b'abc123').hexdigest()",
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== and Authorization: Bearer <token>",
            "the secret is that nobody knows, the token is valid for 3600s",
            "redis://:password@cache:6379 and $6$rounds=5000$salt",
            "username: YWRtaW4=\n  password: MWYyZDFlMmU2N2Rm",
            "password: bXktdmVyeS1zZWNyZXQ=, password: Y2hhbmdlLW1lLW5vdyE=",
            "PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=",
            "private key 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
            "curl -u name:password https://site.org/ and curl -u \"$USER:$TOKEN\" x",
            "mysql -u root -p shop < dump.sql; mysqldump --password=secret shop; mysql --print-defaults",
            "localhost:5432:shop:app:password and listens on 0.0.0.0:5432: it works",
            "variable \"db_password\" {\n  type = string\n  sensitive = true\n}",
            "password: getUserPasswordFromStore, token: XMLHttpRequestToken, secret: MyAppClientSecret",
            "parola d'ordine: Gerusalemme; la clave: saber escuchar; passord: HemmeligPassord",
            "password=my-very-secret-password-2024",
        ] {
            assert_eq!(found(text), 0, "{text}");
        }
    }

    #[test]
    fn passwords_in_addresses_and_web_tokens_are_held_and_masked() {
        let address = check("see ftp://anna:Qz81kk-r@files.site.org/x", &[]);
        assert_eq!(address.len(), 1);
        assert!(!serde_json::to_string(&address).unwrap().contains("Qz81"));
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
        assert_eq!(found(token), 1);
        assert_eq!(check(&format!("token={token}"), std::slice::from_ref(&(4..90))).len(), 0);
    }
}
