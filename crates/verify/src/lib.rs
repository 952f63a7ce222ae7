//! Claude authenticity: probes, evidence, verdict. No IO.
