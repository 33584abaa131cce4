//! Decoding of every protocol into records, redaction, and the journal's envelope codec
