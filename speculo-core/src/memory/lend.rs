//! A look that borrows for long only if it finds something.

#![expect(unsafe_code, reason = "says in a signature what the borrow checker does not see")]

use super::Chunk;

/// The chunk that `look` finds in `owner`, borrowed for as long as `owner` is; else `owner` itself, to be moved on.
///
/// The borrow checker takes a borrow that is returned in one branch for one that lasts in all of them (its "problem
/// case 3"), so without this whoever found a chunk would have to look at it again to keep it.
#[inline(always)]
pub(crate) fn find_in<'r, T>(
    owner: &'r mut T,
    look: impl for<'x> FnOnce(&'x mut T) -> Option<Chunk<'x>>,
) -> Result<Chunk<'r>, &'r mut T> {
    let place: *mut T = owner;
    // SAFETY: `place` was made of `owner`, which is not used any more, so this is the only reference for now.
    let lent: &'r mut T = unsafe { &mut *place };
    if let Some(chunk) = look(lent) {
        return Ok(chunk);
    }
    // SAFETY: `look` was written for every lifetime, so it keeps nothing of `lent` beyond its own call but in what it
    // returns; that was `None`, which holds no reference. So `lent` is over, and this is the only reference again.
    Err(unsafe { &mut *place })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn who_finds_nothing_has_its_owner_back() {
        let mut looks = 0;
        let owner = find_in(&mut looks, |looks| {
            *looks += 1;
            None
        });
        *owner.unwrap_err() += 1;
        assert_eq!(looks, 2);
    }
}
