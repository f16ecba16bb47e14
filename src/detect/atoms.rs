//! What stands behind the prefilter: for each of its keys, the literals that may
//! stand where it passes, and enough of each to refuse most places at once.

use crate::detect::literals::Sought;

/// A literal's window in the prefilter, and enough of the literal to refuse
/// most places at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    /// The first eight bytes of the literal, zeros after its end.
    want: u64,
    /// What is ignored of them: case bits, and all after the literal's end.
    ignore: u64,
    pub(super) entry: u32,
    /// Bytes from the one before the literal to the window: zero when the
    /// window begins before the literal, one when both begin together.
    lead: u32,
}

impl Atom {
    pub(super) fn new(sought: &Sought, entry: u32, lead: usize) -> Atom {
        let mut want = [0; 8];
        let mut ignore = [0xFF; 8];
        for (nth, symbol) in sought.literal.iter().take(8).enumerate() {
            want[nth] = symbol.want;
            ignore[nth] = symbol.fold;
        }
        let ignore = u64::from_le_bytes(ignore);
        Atom {
            want: u64::from_le_bytes(want) | ignore,
            ignore,
            entry,
            lead: lead as u32,
        }
    }

    /// Where the literal begins when its window is at `at`, and whether it may
    /// stand there.
    #[inline]
    pub(super) fn stands(&self, text: &[u8], at: usize) -> (usize, bool) {
        let Some(start) = (at + 1).checked_sub(self.lead as usize) else {
            return (0, false);
        };
        match text.get(start..).and_then(<[u8]>::first_chunk) {
            Some(&found) => (start, u64::from_le_bytes(found) | self.ignore == self.want),
            // Near the end of the text only the full comparison tells.
            None => (start, true),
        }
    }
}

/// Most literals that wait for their full comparison.
const STANDING: usize = 512;

/// Literals that seem to stand somewhere. They are collected before any of them
/// is compared in full, without a branch that depends on whether they stand.
pub(super) struct Standing {
    /// Where each begins, and its entry.
    places: [(u32, u32); STANDING],
    count: usize,
}

impl Default for Standing {
    fn default() -> Standing {
        Standing {
            places: [(0, 0); STANDING],
            count: 0,
        }
    }
}

impl Standing {
    #[inline]
    pub(super) fn offer(&mut self, atom: &Atom, text: &[u8], at: usize) {
        let (start, stands) = atom.stands(text, at);
        self.places[self.count % STANDING] = (start as u32, atom.entry);
        self.count += usize::from(stands);
    }

    pub(super) fn is_full(&self) -> bool {
        self.count == STANDING
    }

    /// Takes out all of them.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (usize, u32)> {
        let count = std::mem::take(&mut self.count);
        let places = self.places[..count].iter();
        places.map(|&(start, entry)| (start as usize, entry))
    }
}

/// Open-addressed table from keys to their atoms.
#[derive(Debug)]
pub(super) struct AtomTable {
    atoms: Vec<Atom>,
    slots: Vec<Slot>,
    mask: usize,
}

/// The atoms of one key; none when the slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u32,
    first: u32,
    len: u32,
}

impl AtomTable {
    pub(super) fn new(mut atoms: Vec<(u32, Atom)>) -> AtomTable {
        atoms.sort_unstable_by_key(|&(key, atom)| (key, atom.entry, atom.lead));
        let size = (atoms.len() * 2).next_power_of_two().max(64);
        let mut table = AtomTable {
            slots: vec![Slot::default(); size],
            mask: size - 1,
            atoms: atoms.iter().map(|&(_, atom)| atom).collect(),
        };
        let mut first = 0;
        for same in atoms.chunk_by(|a, b| a.0 == b.0) {
            let key = same[0].0;
            let mut at = table.home(key);
            while table.slots[at].len != 0 {
                at = (at + 1) & table.mask;
            }
            table.slots[at] = Slot {
                key,
                first,
                len: same.len() as u32,
            };
            first += same.len() as u32;
        }
        table
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.slots.iter().filter(|slot| slot.len > 0).count()
    }

    fn home(&self, key: u32) -> usize {
        (key.wrapping_mul(0x85EB_CA6B) >> 9) as usize & self.mask
    }

    /// The atoms of `key`; none when it is no key.
    #[inline]
    pub(super) fn of(&self, key: u32) -> &[Atom] {
        let mut at = self.home(key);
        loop {
            let slot = self.slots[at];
            if slot.len == 0 {
                return &[];
            }
            if slot.key == key {
                let first = slot.first as usize;
                return &self.atoms[first..first + slot.len as usize];
            }
            at = (at + 1) & self.mask;
        }
    }
}
