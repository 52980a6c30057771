//! Reading at random.
