//! What opening the containers of one unit may still cost.
//!
//! One budget serves all levels of a unit, so that nesting multiplies nothing.
//! It counts what decoders really produce, never what a header promises.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::limits::Unpack;
use crate::base::secret::Secret;

/// What is left of a unit's limits. Shared by all readers of the unit, which
/// belong to one thread.
#[derive(Debug)]
pub struct Budget<'a> {
    limits: Unpack,
    control: &'a Control,
    passwords: &'a [Secret],
    begun: Instant,
    /// Bytes of the unit itself.
    given: Cell<u64>,
    produced: Cell<u64>,
    /// Bytes that were produced once more, after they had been handed out.
    again: Cell<u64>,
    entries: Cell<u64>,
    memory: Cell<u64>,
    /// Containers that are being opened, the outermost first.
    scopes: RefCell<Vec<Scope>>,
    /// Why nothing more is opened, once that is so.
    spent: RefCell<Option<SkipReason>>,
    /// What last went wrong with a reader, for decoders that lose the cause.
    fault: RefCell<Option<SkipReason>>,
}

impl<'a> Budget<'a> {
    /// A budget for one unit of `given` bytes.
    pub fn new(
        limits: &Unpack,
        control: &'a Control,
        passwords: &'a [Secret],
        given: u64,
    ) -> Budget<'a> {
        Budget {
            limits: *limits,
            control,
            passwords,
            begun: Instant::now(),
            given: Cell::new(given),
            produced: Cell::new(0),
            again: Cell::new(0),
            entries: Cell::new(0),
            memory: Cell::new(0),
            scopes: RefCell::default(),
            spent: RefCell::new(None),
            fault: RefCell::new(None),
        }
    }

    /// Passwords to try on encrypted members.
    pub fn passwords(&self) -> &'a [Secret] {
        self.passwords
    }

    /// Members that may still come.
    pub fn entries_left(&self) -> u64 {
        self.limits.entries.saturating_sub(self.entries.get())
    }

    /// Containers that may lie inside each other.
    pub fn depth(&self) -> usize {
        self.limits.depth
    }

    /// Notes `count` more bytes of the unit itself, where its size is not known before.
    pub fn give(&self, count: u64) {
        self.given.set(self.given.get().saturating_add(count));
    }

    /// Accounts for `count` bytes that a decoder produced.
    ///
    /// # Errors
    /// When a limit is reached; then all later calls fail alike.
    pub fn produce(&self, count: u64) -> Result<(), SkipReason> {
        self.alive()?;
        let produced = self.produced.get().saturating_add(count);
        self.produced.set(produced);
        let run = &self.control.unpacked;
        let run = run
            .fetch_add(count, Ordering::Relaxed)
            .saturating_add(count);
        if produced > self.limits.bytes {
            return Err(self.spend(SkipReason::Limit("bytes")));
        }
        if self.is_over_ratio(produced, self.given.get()) {
            return Err(self.spend(SkipReason::Limit("ratio")));
        }
        if run > self.limits.run_bytes {
            return Err(self.spend(SkipReason::Limit("run-bytes")));
        }
        self.produce_in_scopes(count, |scope| &mut scope.produced)
    }

    /// Accounts for `count` bytes that were handed out before and are produced
    /// once more, to be read in another way. They have limits of the same size.
    ///
    /// # Errors
    /// As [`Budget::produce`].
    pub fn produce_again(&self, count: u64) -> Result<(), SkipReason> {
        self.alive()?;
        let again = self.again.get().saturating_add(count);
        self.again.set(again);
        if again > self.limits.bytes {
            return Err(self.spend(SkipReason::Limit("bytes")));
        }
        if self.is_over_ratio(again, self.given.get()) {
            return Err(self.spend(SkipReason::Limit("ratio")));
        }
        self.produce_in_scopes(count, |scope| &mut scope.again)
    }

    /// Begins to open a container of `given` bytes, which has the ratio of its
    /// own until the answer is dropped: a bomb in a large archive is no smaller
    /// than one that lies alone, and does not keep what lies beside it from
    /// being opened.
    pub fn enter(&self, given: u64) -> Entered<'_> {
        self.scopes.borrow_mut().push(Scope {
            given,
            ..Scope::default()
        });
        Entered(&self.scopes)
    }

    fn produce_in_scopes(
        &self,
        count: u64,
        account: fn(&mut Scope) -> &mut u64,
    ) -> Result<(), SkipReason> {
        for scope in self.scopes.borrow_mut().iter_mut() {
            let given = scope.given;
            let produced = account(scope);
            *produced = produced.saturating_add(count);
            scope.is_spent |= self.is_over_ratio(*produced, given);
        }
        self.alive()
    }

    fn is_over_ratio(&self, produced: u64, given: u64) -> bool {
        let allowed = given.saturating_mul(self.limits.ratio);
        produced > Unpack::FREE.min(self.limits.bytes) && produced > allowed
    }

    /// Accounts for one member.
    ///
    /// # Errors
    /// As [`Budget::produce`].
    pub fn entry(&self) -> Result<(), SkipReason> {
        self.alive()?;
        self.entries.set(self.entries.get() + 1);
        if self.entries.get() > self.limits.entries {
            return Err(self.spend(SkipReason::Limit("entries")));
        }
        Ok(())
    }

    /// Fails once nothing more may be opened: a limit was reached, the run was
    /// interrupted, or the time is up.
    ///
    /// # Errors
    /// With the reason.
    pub fn alive(&self) -> Result<(), SkipReason> {
        if let Some(reason) = self.spent() {
            return Err(reason);
        }
        if self.control.is_cancelled() {
            return Err(self.spend(SkipReason::Interrupted));
        }
        if self.begun.elapsed() > self.limits.time {
            return Err(self.spend(SkipReason::Limit("time")));
        }
        Ok(())
    }

    /// True once nothing more may be opened in the innermost container.
    pub fn is_spent(&self) -> bool {
        self.spent().is_some()
    }

    fn spent(&self) -> Option<SkipReason> {
        let is_spent = || self.scopes.borrow().iter().any(|scope| scope.is_spent);
        let own = self.spent.borrow().clone();
        own.or_else(|| is_spent().then_some(SkipReason::Limit("ratio")))
    }

    fn spend(&self, reason: SkipReason) -> SkipReason {
        *self.spent.borrow_mut() = Some(reason.clone());
        reason
    }

    /// Sets `count` bytes of memory aside until the answer is dropped.
    ///
    /// # Errors
    /// When so much is not left. Other members may still fit.
    pub fn reserve(&self, count: u64) -> Result<Reserved<'_>, SkipReason> {
        let taken = self.memory.get().saturating_add(count);
        if taken > self.limits.memory {
            return Err(SkipReason::Limit("memory"));
        }
        self.memory.set(taken);
        Ok(Reserved {
            memory: &self.memory,
            count,
        })
    }

    /// Most bytes a single decoder may remember.
    pub fn dictionary(&self) -> u64 {
        self.limits.memory - self.memory.get().min(self.limits.memory)
    }

    /// `reader`, the decoder of a `format`, with its output accounted for and
    /// its errors named.
    pub fn meter<R: Read>(&self, reader: R, format: &'static str) -> Metered<'_, R> {
        Metered {
            reader,
            format,
            budget: self,
            account: Budget::produce,
            failed: None,
        }
    }

    /// The same for content that was handed out before.
    pub fn meter_again<R: Read>(&self, reader: R, format: &'static str) -> Metered<'_, R> {
        Metered {
            account: Budget::produce_again,
            ..self.meter(reader, format)
        }
    }

    /// Why reading `format` failed with `error`.
    pub fn reason(&self, error: &io::Error, format: &'static str) -> SkipReason {
        if let Some(reason) = self.spent() {
            return reason;
        }
        let carried = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Fault>());
        let noted = self.fault.borrow_mut().take();
        carried
            .map(|fault| fault.0.clone())
            .or(noted)
            .unwrap_or(SkipReason::Damaged(format))
    }
}

