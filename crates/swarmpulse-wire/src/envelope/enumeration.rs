//! The numbers of words. The first of each table is what an absent field means.

use swarmpulse_model::alert::{
    AlertOrigin, AlertState, DeliveryOutcome, LabelOp, NotifyReason, SilencePurpose,
};
use swarmpulse_model::condition::Severity;
use swarmpulse_model::process::{ProcessOrigin, ProcessState};
use swarmpulse_model::record::{CallState, EventSource};
use swarmpulse_model::{EntityKind, Source, TaskStatus};

use super::CodecError;
use super::field::Field;
use super::wire::{Raw, put_number};

/// A number that no table has is a later release's word: the record that needs it is passed over.
macro_rules! enumeration {
    ($type:ident { 0 $first:ident $(, $number:literal $word:ident)* $(,)? }) => {
        impl Field for $type {
            fn initial() -> Self {
                Self::$first
            }

            #[inline]
            fn put_always(&self, number: u32, out: &mut Vec<u8>) {
                let word = match self {
                    Self::$first => 0,
                    $(Self::$word => $number,)*
                };
                put_number(number, word, out);
            }

            #[inline]
            fn put(&self, number: u32, out: &mut Vec<u8>) {
                if !matches!(self, Self::$first) {
                    self.put_always(number, out);
                }
            }

            #[inline]
            fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
                *self = match raw {
                    Raw::Varint(0) => Self::$first,
                    $(Raw::Varint($number) => Self::$word,)*
                    Raw::Varint(_) => return Err(CodecError::UnknownWord),
                    _ => return Err(CodecError::Sort),
                };
                Ok(())
            }
        }
    };
}

enumeration!(Source { 0 Http, 1 Ping, 2 Watch, 3 Probe, 4 Monitor, 5 Detector });
enumeration!(TaskStatus {
    0 Pending, 1 Claiming, 2 Assigned, 3 Running, 4 Validating, 5 Completed, 6 Failed, 7 Cancelled, 8 Retrying,
});
enumeration!(CallState { 0 Closed, 1 Open });
enumeration!(EventSource { 0 Agent, 1 Worker, 2 System });
enumeration!(ProcessOrigin { 0 Discovered, 1 Announced, 2 Watched });
enumeration!(ProcessState { 0 Sleeping, 1 Running, 2 DiskSleep, 3 Stopped, 4 Zombie });
enumeration!(Severity { 0 Info, 1 Warning, 2 Critical });
enumeration!(EntityKind { 0 Agent, 1 Process, 2 Task, 3 Sandbox, 4 Service, 5 Host, 6 TaskType });
enumeration!(AlertState { 0 Firing, 1 Pending, 2 Resolved });
enumeration!(AlertOrigin { 0 Condition, 1 Rule, 2 Cause, 3 External });
enumeration!(LabelOp { 0 Equal, 1 NotEqual, 2 Regex, 3 NotRegex });
enumeration!(SilencePurpose { 0 Silence, 1 Maintenance });
enumeration!(NotifyReason { 0 Fired, 1 Resolved, 2 Repeated, 3 Test });
enumeration!(DeliveryOutcome { 0 Delivered, 1 Dead, 2 Retried });
