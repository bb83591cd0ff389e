//! Which room may use which: `docs/ARCHITECTURE.md` draws the arrows, cargo knows the
//! real ones.

use super::metadata::Member;
use super::table;

/// The room that only rehearsals may use.
const STAGE: &str = "testkit";

/// Every arrow that the page does not draw, and every room it does not know.
pub(super) fn check(page: &str, members: &[Member]) -> Vec<String> {
    let Some(rows) = table::rows(page, &["crate", "may use"]) else {
        return vec!["docs/ARCHITECTURE.md: there is no table “| crate | may use |”".into()];
    };
    let drawn: Vec<(String, Vec<String>)> = rows
        .iter()
        .filter_map(|row| Some((table::quoted(row.first()?).into_iter().next()?, table::quoted(row.get(1)?))))
        .collect();
    let rooms: Vec<&str> = members.iter().map(|member| room(&member.name)).collect();
    let mut faults = Vec::new();
    for (name, _) in drawn.iter().filter(|(name, _)| !rooms.contains(&name.as_str())) {
        faults.push(format!("docs/ARCHITECTURE.md: the table of arrows names `{name}`, which is no crate"));
    }
    for member in members {
        match drawn.iter().find(|(name, _)| name == room(&member.name)) {
            Some((name, allowed)) => faults.extend(wrong(name, allowed, member, &rooms)),
            None => faults
                .push(format!("docs/ARCHITECTURE.md: the table of arrows lacks `{}`", room(&member.name))),
        }
    }
    faults
}

fn wrong(name: &str, allowed: &[String], member: &Member, rooms: &[&str]) -> Vec<String> {
    let house = |dependency: &&str| rooms.contains(dependency);
    let allows = |dependency: &str| allowed.iter().any(|a| a == dependency);
    let normal = member.normal.iter().map(|d| room(d)).filter(house).filter(|d| !allows(d) || *d == STAGE);
    let dev = member.dev.iter().map(|d| room(d)).filter(house).filter(|d| !allows(d) && *d != STAGE);
    let fault = |to: &str| {
        format!("{name} → {to}: docs/ARCHITECTURE.md draws no such arrow; move the code or the line")
    };
    normal.map(fault).chain(dev.map(|to| format!("{} (in tests)", fault(to)))).collect()
}

/// `karat-gate` is the room `gate`; `karat` and `xtask` are themselves.
fn room(package: &str) -> &str {
    package.strip_prefix("karat-").unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "| crate | may use |\n|---|---|\n| `types` | – |\n| `gate` | `types` |\n| `testkit` | `types` |\n";

    fn member(name: &str, normal: &[&str], dev: &[&str]) -> Member {
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Member { name: name.into(), normal: owned(normal), dev: owned(dev) }
    }

    fn house(gate: Member) -> Vec<String> {
        check(
            PAGE,
            &[member("karat-types", &["serde"], &[]), gate, member("karat-testkit", &["karat-types"], &[])],
        )
    }

    #[test]
    fn drawn_arrows_and_outside_crates_are_fine() {
        assert_eq!(house(member("karat-gate", &["karat-types", "serde"], &["karat-testkit"])), [""; 0]);
    }

    #[test]
    fn arrows_that_are_not_drawn_are_named() {
        let up = check(
            PAGE,
            &[
                member("karat-types", &["karat-gate"], &[]),
                member("karat-gate", &[], &[]),
                member("karat-testkit", &[], &[]),
            ],
        );
        assert!(up.len() == 1 && up[0].starts_with("types → gate"), "{up:?}");
        let shipped = house(member("karat-gate", &["karat-testkit"], &[]));
        assert!(shipped.len() == 1 && shipped[0].starts_with("gate → testkit"), "{shipped:?}");
    }

    #[test]
    fn page_and_house_must_name_the_same_rooms() {
        let faults = check(PAGE, &[member("karat-types", &[], &[]), member("karat-new", &[], &[])]);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert_eq!(check("no table", &[]).len(), 1);
    }
}
