//! Stands in for file locks under `cfg(loom)`. As with the kernel's, taking and releasing them synchronizes.

use std::sync::Arc;

use loom::sync::Mutex;

/// How a lock excludes others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grip {
    /// Together with other shared ones.
    Shared,
    /// Alone.
    Exclusive,
}

/// The lock of a file.
#[derive(Debug)]
pub(crate) struct FileLock(Mutex<Holders>);

#[derive(Debug, Default)]
struct Holders {
    shared: u32,
    exclusive: bool,
}

impl FileLock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Holders::default())))
    }

    /// Takes the lock; `None` if somebody else's is in the way.
    pub(crate) fn try_take(self: &Arc<Self>, grip: Grip) -> Option<Lease> {
        let mut holders = self.0.lock().expect("loom does not poison");
        match grip {
            Grip::Shared if !holders.exclusive => holders.shared += 1,
            Grip::Exclusive if !holders.exclusive && holders.shared == 0 => holders.exclusive = true,
            _ => return None,
        }
        Some(Lease { lock: Some(Arc::clone(self)), grip })
    }
}

/// Proof that this is an area's only writer.
#[derive(Debug)]
pub(crate) struct Ownership;

/// A held lock. Dropping it releases it.
#[derive(Debug)]
pub(crate) struct Lease {
    lock: Option<Arc<FileLock>>,
    grip: Grip,
}

impl Lease {
    /// Holds nothing, and synchronizes with nobody: for models in which no file is used again.
    pub(crate) fn none() -> Self {
        Self { lock: None, grip: Grip::Shared }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(lock) = self.lock.as_ref().filter(|_| !std::thread::panicking()) else { return };
        let mut holders = lock.0.lock().expect("loom does not poison");
        match self.grip {
            Grip::Shared => holders.shared -= 1,
            Grip::Exclusive => holders.exclusive = false,
        }
    }
}
