//! Octets from the wire, read from front to back; what is not there is `None`, never a panic.

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Octets<'o>(&'o [u8]);

impl<'o> Octets<'o> {
    pub(super) fn new(octets: &'o [u8]) -> Self {
        Self(octets)
    }

    /// The next `count` octets.
    pub(super) fn take(&mut self, count: usize) -> Option<&'o [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next octet.
    pub(super) fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next two octets as a number.
    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.u8()?, self.u8()?]))
    }

    /// The next three octets as a number.
    pub(super) fn u24(&mut self) -> Option<usize> {
        let number = u32::from_be_bytes([0, self.u8()?, self.u8()?, self.u8()?]);
        usize::try_from(number).ok()
    }

    /// A field that opens with its own length in one octet.
    pub(super) fn short(&mut self) -> Option<&'o [u8]> {
        let length = self.u8()?;
        self.take(length.into())
    }

    /// A field that opens with its own length in two octets.
    pub(super) fn long(&mut self) -> Option<&'o [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// A field that opens with its own length in three octets.
    pub(super) fn longest(&mut self) -> Option<&'o [u8]> {
        let length = self.u24()?;
        self.take(length)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}
