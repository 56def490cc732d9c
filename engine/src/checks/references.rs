//! Names that lead nowhere.

use std::collections::BTreeSet;

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::Kind;
use crate::design::edit::Edit;
use crate::design::references::{Fate, Refers};

pub(super) const RULES: &[Rule] = &[Rule::new(
    "dangling-reference",
    Severity::Error,
    "An item names another that is not drawn",
    "Bayplan: what is not drawn can be neither run nor priced",
    dangling_reference,
)];

/// What: a field names an item that is not in the design. Why: nothing can be run, priced or exported through it.
/// Example: service `web` in subnet `private-a` after that subnet has been removed. Fix: takes the name out where the
/// field can be without it.
///
/// Source: Bayplan: what is not drawn can be neither run nor priced.
fn dangling_reference(context: &Context<'_>, out: &mut Findings) {
    let dangling: BTreeSet<_> = context.references.iter().filter(|r| !context.design.contains(&r.to)).collect();
    for reference in dangling {
        let finding = out.add(
            reference.from.clone(),
            reference.field,
            format!("There is no {}", reference.to),
            format!("Draw the {} or name another", reference.to.kind()),
        );
        let Some(item) = context.design.item(&reference.from) else { continue };
        let mut without = item.clone();
        without.refer(&mut |_, other| if other.target() == reference.to { Fate::Drop } else { Fate::Keep });
        let mut still_named = false;
        without.refer(&mut |_, other| {
            still_named |= other.target() == reference.to;
            Fate::Keep
        });
        // What needed a role still needs one.
        let role = reference.to.kind() == Kind::Role;
        if without != item && !still_named && !role {
            finding.fix(format!("Take `{}` out", reference.to.name()), vec![Edit::Put(without)]);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::checks::testing::*;

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "dangling-reference",
            |d| web(d).subnets.push("private-d".into()),
            &["web · subnets"],
            |d| {
                web(d).subnets.pop();
            },
        ),
        case(
            "dangling-reference",
            |d| web(d).cluster = "other".into(),
            &["web · cluster"],
            |d| web(d).security_groups.clear(),
        ),
        case(
            "dangling-reference",
            |d| web_definition(d).execution_role = Some("nobody".into()),
            &["web · execution_role"],
            |_| {},
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
