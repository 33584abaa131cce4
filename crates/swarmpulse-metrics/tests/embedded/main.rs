//! Tests of the embedded store from outside.

mod churn;
mod contract;
mod crash;
mod journal;
mod property;
mod reopening;
