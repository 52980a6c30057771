//! What attributes stand on, which ones belong there, and what is said of others.

use syn::Path;

use crate::diagnostics::{Errors, list, nearest, spell};

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Type,
    Variant,
    Field,
}

impl Place {
    const ALL: [Self; 3] = [Self::Type, Self::Field, Self::Variant];

    fn name(self) -> &'static str {
        match self {
            Self::Type => "the type",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }

    pub(crate) fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Type => &["singleton", "rename", "derive", "external", "crate"],
            Self::Variant => &["rename"],
            Self::Field => &["key", "rename", "opaque"],
        }
    }

    /// A list as it could stand there.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Type => "#[speculo(singleton, rename = \"Door\")]",
            Self::Variant => "#[speculo(rename = \"Open\")]",
            Self::Field => "#[speculo(key, rename = \"id\")]",
        }
    }

    /// What to write instead of what rkyv cannot read.
    pub(crate) fn rkyv_help(self) -> &'static str {
        match self {
            Self::Type => "write for instance `#[rkyv(derive(Hash))]`",
            Self::Variant => "remove it: a variant takes none",
            Self::Field => "write for instance `#[rkyv(with = speculo_typed::with::AsString)]`",
        }
    }

    /// What rkyv takes there, without what would be refused.
    pub(crate) fn rkyv_attributes(self) -> &'static [&'static str] {
        match self {
            Self::Type => &[
                "archived",
                "resolver",
                "derive",
                "compare",
                "attr",
                "bytecheck",
                "archive_bounds",
                "serialize_bounds",
                "deserialize_bounds",
            ],
            Self::Variant => &[],
            Self::Field => &["with", "omit_bounds", "attr", "niche"],
        }
    }

    /// Says what to write instead of the attribute of that name, which speculo has not, or not there.
    pub(crate) fn unknown(self, path: &Path, of_enum: bool, errors: &mut Errors) {
        let name = spell(path);
        let takes = format!("{} takes {}", self.name(), list(self.attributes()));
        let message = format!("unknown attribute `{name}`");
        if let Some(help) = self.known_otherwise(&name) {
            errors.on(path, message, help);
            return;
        }
        let elsewhere = Self::ALL.into_iter().find_map(|place| {
            let meant = nearest(&name, place.attributes()).filter(|_| place != self)?;
            Some((meant, place.name()))
        });
        match (nearest(&name, self.attributes()), elsewhere) {
            (None, Some(("key", _))) if of_enum => errors.on(
                path,
                "an enum has no key",
                "make a struct with two fields: the key, with `#[speculo(key)]` on it, and the enum",
            ),
            (Some(meant), _) => errors.on(path, message, format!("did you mean `{meant}`? {takes}")),
            (None, Some((meant, place))) if meant == name => errors.on(
                path,
                format!("`{name}` does not belong on {}", self.name()),
                format!("put `#[speculo({})]` on {place}; {takes}", with_value(&name)),
            ),
            (None, Some((meant, place))) => {
                errors.on(
                    path,
                    message,
                    format!("did you mean `{meant}`, which belongs on {place}? {takes}"),
                );
            }
            (None, None) => errors.on(path, message, takes),
        }
    }

    /// What to write for a name that means something, though not to speculo.
    fn known_otherwise(self, name: &str) -> Option<String> {
        match (self, name) {
            (Self::Type, "stream") => {
                Some("remove it: a type with neither `singleton` nor a `key` is a stream".to_owned())
            }
            (Self::Field, "skip") => Some(format!("to leave the field out, write `{SKIP}`")),
            (_, name) if self.rkyv_attributes().contains(&name) && !self.attributes().contains(&name) => {
                Some(format!("it is rkyv's: write `#[rkyv({})]`", with_value(name)))
            }
            _ => None,
        }
    }

    /// Says what to write instead of the attribute of that name, which rkyv has not, or not there.
    pub(crate) fn unknown_to_rkyv(self, path: &Path, errors: &mut Errors) {
        let name = spell(path);
        let takes = self.rkyv_attributes();
        let help = if self.attributes().contains(&name.as_str()) {
            format!("it is speculo's: write `#[speculo({})]`", with_value(&name))
        } else if self == Self::Field && name == "skip" {
            format!("to leave the field out, write `{SKIP}`")
        } else if takes.is_empty() {
            self.rkyv_help().to_owned()
        } else {
            let meant = nearest(&name, takes).map(|meant| format!("did you mean `{meant}`? "));
            format!("{}{} takes {}", meant.unwrap_or_default(), self.name(), list(takes))
        };
        errors.on(path, format!("unknown attribute `{name}` for rkyv"), help);
    }
}

/// The wrapper for what is not archived at all.
const SKIP: &str = "#[rkyv(with = speculo_typed::with::Skip)]";

/// How an attribute is written, with a place for what it takes.
fn with_value(name: &str) -> String {
    match name {
        "derive" | "compare" | "attr" | "bytecheck" | "archive_bounds" | "serialize_bounds"
        | "deserialize_bounds" => format!("{name}(…)"),
        "rename" => "rename = \"…\"".to_owned(),
        "crate" | "with" | "archived" | "resolver" | "niche" => format!("{name} = …"),
        flag => flag.to_owned(),
    }
}
