-- What must be there at once after a restart, and what only people decide. Times ending in _ns are nanoseconds since
-- 1970 in UTC; the others are RFC 3339 in UTC.

-- States of the fleet's machine; each is cut into chunks.
CREATE TABLE snapshots (
    snapshot    INTEGER PRIMARY KEY AUTOINCREMENT,
    next_offset INTEGER NOT NULL, -- journal entries before this are in it
    at_ns       INTEGER NOT NULL,
    version     INTEGER NOT NULL, -- the form of the body
    bytes       INTEGER NOT NULL
);
CREATE TABLE snapshot_chunks (
    snapshot INTEGER NOT NULL REFERENCES snapshots (snapshot) ON DELETE CASCADE,
    chunk    INTEGER NOT NULL,
    body     BLOB NOT NULL,
    UNIQUE (snapshot, chunk)
);

-- How far each consumer of effects has come.
CREATE TABLE cursors (
    consumer    TEXT PRIMARY KEY,
    next_offset INTEGER NOT NULL
) WITHOUT ROWID;

-- Bearer tokens: SHA-256 of the secret, never the secret.
CREATE TABLE tokens (
    id            TEXT PRIMARY KEY,
    hash          BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    scope         TEXT NOT NULL CHECK (scope IN ('ingest', 'read', 'admin')),
    namespace     TEXT,
    comment       TEXT NOT NULL,
    created_at_ns INTEGER NOT NULL
) WITHOUT ROWID;

-- From here on: rebuilt from the journal.

-- The newest that is known of each entity.
CREATE TABLE entities (
    namespace      TEXT NOT NULL,
    kind           TEXT NOT NULL, -- agent, task, sandbox
    id             TEXT NOT NULL,
    status         TEXT,          -- an agent's verdict, a task's status, a sandbox's state
    since          TEXT,
    agent_kind     TEXT,
    agent          TEXT,          -- whose task or sandbox it is
    sandbox        TEXT,
    restarts       INTEGER,
    evidence       TEXT,
    updated_at     TEXT NOT NULL,
    updated_offset INTEGER NOT NULL,
    PRIMARY KEY (namespace, kind, id)
) WITHOUT ROWID;

-- Every time that a condition was raised, and whether it has been cleared.
CREATE TABLE alerts (
    alert          INTEGER PRIMARY KEY,
    name           TEXT NOT NULL,
    namespace      TEXT NOT NULL,
    subject_kind   TEXT NOT NULL, -- empty, like subject, for the monitor itself
    subject        TEXT NOT NULL,
    severity       TEXT NOT NULL,
    active         INTEGER NOT NULL,
    since          TEXT NOT NULL,
    resolved_at    TEXT,
    reason         TEXT NOT NULL,
    updated_offset INTEGER NOT NULL
);
CREATE UNIQUE INDEX alerts_active ON alerts (name, namespace, subject_kind, subject) WHERE active;
CREATE INDEX alerts_by_resolved ON alerts (resolved_at) WHERE NOT active;

-- The last effect of each partition that entities and alerts show.
CREATE TABLE projected (
    journal_partition INTEGER PRIMARY KEY,
    at_ns             INTEGER NOT NULL,
    journal_offset    INTEGER NOT NULL,
    n                 INTEGER NOT NULL
);
