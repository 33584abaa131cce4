//! The labels of a sample joined with those that everything from its sender gets.

use std::borrow::Cow;

use swarmpulse_model::series::LabelBytes;

/// Who wins where both have a label of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Conflict {
    /// The added label; the sample's own is left out.
    Replace,
    /// The added label; the sample's own goes on as `exported_NAME`.
    #[default]
    Export,
    /// The sample's own.
    Keep,
}

/// Appends the labels of a sample and the added ones, in the form of [`LabelBytes`].
pub(super) fn write<'a>(
    into: &mut Vec<u8>,
    own: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
    added: &[(String, String)],
    conflict: Conflict,
) {
    if added.is_empty() {
        for (name, value) in own {
            LabelBytes::push(into, &name, &value);
        }
        return;
    }
    let own: Vec<_> = own.collect();
    let is_own = |name: &str| own.iter().any(|(other, _)| other == name);
    let is_added = |name: &str| added.iter().any(|(other, _)| other == name);
    for (name, value) in &own {
        if !is_added(name) || conflict == Conflict::Keep {
            LabelBytes::push(into, name, value);
        } else if conflict == Conflict::Export {
            let mut exported = format!("exported_{name}");
            while is_own(&exported) || is_added(&exported) {
                exported.insert_str(0, "exported_");
            }
            LabelBytes::push(into, &exported, value);
        }
    }
    for (name, value) in added {
        if conflict != Conflict::Keep || !is_own(name) {
            LabelBytes::push(into, name, value);
        }
    }
}
