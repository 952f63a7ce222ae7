//! The stream machine.

use crate::translate::error::ErrorAnswer;
use crate::translate::memory::Memory;

#[derive(Debug)]
pub(in crate::translate) struct StreamMachine {
    failed: ErrorAnswer,
}

impl StreamMachine {
    pub(in crate::translate) fn new(memory: Memory) -> Self {
        Self {
            failed: super::unsupported(&memory),
        }
    }
    pub(in crate::translate) fn feed(&mut self, _: &[u8], _: &mut Vec<u8>) {}
    pub(in crate::translate) fn finish(&mut self, _: &mut Vec<u8>) {}
    pub(in crate::translate) fn broke(&mut self, _: &mut Vec<u8>) {}
    pub(in crate::translate) fn ping(&mut self, _: &mut Vec<u8>) {}
    pub(in crate::translate) fn failed_early(&self) -> Option<&ErrorAnswer> {
        Some(&self.failed)
    }
    pub(in crate::translate) fn started(&self) -> bool {
        false
    }
    pub(in crate::translate) fn ended(&self) -> bool {
        true
    }
}
