//! Properties that hold whatever happens.
