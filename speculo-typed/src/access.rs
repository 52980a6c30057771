//! From bytes to `&Archived<T>`. The only file of this crate that contains unsafe code.
#![expect(unsafe_code, reason = "bytes that were validated once are read again without validating them")]

use core::alloc::Layout;
use core::any::TypeId;
use core::hash::BuildHasherDefault;
use core::marker::PhantomData;
use core::ops::Range;
use std::collections::HashMap;

use rkyv::api::{access_with_context, check_pos_with_context, root_position};
use rkyv::bytecheck::CheckBytes;
use rkyv::de::Pool;
use rkyv::erased::{ErasedPtr, Metadata};
use rkyv::hash::FxHasher64;
use rkyv::rancor::{BoxedError, Failure, Source};
use rkyv::validation::archive::{ArchiveContext, ArchiveValidator};
use rkyv::validation::shared::{SharedContext, SharedValidator, ValidationState};

use speculo_core::{Chunk, OwnedChunk, ReadError};

use crate::reflect::is_sound;
use crate::traits::{Checker, Field, Speculo};

/// Pointers may lead this deep. Validation recurses, as do those who use values, and these bytes are not trusted with
/// the stack.
const MAX_DEPTH: usize = 512;

/// rkyv's validators, and how deep pointers lead. rkyv counts that as well, but looks at a shared value once only, so that
/// a chain of them may be as long as its author likes: each is met where it is not deep.
#[derive(Debug)]
pub struct Validator<'a> {
    archive: ArchiveValidator<'a>,
    shared: SharedValidator,
    /// Pointers that led to where it is.
    depth: usize,
    /// The most that led anywhere, as far as it has come in the shared value where it is.
    deepest: usize,
    /// Of the shared values where it is, the innermost last: `deepest` before each.
    outer: Vec<usize>,
    /// How much deeper pointers lead from each shared value that it has come to the end of, by its address. As long as it
    /// is empty it costs nothing: most types share nothing.
    below: HashMap<usize, usize, BuildHasherDefault<FxHasher64>>,
}

#[derive(Debug, thiserror::Error)]
#[error("pointers lead more than {MAX_DEPTH} deep")]
struct TooDeep;

impl<'a> Validator<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let (archive, shared) = (ArchiveValidator::new(bytes), SharedValidator::new());
        Self { archive, shared, depth: 0, deepest: 0, outer: Vec::new(), below: HashMap::default() }
    }

    /// Pointers lead to `depth`.
    #[inline]
    fn reach<E: Source>(&mut self, depth: usize) -> Result<(), E> {
        self.deepest = self.deepest.max(depth);
        if depth > MAX_DEPTH { Err(E::new(TooDeep)) } else { Ok(()) }
    }
}

// SAFETY: what has to hold of ranges is left to rkyv's validator, which is asked each time; nothing that it refuses is
// accepted.
unsafe impl<E: Source> ArchiveContext<E> for Validator<'_> {
    #[inline]
    fn check_subtree_ptr(&mut self, ptr: *const u8, layout: &Layout) -> Result<(), E> {
        self.archive.check_subtree_ptr(ptr, layout)
    }

    #[inline]
    unsafe fn push_subtree_range(&mut self, root: *const u8, end: *const u8) -> Result<Range<usize>, E> {
        self.depth += 1;
        self.reach(self.depth)?;
        // SAFETY: the caller's promise is the same.
        unsafe { self.archive.push_subtree_range(root, end) }
    }

    #[inline]
    unsafe fn pop_subtree_range(&mut self, range: Range<usize>) -> Result<(), E> {
        self.depth = self.depth.saturating_sub(1);
        // SAFETY: the caller's promise is the same.
        unsafe { self.archive.pop_subtree_range(range) }
    }
}

impl<E: Source> SharedContext<E> for Validator<'_> {
    fn start_shared(
        &mut self,
        of: TypeId,
        ptr: ErasedPtr,
        metadata_is_eq: unsafe fn(Metadata, Metadata) -> bool,
    ) -> Result<ValidationState, E> {
        let state = self.shared.start_shared(of, ptr, metadata_is_eq)?;
        match state {
            ValidationState::Started => {
                self.outer.push(self.deepest);
                self.deepest = self.depth;
            }
            ValidationState::Finished => {
                let below = self.below.get(&ptr.data_address().addr()).copied();
                self.reach(self.depth + below.unwrap_or_default())?;
            }
            ValidationState::Pending => {}
        }
        Ok(state)
    }

    fn finish_shared(&mut self, of: TypeId, ptr: ErasedPtr) -> Result<(), E> {
        self.below.insert(ptr.data_address().addr(), self.deepest - self.depth);
        self.deepest = self.deepest.max(self.outer.pop().unwrap_or_default());
        self.shared.finish_shared(of, ptr)
    }
}

