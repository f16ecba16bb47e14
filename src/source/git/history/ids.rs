//! Numbers for objects, in the order in which their ids are first met, and a
//! table to find them by id.

use std::hash::{BuildHasher, RandomState};

/// Numbered ids. Ids that are met again keep their first number, but take up
/// one, too, so that numbers follow positions in packs.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// All ids, one after the other.
    bytes: Vec<u8>,
    id_len: usize,
    /// Numbers plus one, by hash; zero where free.
    slots: Vec<u32>,
    used: usize,
    /// A key nobody can guess, so that no pack can be made that makes this slow.
    hasher: RandomState,
}

impl Ids {
    /// The number the next id gets.
    pub(super) fn next_number(&self) -> u32 {
        self.bytes.len().checked_div(self.id_len).unwrap_or(0) as u32
    }

    /// Adds an id; false when it was there before.
    pub(super) fn add(&mut self, id: &[u8]) -> bool {
        self.id_len = id.len();
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let number = self.next_number();
        self.bytes.extend_from_slice(id);
        let slot = self.slot(id);
        if self.slots[slot] != 0 {
            return false;
        }
        self.slots[slot] = number + 1;
        self.used += 1;
        true
    }

    /// The number of an id.
    pub(super) fn number(&self, id: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.slots[self.slot(id)].checked_sub(1)
    }

    /// The id with this number.
    pub(super) fn id(&self, number: u32) -> &[u8] {
        let at = number as usize * self.id_len;
        &self.bytes[at..at + self.id_len]
    }

    /// The slot where `id` is, or belongs.
    fn slot(&self, id: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(id) as usize & mask;
        while let Some(number) = self.slots[slot].checked_sub(1) {
            if self.id(number) == id {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![0; (old.len() * 2).max(1024)];
        for entry in old.into_iter().filter(|&entry| entry != 0) {
            let slot = self.slot(self.id(entry - 1));
            self.slots[slot] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_the_number_it_was_first_met_with() {
        let mut ids = Ids::default();
        assert_eq!(ids.number(&[0; 20]), None);
        for round in 0..2_u32 {
            for n in 0..5000_u32 {
                let mut id = [7; 20];
                id[..4].copy_from_slice(&n.to_le_bytes());
                assert_eq!(ids.add(&id), round == 0);
                assert_eq!(ids.number(&id), Some(n));
            }
        }
        assert_eq!(ids.next_number(), 10_000);
    }
}
