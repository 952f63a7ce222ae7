//! Relay software families: how to tell them apart, and how to read balance, logs and check-in. No IO.
