//! Whole-system tests of speculo.
