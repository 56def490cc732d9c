//! Journeys through Bayplan live in `it/`; this library is empty.
