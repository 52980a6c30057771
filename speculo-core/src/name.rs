//! Names of areas, and the roots they live under.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// Longest name of an area, in bytes.
pub const MAX_NAME: usize = 200;

/// A name or root that cannot be used. No file has been touched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name is empty or has an empty part.
    #[error("area name {name:?} has an empty part: write it like \"vehicle/doors\"")]
    Empty {
        /// The name.
        name: String,
    },
    /// The name is too long.
    #[error("area name of {len} bytes is too long: at most {MAX_NAME} are possible")]
    TooLong {
        /// Its length.
        len: usize,
    },
    /// A part begins with a dot; such files are the area's own.
    #[error("area name {name:?} has a part that begins with a dot: those names are for control files")]
    Dot {
        /// The name.
        name: String,
    },
    /// A character that names cannot have.
    #[error(
        "area name {name:?} contains {character:?}: parts are made of A-Z a-z 0-9 . _ - and separated by /"
    )]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// The root is not an absolute path.
    #[error("root {} is not an absolute path (from SPECULO_ROOT, or a `Root`)", path.display())]
    RelativeRoot {
        /// The root.
        path: PathBuf,
    },
    /// A temporary root could not be made.
    #[error("cannot make a temporary root under {}: {reason}", path.display())]
    Temporary {
        /// Where it was tried.
        path: PathBuf,
        /// The system's answer.
        reason: String,
    },
}

/// Checks an area's name: parts of `[A-Za-z0-9._-]` separated by `/`, none beginning with a dot, 200 bytes at
/// most.
pub(crate) fn check_name(name: &str) -> Result<(), NameError> {
    if name.len() > MAX_NAME {
        return Err(NameError::TooLong { len: name.len() });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if let Some(character) = name.chars().find(|&c| !allowed(c)) {
        return Err(NameError::Character { name: name.to_owned(), character });
    }
    for part in name.split('/') {
        if part.is_empty() {
            return Err(NameError::Empty { name: name.to_owned() });
        }
        if part.starts_with('.') {
            return Err(NameError::Dot { name: name.to_owned() });
        }
    }
    Ok(())
}

/// The directory that areas live under. Publisher and subscriber must use the same one.
///
/// The default is `$SPECULO_ROOT`, else `/dev/shm/speculo-<uid>`, private to the user. Another root lets users
/// share areas, or puts them elsewhere.
///
/// ```
/// use speculo_core::Root;
///
/// let root = Root::new("/dev/shm/vehicle");
/// assert_eq!(root.path().unwrap().to_str(), Some("/dev/shm/vehicle"));
/// ```
#[derive(Clone, Default)]
pub struct Root(Choice);

#[derive(Clone, Default)]
enum Choice {
    #[default]
    Default,
    Path(PathBuf),
    Temporary(Arc<Temporary>),
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing useful can be done about a directory that is gone or in use; it is in a temporary place.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Root {
    /// Areas live under `path`, an absolute path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Choice::Path(path.into()))
    }

    /// A new directory in `/dev/shm`, deleted with its content when the last clone of this value, and the last handle
    /// that uses it, is dropped: one for each test keeps tests apart.
    ///
    /// # Errors
    ///
    /// [`NameError::Temporary`] if it cannot be made.
    pub fn temporary() -> Result<Self, NameError> {
        let parent = Path::new("/dev/shm");
        let failed = |reason: String| NameError::Temporary { path: parent.to_owned(), reason };
        let token = crate::os::random_u128().map_err(|error| failed(error.to_string()))?;
        let path = parent.join(format!("speculo-tmp-{token:032x}"));
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| failed(error.to_string()))?;
        Ok(Self(Choice::Temporary(Arc::new(Temporary(path)))))
    }

    /// The directory, as an absolute path.
    ///
    /// # Errors
    ///
    /// [`NameError::RelativeRoot`].
    pub fn path(&self) -> Result<PathBuf, NameError> {
        let path = match &self.0 {
            Choice::Default => of_environment()
                .unwrap_or_else(|| PathBuf::from(format!("/dev/shm/speculo-{}", crate::os::uid()))),
            Choice::Path(path) => path.clone(),
            Choice::Temporary(temporary) => temporary.0.clone(),
        };
        if path.is_absolute() { Ok(path) } else { Err(NameError::RelativeRoot { path }) }
    }

    /// Whether this is the user's own default root, which must be private.
    pub(crate) fn is_private(&self) -> bool {
        matches!(self.0, Choice::Default) && of_environment().is_none()
    }
}

/// `$SPECULO_ROOT`. Empty, it says nothing.
fn of_environment() -> Option<PathBuf> {
    std::env::var_os("SPECULO_ROOT").filter(|root| !root.is_empty()).map(PathBuf::from)
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            Ok(path) => f.debug_tuple("Root").field(&path).finish(),
            Err(error) => f.debug_tuple("Root").field(&error).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "vehicle/doors", "A-1_b.c/9", &"x".repeat(200)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in
            ["", "/", "/a", "a/", "a//b", ".a", "a/.b", "..", "a/../b", "a b", "é", "a\0", &"x".repeat(201)]
        {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_relative_root_is_refused() {
        assert!(Root::new("tmp").path().is_err());
    }

    #[test]
    fn the_default_root_is_the_environments_or_the_users_own() {
        const ROLE: &str = "SPECULO_TEST_EXPECTED_ROOT";
        let own = format!("/dev/shm/speculo-{}", crate::os::uid());
        if let Ok(expected) = std::env::var(ROLE) {
            let root = Root::default();
            assert_eq!(root.path().unwrap(), Path::new(&expected));
            assert_eq!(root.is_private(), expected == own);
            assert!(!Root::new(own).is_private());
            return;
        }
        // The environment is a process's: each of these has its own.
        for (environment, expected) in [(None, &*own), (Some(""), &*own), (Some("/some/root"), "/some/root")]
        {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["the_default_root_is", "--nocapture"]).env_remove("SPECULO_ROOT").env(ROLE, expected);
            child.envs(environment.map(|root| ("SPECULO_ROOT", root)));
            let told = child.output().unwrap();
            assert!(told.status.success(), "{environment:?}: {}", String::from_utf8_lossy(&told.stderr));
            assert!(String::from_utf8_lossy(&told.stdout).contains("1 passed"));
        }
    }

    #[test]
    fn a_temporary_root_lives_as_long_as_its_last_clone() {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        let clone = root.clone();
        drop(root);
        assert!(path.is_dir());
        drop(clone);
        assert!(!path.exists());
    }
}
