//! HTTP routes, live streams, authentication and the embedded page
