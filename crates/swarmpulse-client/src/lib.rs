//! Typed HTTP and SSE client of the Swarmpulse API
