//! Numbers that can be drawn.

/// Beyond this the picture would only show that something is huge; plotters computes in `f64` and must not overflow.
const LIMIT: f64 = 1e18;

/// The value as it is drawn, or nothing where there is no number.
pub(crate) fn drawable(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-LIMIT, LIMIT))
}

/// The same for a value that may be unknown.
pub(crate) fn known(value: Option<f64>) -> Option<f64> {
    value.and_then(drawable)
}
