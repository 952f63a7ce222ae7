//! Carries one request: intake, plan, attempt, tee, outcome.
