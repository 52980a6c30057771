//! The physical limits: what nobody can be faster than.
