//! Fake upstreams for tests and the demo.
