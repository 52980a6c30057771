//! Runnable examples of speculo.
