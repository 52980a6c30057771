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
pub(crate) fn reserve(fd: BorrowedFd<'_>, mut from: u64, to: u64) -> io::Result<()> {
    if !may_reach(to) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut piece = to - from;
    while from < to {
        let len = piece.min(to - from);
        match rustix::fs::fallocate(fd, FallocateFlags::empty(), from, len) {
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

    #[test]
    fn the_clock_runs_and_the_boot_id_stays() {
        let before = now();
        assert!(before > 0 && now() >= before);
        assert_eq!(boot_id().unwrap(), boot_id().unwrap());
        assert_ne!(random_u128().unwrap(), random_u128().unwrap());
    }
}
