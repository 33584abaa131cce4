//! Objectives: what was promised of a service, how much of the error budget is left, and how fast it burns.
