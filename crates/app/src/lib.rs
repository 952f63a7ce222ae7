//! Puts it together: settings, live state, recorder, queries.