/// Whether the root, at the end of `bytes`, has the room and the alignment of a `T::Archived`.
#[inline]
fn root_fits<T: Field>(bytes: &[u8]) -> bool {
    const { assert!(align_of::<T::Archived>() <= 16, "speculo: an archived type is aligned to more than 16 bytes") }
    bytes
        .len()
        .checked_sub(size_of::<T::Archived>())
        .is_some_and(|root| bytes.as_ptr().wrapping_add(root).cast::<T::Archived>().is_aligned())
}

/// Whether `bytes` are exactly one archive of a `T`. Gives no reasons: [`explain`] does.
#[inline]
pub(crate) fn validate<T: Field>(bytes: &[u8]) -> bool {
    is_valid::<T>(bytes) && {
        // SAFETY: `is_valid` has just accepted these bytes, which do not change while they are looked at.
        let value = unsafe { access::<T>(bytes) };
        is_sound(value, bytes)
    }
}

/// Whether `bytes` pass rkyv's validation.
#[inline]
fn is_valid<T: Field>(bytes: &[u8]) -> bool {
    root_fits::<T>(bytes) && {
        let root = root_position::<T::Archived>(bytes.len());
        check_pos_with_context::<T::Archived, _, Failure>(bytes, root, &mut Validator::new(bytes)).is_ok()
    }
}

/// Why [`validate`] refuses `bytes`, for an error message; empty if it does not.
#[cold]
pub(crate) fn explain<T: Speculo>(bytes: &[u8]) -> String {
    if bytes.len() < size_of::<T::Archived>() {
        return format!("{} bytes, but the value alone takes {}", bytes.len(), size_of::<T::Archived>());
    }
    if !root_fits::<T>(bytes) {
        return format!("the value does not lie on a multiple of {}", align_of::<T::Archived>());
    }
    match checked::<T::Archived, BoxedError>(bytes) {
        Ok(value) if !is_sound(value, bytes) => "a hash table or a tree is damaged".to_owned(),
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

fn checked<A, E: Source>(bytes: &[u8]) -> Result<&A, E>
where
    A: rkyv::Portable + for<'a> CheckBytes<Checker<'a, E>>,
{
    access_with_context::<A, _, E>(bytes, &mut Validator::new(bytes))
}

/// The value whose archive `bytes` are.
///
/// # Safety
///
/// `validate::<T>` or `is_valid::<T>` returned `true` for exactly these bytes, at an address that is equal modulo 16, and they
/// have not changed since and do not change while the reference lives.
#[inline]
pub(crate) unsafe fn access<T: Field>(bytes: &[u8]) -> &T::Archived {
    debug_assert!(root_fits::<T>(bytes), "only validated bytes are accessed");
    let root = bytes.len() - size_of::<T::Archived>();
    let root = bytes.as_ptr().wrapping_add(root).cast::<T::Archived>();
    // SAFETY: the caller promises that `validate` accepted these bytes. It accepts only if `root`, at
    // `len - size_of`, lies within `bytes` and is aligned (`root_fits`; alignment depends on the address
    // modulo 16 only, as `T::Archived` asks for no more than 16), and if rkyv's `CheckBytes` found a valid
    // `T::Archived` there, which reaches nothing outside of `bytes`. They stay unchanged, as the caller
    // promises, for the lifetime that the result borrows from `bytes`.
    unsafe { &*root }
}

/// The value in a chunk, validated if it was not before. The chunk is of an area of `T`: its handle is a
/// `Publisher<T>`, `Subscriber<T>` or `View<T>`, or memory that one of them shares.
///
/// A handle of `T` validates as `T` only, so that a mark set through one says that `validate::<T>` accepted the
/// bytes (invariant V).
#[inline(always)]
pub(crate) fn open<'a, T: Speculo>(chunk: &Chunk<'a>) -> Result<&'a T::Archived, ReadError> {
    if !chunk.is_checked() {
        first_check::<T>(chunk)?;
    }
    // SAFETY: `check_once` returned, now or before, so `validate::<T>` accepted this chunk's payload (invariant V).
    // The payload of a committed chunk is immutable while `'a` keeps its segment leased (promise P1), and begins at
    // a multiple of 16 every time.
    Ok(unsafe { access::<T>(chunk.payload()) })
}

/// [`open`] for values that are seen for the first time as a rule, as a follower's are: the check stands in the way.
#[inline(always)]
pub(crate) fn open_new<'a, T: Speculo>(chunk: &Chunk<'a>) -> Result<&'a T::Archived, ReadError> {
    chunk.check_once(validate::<T>, explain::<T>)?;
    // SAFETY: as in `open`.
    Ok(unsafe { access::<T>(chunk.payload()) })
}

