//! Words and their meanings, read from plain text tables.
