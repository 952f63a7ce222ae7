//! Talks outwards: the pooled client, its timed connector, the self-loop guard.
