//! Picture.
