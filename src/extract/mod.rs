//! What is inside bytes: wide text, legacy encodings, containers.
