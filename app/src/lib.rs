//! Bayplan window.