/// The check that happens once for each chunk.
#[cold]
#[inline(never)]
fn first_check<T: Speculo>(chunk: &Chunk<'_>) -> Result<(), ReadError> {
    chunk.check_once(validate::<T>, explain::<T>)
}

/// A chunk that holds a valid `T`, and keeps its memory.
pub(crate) struct Checked<T> {
    chunk: OwnedChunk,
    of: PhantomData<fn() -> T>,
}

impl<T: Speculo> Checked<T> {
    pub(crate) fn new(chunk: &Chunk<'_>) -> Result<Self, ReadError> {
        chunk.check_once(validate::<T>, explain::<T>)?;
        Ok(Self { chunk: chunk.share(), of: PhantomData })
    }

    #[inline]
    pub(crate) fn get(&self) -> &T::Archived {
        // SAFETY: `new` saw `validate::<T>` accept this chunk's payload; it is immutable for as long as the owned
        // chunk keeps its segment leased, which is as long as `self` is borrowed (promises P1 and P7).
        unsafe { access::<T>(self.chunk.chunk().payload()) }
    }
}

impl<T> Checked<T> {
    pub(crate) fn chunk(&self) -> Chunk<'_> {
        self.chunk.chunk()
    }
}

impl<T> Clone for Checked<T> {
    fn clone(&self) -> Self {
        Self { chunk: self.chunk.clone(), of: PhantomData }
    }
}

/// Why an archived value could not be turned into its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a field of the archived value could not be turned into its original form")]
#[non_exhaustive]
pub struct NativeError;

/// Turns an archived value into the original.
///
/// # Errors
///
/// Fails only where a field says `#[rkyv(with = …)]` and its wrapper refuses, or where shared pointers form
/// a cycle; a type without either always succeeds.
///
/// ```
/// # use speculo_typed::{Archived, NativeError, Speculo};
/// #[derive(Speculo)]
/// struct Door { open: bool, label: String }
///
/// fn keep(door: &Archived<Door>) -> Result<Door, NativeError> {
///     speculo_typed::try_native(door)
/// }
/// ```
pub fn try_native<T: Field>(archived: &T::Archived) -> Result<T, NativeError> {
    rkyv::api::deserialize_using::<T, _, Failure>(archived, &mut Pool::new()).map_err(|Failure| NativeError)
}

/// Turns an archived value, or any part of one, into the original: `native::<Vec<u32>>(&trip.stops)`. Values of a type that
/// derives `Speculo`, and numbers, have `to_native()` as well.
///
/// It is told the type, or finds it where the result goes: one archived form may belong to several types, as that of a
/// `Vec` to `VecDeque`, too.
///
/// ```
/// use std::collections::{HashMap, VecDeque};
/// use speculo_typed::{Archived, Speculo, native};
///
/// #[derive(Speculo)]
/// struct Trip {
///     driver: Option<String>,
///     stops: Vec<Stop>,
///     first: Box<Stop>,
///     fares: HashMap<String, (u32, [f32; 2])>,
/// }
///
/// #[derive(Speculo)]
/// struct Stop { name: String, at: (f64, f64) }
///
/// fn take(trip: &Archived<Trip>) {
///     let driver: Option<String> = native(&trip.driver);
///     let stops = native::<VecDeque<Stop>>(&trip.stops);
///     let names: Vec<String> = trip.stops.iter().map(|stop| native(&stop.name)).collect();
///     let first: Stop = trip.first.to_native();
///     let (east, north): (f64, f64) = native(&trip.first.at);
///     let fare: Option<(u32, [f32; 2])> = trip.fares.get("child").map(native);
/// }
/// ```
///
/// # Panics
///
/// Where [`try_native`] fails: never, for types without `#[rkyv(with = …)]` wrappers that refuse values and
/// without cycles of shared pointers.
#[must_use]
#[track_caller]
pub fn native<T: Field>(archived: &T::Archived) -> T {
    match try_native(archived) {
        Ok(value) => value,
        Err(error) => {
            panic!("{error}: a `#[rkyv(with = …)]` wrapper refused it; `try_native` returns the error")
        }
    }
}

/// Whether `archived` holds `value`: encodes `value` and compares the two archives.
#[doc(hidden)]
#[must_use]
pub fn same<T: Field>(archived: &T::Archived, value: &T) -> bool {
    use crate::reflect::Reflect;

    let mut encoder = crate::encode::Encoder::new();
    let mut bytes = rkyv::util::AlignedVec::<16>::new();
    let Ok(len) = encoder.encode(value, &mut []) else { return false };
    bytes.resize(len, 0);
    if encoder.encode(value, &mut bytes) != Ok(len) || !validate::<T>(&bytes) {
        return false;
    }
    // SAFETY: `validate` has just accepted these bytes, which nothing else can reach.
    archived.same(unsafe { access::<T>(&bytes) })
}
