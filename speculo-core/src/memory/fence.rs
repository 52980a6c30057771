//! An asymmetric fence: the side that runs often pays a compiler fence, the other one asks the kernel to put a full
//! fence on every core that runs a registered process (`membarrier(2)`; Linux 4.16). \[O6\]

#![expect(unsafe_code, reason = "rustix has no membarrier")]

use crate::sync::{Ordering, compiler_fence, fence};

/// Commands of `linux/membarrier.h`.
#[derive(Clone, Copy)]
enum Command {
    GlobalExpedited = 1 << 1,
    RegisterGlobalExpedited = 1 << 2,
}

/// Whether the kernel did it; sandboxes and old kernels refuse.
fn membarrier(command: Command) -> bool {
    // SAFETY: the call takes no pointers, and changes nothing but when stores become visible.
    (unsafe { libc::syscall(libc::SYS_membarrier, command as libc::c_long, 0, 0) }) == 0
}

/// The writer's side, which runs at each commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Light {
    /// Whether the kernel does the work when the other side asks it to.
    registered: bool,
}

impl Light {
    /// Registers this process with the kernel. The first time may take some milliseconds if it has several threads.
    pub(crate) fn register() -> Self {
        Self { registered: membarrier(Command::RegisterGlobalExpedited) }
    }

    /// Orders the stores before it and the loads behind it, together with the other side's [`heavy`].
    #[inline(always)]
    pub(crate) fn fence(self) {
        if self.registered {
            compiler_fence(Ordering::SeqCst);
        } else {
            fence(Ordering::SeqCst);
        }
    }
}

/// The waiter's side, which runs before it sleeps. Some 0.4 µs. `false` if the kernel refuses: then a writer that
/// relies on it may not see what was stored before.
pub(crate) fn heavy() -> bool {
    fence(Ordering::SeqCst);
    membarrier(Command::GlobalExpedited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::refused::without;

    #[test]
    fn the_kernel_takes_part() {
        assert!(Light::register().registered, "Linux since 4.16 does, outside of sandboxes");
        assert!(heavy());
    }

    #[test]
    fn a_kernel_that_refuses_is_not_relied_on() {
        without(libc::SYS_membarrier, || {
            assert!(!Light::register().registered && !heavy());
        });
    }
}
