//! The physical limits: what nobody can be faster than.

mod copy;
pub(crate) mod handover;
mod random;

pub(crate) use copy::{bare_stores, bare_stores_64, copy_into_hot_memory};
pub(crate) use random::{
    Link, chase, hash_map, index_and_value, index_and_value_chained, pointer_read, read_memory, sum,
};
