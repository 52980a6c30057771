//! The rows, group by group.
