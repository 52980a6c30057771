//! Fuzz input, taken apart from its begin. Where it ends, zeros follow.

pub(super) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(most.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn fixed<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let taken = self.take(N);
        bytes.split_at_mut(taken.len()).0.copy_from_slice(taken);
        bytes
    }

    pub(super) fn byte(&mut self) -> u8 {
        u8::from_le_bytes(self.fixed())
    }

    pub(super) fn short(&mut self) -> u16 {
        u16::from_le_bytes(self.fixed())
    }

    pub(super) fn word(&mut self) -> u64 {
        u64::from_le_bytes(self.fixed())
    }
}