/// What one container produced so far.
#[derive(Debug, Default)]
struct Scope {
    given: u64,
    produced: u64,
    again: u64,
    is_spent: bool,
}

/// A container that is being opened; see [`Budget::enter`].
#[derive(Debug)]
pub struct Entered<'b>(&'b RefCell<Vec<Scope>>);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().pop();
    }
}

/// Memory set aside.
#[derive(Debug)]
pub struct Reserved<'b> {
    memory: &'b Cell<u64>,
    count: u64,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.memory.set(self.memory.get() - self.count);
    }
}

/// A reason on its way through a reader.
#[derive(Debug)]
struct Fault(SkipReason);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.describe())
    }
}

impl Error for Fault {}

/// `reason` as what a reader may fail with.
pub fn fault(reason: SkipReason) -> io::Error {
    io::Error::other(Fault(reason))
}

/// A decoder whose output is accounted for. Once it failed, it fails for good.
#[derive(Debug)]
pub struct Metered<'b, R> {
    reader: R,
    format: &'static str,
    budget: &'b Budget<'b>,
    account: fn(&Budget<'b>, u64) -> Result<(), SkipReason>,
    failed: Option<SkipReason>,
}

impl<R> Metered<'_, R> {
    /// Why it failed, if it did.
    pub fn failed(&self) -> Option<&SkipReason> {
        self.failed.as_ref()
    }

    /// The decoder.
    pub fn into_inner(self) -> R {
        self.reader
    }

    fn fail(&mut self, reason: SkipReason) -> io::Error {
        self.failed = Some(reason.clone());
        *self.budget.fault.borrow_mut() = Some(reason.clone());
        fault(reason)
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(reason) = self.failed.clone() {
            return Err(self.fail(reason));
        }
        match self.reader.read(buffer) {
            Ok(count) => match (self.account)(self.budget, count as u64) {
                Ok(()) => Ok(count),
                Err(reason) => Err(self.fail(reason)),
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let reason = self.budget.reason(&error, self.format);
                Err(self.fail(reason))
            }
        }
    }
}

#[cfg(test)]
mod tests;
