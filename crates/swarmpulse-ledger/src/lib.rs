//! SQLite state and history stores with their migrations
