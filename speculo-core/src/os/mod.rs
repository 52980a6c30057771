//! What is Linux, apart from mappings: clocks, futexes, boot id, reservation, randomness.

#[cfg(not(loom))]
pub(crate) mod futex;

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;

use rustix::fs::FallocateFlags;
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::layout::PAGE;

/// Effective user id.
pub(crate) fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Now, in ns of `CLOCK_BOOTTIME`: it goes on through suspend and does not jump. About 18 ns.
#[inline]
pub(crate) fn now() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Identity of the running boot, read once.
pub(crate) fn boot_id() -> io::Result<u128> {
    static BOOT: OnceLock<u128> = OnceLock::new();
    if let Some(id) = BOOT.get() {
        return Ok(*id);
    }
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let id = u128::from_str_radix(&digits, 16).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(*BOOT.get_or_init(|| id))
}

/// 128 random bits.
pub(crate) fn random_u128() -> io::Result<u128> {
    let mut bytes = [0; 16];
    let got = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    if got == bytes.len() { Ok(u128::from_ne_bytes(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Whether this process may make a file `len` bytes long. Beyond its limit the kernel would send a signal.
pub(crate) fn may_reach(len: u64) -> bool {
    getrlimit(Resource::Fsize).current.is_none_or(|limit| len <= limit)
}

/// Reserves bytes `from..to` of a file, making it at least `to` long: touching them cannot fault any more.
pub(crate) fn reserve(fd: BorrowedFd<'_>, from: u64, to: u64) -> io::Result<()> {
    if !may_reach(to) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    in_pieces(from, to, |at, len| rustix::fs::fallocate(fd, FallocateFlags::empty(), at, len))
}

/// Has `allocate` take what begins at an offset and has a length, until `from..to` is taken.
fn in_pieces(
    mut from: u64,
    to: u64,
    mut allocate: impl FnMut(u64, u64) -> rustix::io::Result<()>,
) -> io::Result<()> {
    let mut piece = u64::MAX;
    while from < to {
        let len = piece.min(to - from);
        match allocate(from, len) {
            Ok(()) => from += len,
            // A signal takes back what was reserved of the piece. Where they keep coming, smaller ones fit in between.
            Err(rustix::io::Errno::INTR) => piece = (len / 2).max(PAGE),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// [Reserves](reserve) up to `wished`, or to `least` where there is not so much; gives the end of what there is then. Or the
/// number of bytes that could not be had, and why.
pub(crate) fn reserve_between(
    fd: BorrowedFd<'_>,
    from: u64,
    least: u64,
    mut wished: u64,
) -> Result<u64, (u64, io::Error)> {
    loop {
        // What is there is enough, and more than that was wished for in vain.
        if wished <= from {
            return Ok(from);
        }
        match reserve(fd, from, wished) {
            Ok(()) => return Ok(wished),
            Err(_) if wished > least => wished = least,
            Err(error) => return Err((wished - from, error)),
        }
    }
}

/// Size and free bytes of the file system that holds an open file.
pub(crate) fn free_bytes(fd: BorrowedFd<'_>) -> (u64, u64) {
    rustix::fs::fstatvfs(fd).map_or((0, 0), |fs| {
        (fs.f_blocks.saturating_mul(fs.f_frsize), fs.f_bavail.saturating_mul(fs.f_frsize))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::fd::{AsFd, OwnedFd};

    use rustix::fs::{MemfdFlags, SealFlags};
    use rustix::io::Errno;
    use rustix::process::Rlimit;

    /// A file of memory that cannot become longer than `len`.
    fn of_at_most(len: u64) -> OwnedFd {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let fd = rustix::fs::memfd_create("speculo-test", flags).unwrap();
        rustix::fs::ftruncate(&fd, len).unwrap();
        rustix::fs::fcntl_add_seals(&fd, SealFlags::GROW).unwrap();
        fd
    }

    #[test]
    fn the_clock_runs_and_the_boot_id_is_that_of_the_machine() {
        let before = now();
        assert!(before > 0 && now() >= before);
        let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        for _ in 0..2 {
            assert_eq!(format!("{:032x}", boot_id().unwrap()), text.trim().replace('-', ""));
        }
        assert_ne!(random_u128().unwrap(), random_u128().unwrap());
    }

    /// The identity is the thread's own: here another than that of the process, if that is root.
    #[test]
    fn the_user_is_the_effective_one() {
        std::thread::spawn(|| {
            let other = rustix::process::Uid::from_raw(12_345);
            if rustix::thread::set_thread_res_uid(None, other, None).is_ok() {
                assert_eq!(uid(), 12_345);
            }
        })
        .join()
        .unwrap();
    }

    #[test]
    fn no_file_becomes_longer_than_the_process_may_make_it() {
        const ROLE: &str = "SPECULO_TEST_LIMITED";
        if std::env::var_os(ROLE).is_some() {
            let (fd, limits) = (of_at_most(4 * PAGE), getrlimit(Resource::Fsize));
            rustix::process::setrlimit(Resource::Fsize, Rlimit { current: Some(2 * PAGE), ..limits })
                .unwrap();
            assert!(may_reach(2 * PAGE) && !may_reach(2 * PAGE + 1));
            assert_eq!(reserve(fd.as_fd(), 0, 3 * PAGE).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
            return;
        }
        // The limit is a process's.
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let told = child.args(["no_file_becomes_longer", "--nocapture"]).env(ROLE, "").output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        assert!(String::from_utf8_lossy(&told.stdout).contains("1 passed"));
    }

    #[test]
    fn what_signals_interrupt_is_reserved_in_smaller_pieces() {
        // What takes longer than a page is interrupted. In quarters of a page:
        let (quarter, mut pieces) = (PAGE / 4, Vec::new());
        in_pieces(4 * quarter, 14 * quarter, |at, len| {
            pieces.push((at / quarter, len / quarter));
            if len > PAGE { Err(Errno::INTR) } else { Ok(()) }
        })
        .unwrap();
        // The last is cut: no file is to be longer than was asked for.
        assert_eq!(pieces, [(4, 10), (4, 5), (4, 4), (8, 4), (12, 2)]);

        // Less than a page is tried again as it is, and what else goes wrong is told.
        let mut left = 3;
        in_pieces(0, 1, |at, len| {
            assert!(at == 0 && len == 1);
            left -= 1;
            if left > 0 { Err(Errno::INTR) } else { Ok(()) }
        })
        .unwrap();
        assert_eq!(in_pieces(0, 1, |_, _| Err(Errno::NOSPC)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn where_there_is_no_more_the_least_will_do() {
        let reserved = |from: u64, least: u64, wished: u64| {
            let fd = of_at_most(4 * PAGE);
            reserve_between(fd.as_fd(), from * PAGE, least * PAGE, wished * PAGE)
                .map(|end| end / PAGE)
                .map_err(|(needed, _)| needed / PAGE)
        };
        assert_eq!(reserved(0, 1, 4), Ok(4));
        assert_eq!(reserved(1, 2, 5), Ok(2));
        assert_eq!(reserved(0, 4, 5), Ok(4));
        assert_eq!(reserved(1, 5, 5), Err(4));
        assert_eq!(reserved(2, 5, 9), Err(3), "of the least, not of what was wished for");
        assert_eq!(reserved(4, 3, 9), Ok(4), "it is there already");
    }

    #[test]
    fn a_file_system_tells_its_size() {
        let shm = std::fs::File::open("/dev/shm").unwrap();
        let told = rustix::fs::statvfs("/dev/shm").unwrap();
        let (size, free) = free_bytes(shm.as_fd());
        assert_eq!(size, told.f_blocks * told.f_frsize);
        // Others use it meanwhile.
        assert!(free > 1 && free <= size, "{free} of {size}");
    }
}
