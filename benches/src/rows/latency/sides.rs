//! One side of speculo: it publishes in one area and follows the other.

use std::hint::black_box;

use anyhow::{Context as _, ensure};
use speculo_typed::{Archived, Publisher, Root, Speculo, Subscriber};

use crate::pair::Side;
use crate::peers::ping_pong::{PATIENCE, is_message, spin};

/// How an area holds its values.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Stream,
    Singleton,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Singleton => "singleton",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        if name == Self::Stream.name() { Self::Stream } else { Self::Singleton }
    }
}

/// How the next message is waited for.
#[derive(Clone, Copy)]
pub(super) enum Wait {
    /// `try_recv`, again and again.
    Spinning,
    /// `recv_timeout`.
    Blocking,
}

impl Wait {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Spinning => "spinning",
            Self::Blocking => "blocking",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        if name == Self::Spinning.name() { Self::Spinning } else { Self::Blocking }
    }
}

/// What is sent: a running number and further bytes.
pub(super) trait Message: Speculo {
    /// One of this size.
    fn new(size: usize) -> Self;

    /// Gives it its number.
    fn set(&mut self, number: u64) -> anyhow::Result<()>;

    /// Whether it has this number; reads the last byte as well.
    fn is(message: &Archived<Self>, number: u64) -> bool;
}

macro_rules! line {
    ($name:ident, $(#[$attribute:meta])?) => {
        /// 64 bytes.
        #[derive(Speculo)]
        $(#[$attribute])?
        pub(super) struct $name {
            number: u64,
            others: [u64; 7],
        }

        impl Message for $name {
            fn new(_: usize) -> Self {
                Self { number: 0, others: [1; 7] }
            }

            fn set(&mut self, number: u64) -> anyhow::Result<()> {
                self.number = number;
                Ok(())
            }

            fn is(message: &Archived<Self>, number: u64) -> bool {
                black_box(message.others.last());
                message.number == number
            }
        }
    };
}

macro_rules! bytes {
    ($name:ident, $(#[$attribute:meta])?) => {
        /// Any number of bytes.
        #[derive(Speculo)]
        $(#[$attribute])?
        pub(super) struct $name {
            bytes: Vec<u8>,
        }

        impl Message for $name {
            fn new(size: usize) -> Self {
                Self { bytes: vec![1; size] }
            }

            fn set(&mut self, number: u64) -> anyhow::Result<()> {
                let place = self.bytes.first_chunk_mut().context("a message has at least 8 bytes")?;
                *place = number.to_ne_bytes();
                Ok(())
            }

            fn is(message: &Archived<Self>, number: u64) -> bool {
                is_message(&message.bytes, number)
            }
        }
    };
}

line!(Line,);
line!(LatestLine, #[speculo(singleton)]);
bytes!(Bytes,);
bytes!(LatestBytes, #[speculo(singleton)]);

/// What both sides agree on.
pub(super) struct Setup {
    pub(super) root: Root,
    pub(super) size: usize,
    pub(super) wait: Wait,
}

impl Setup {
    /// Makes the area of this name.
    pub(super) fn publish<M: Message>(&self, name: &str) -> anyhow::Result<Publisher<M>> {
        // A stream holds a few messages, and small ones stay in the cache.
        let most = (u64::try_from(self.size)? * 4).max(1 << 20);
        Ok(Publisher::builder(name).root(self.root.clone()).max_size(most).create()?)
    }

    /// Follows the other area.
    pub(super) fn follow<M: Message>(&self, to: Publisher<M>, name: &str) -> anyhow::Result<Speaker<M>> {
        let from = Subscriber::builder(name).root(self.root.clone()).open()?;
        Ok(Speaker { to, from, message: M::new(self.size), wait: self.wait })
    }
}

/// One side.
pub(super) struct Speaker<M> {
    to: Publisher<M>,
    from: Subscriber<M>,
    message: M,
    wait: Wait,
}

impl<M: Message> Side for Speaker<M> {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        self.message.set(number)?;
        self.to.publish(black_box(&self.message))?;
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        let is_it = match self.wait {
            Wait::Spinning => spin(|| Ok(self.from.try_recv()?.map(|message| M::is(message, number))))?,
            Wait::Blocking => {
                let message = self.from.recv_timeout(PATIENCE)?;
                M::is(message.context("the other side no longer answers")?, number)
            }
        };
        ensure!(is_it, "message {number} did not arrive as it was sent");
        Ok(())
    }
    fn sleeps(&self) -> bool {
        matches!(self.wait, Wait::Blocking)
    }
}
