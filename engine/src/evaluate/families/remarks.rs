//! What there is to know of the items that a family changes: of many alike one sentence, not one each.

use std::collections::BTreeMap;

use super::names::joined;

/// Something to know of one item: its name, and what is said of it and of all its likes, with `{}` where they are named.
pub(super) type Remark = (String, String);

/// Remarks of which only the items differ become one.
pub(super) fn gathered(remarks: &[Remark]) -> Vec<String> {
    /// Assumption: so many are read in a sentence; of more, three are named and the others counted.
    const NAMED: usize = 4;
    let mut likes: Vec<(&str, Vec<String>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, said) in remarks {
        let place = *places.entry(said).or_insert_with(|| {
            likes.push((said, Vec::new()));
            likes.len() - 1
        });
        likes[place].1.push(name.clone());
    }
    let said = |(said, mut names): (&str, Vec<String>)| {
        if names.len() > NAMED {
            let more = names.len() - NAMED + 1;
            names.truncate(NAMED - 1);
            names.push(format!("{more} more"));
        }
        said.replacen("{}", &joined(&names), 1)
    };
    likes.into_iter().map(said).collect()
}
