//! Understands bytes: dialects, SSE, usage, conversation view.
