//! The fleet state machine: verdicts, entity graph and deadlines
