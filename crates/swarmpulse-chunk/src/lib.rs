//! Chunks of samples as bytes: the hot integer codec, the cold one, and nothing about files.
