//! One row of slots of equal length, as many numbers in each; what is not known is no number.

use std::collections::VecDeque;

/// How long a slot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 60 seconds.
    Minute,
    /// 300 seconds.
    FiveMinutes,
}

impl Step {
    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::FiveMinutes => 300,
        }
    }

    /// The step of so many seconds.
    pub fn of(seconds: i64) -> Option<Self> {
        [Self::Minute, Self::FiveMinutes].into_iter().find(|s| s.seconds() == seconds)
    }

    /// Slots that are kept and written together: two hours of minutes, twelve of five minutes.
    pub fn chunk(self) -> i64 {
        match self {
            Self::Minute => 120,
            Self::FiveMinutes => 144,
        }
    }
}

/// Slots that are kept together.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// How long each slot is.
    pub step: Step,
    /// Which chunk: the first slot's number is this times [`Step::chunk`], and a slot's number its start in steps since 1970.
    pub number: i64,
    /// The numbers of every slot in turn; NaN where nothing is known.
    pub values: Vec<f64>,
}

/// The numbers of one slot.
pub(super) type Slots<const N: usize> = [f64; N];

/// A row of slots. A slot is known where its last number is one.
#[derive(Debug, Clone)]
pub(super) struct Track<const N: usize> {
    step: Step,
    first: i64,
    slots: VecDeque<Slots<N>>,
}

impl<const N: usize> Track<N> {
    pub(super) fn new(step: Step) -> Self {
        Self { step, first: 0, slots: VecDeque::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The number of the first slot.
    pub(super) fn first(&self) -> i64 {
        self.first
    }

    /// The number after the last slot's.
    pub(super) fn end(&self) -> i64 {
        self.first + i64::try_from(self.slots.len()).unwrap_or(i64::MAX / 2)
    }

    /// What is known of a slot.
    pub(super) fn get(&self, slot: i64) -> Option<Slots<N>> {
        let index = usize::try_from(slot.checked_sub(self.first)?).ok()?;
        self.slots.get(index).copied().filter(is_known)
    }

    /// Every slot, known or not.
    pub(super) fn slots(&self) -> impl DoubleEndedIterator<Item = (i64, Option<Slots<N>>)> + '_ {
        (0..self.slots.len())
            .map(|i| (self.first + i64::try_from(i).unwrap_or_default(), self.slots.get(i).copied().filter(is_known)))
    }

    /// Puts a value in; one that is not known changes nothing. Returns whether anything changed.
    pub(super) fn put(&mut self, slot: i64, value: Slots<N>) -> bool {
        if !is_known(&value) {
            return false;
        }
        if self.slots.is_empty() {
            self.first = slot;
        }
        while slot < self.first {
            self.slots.push_front([f64::NAN; N]);
            self.first -= 1;
        }
        while slot >= self.end() {
            self.slots.push_back([f64::NAN; N]);
        }
        let Some(known) = usize::try_from(slot - self.first).ok().and_then(|i| self.slots.get_mut(i)) else {
            return false;
        };
        let changed = !same(known, &value);
        *known = value;
        changed
    }

    /// Forgets the slots before that one.
    pub(super) fn forget(&mut self, before: i64) {
        while self.first < before && self.slots.pop_front().is_some() {
            self.first += 1;
        }
        // What is now at the front may be a gap; it has nothing to say.
        while self.slots.front().is_some_and(|s| !is_known(s)) {
            self.slots.pop_front();
            self.first += 1;
        }
    }

    /// The slots that are kept together under that number.
    pub(super) fn chunk(&self, number: i64) -> Chunk {
        let first = number * self.step.chunk();
        let slots = (first..first + self.step.chunk()).flat_map(|slot| self.get(slot).unwrap_or([f64::NAN; N]));
        Chunk { step: self.step, number, values: slots.collect() }
    }

    /// Puts what is known of a chunk in, as far as it lies in `first..end`.
    pub(super) fn restore(&mut self, chunk: &Chunk, first: i64, end: i64) {
        let start = chunk.number.saturating_mul(self.step.chunk());
        let (slots, _) = chunk.values.as_chunks::<N>();
        for (slot, value) in (start..).zip(slots) {
            if (first..end).contains(&slot) {
                // A file may hold anything; a count is a finite number.
                self.put(slot, value.map(|v| if v.is_finite() { v } else { f64::NAN }));
            }
        }
    }
}

impl<const N: usize> PartialEq for Track<N> {
    fn eq(&self, other: &Self) -> bool {
        let alike = |(a, b)| same(a, b);
        self.step == other.step
            && self.slots.len() == other.slots.len()
            && (self.slots.is_empty() || self.first == other.first)
            && self.slots.iter().zip(&other.slots).all(alike)
    }
}

fn is_known<const N: usize>(value: &Slots<N>) -> bool {
    value.last().is_some_and(|v| !v.is_nan())
}

fn same<const N: usize>(a: &Slots<N>, b: &Slots<N>) -> bool {
    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}
