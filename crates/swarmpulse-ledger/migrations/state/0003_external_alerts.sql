-- Alerts may be somebody else's: `external` is an origin, too. A check cannot be changed, so the table is made anew.

ALTER TABLE alerts RENAME TO alerts_before;
DROP INDEX alerts_open;
DROP INDEX alerts_by_resolved;

-- Every life of every alert: from when it became true until it was over.
CREATE TABLE alerts (
    alert           INTEGER PRIMARY KEY,
    id              TEXT NOT NULL, -- the same in each of its lives: agent_down/default/agent/a1
    name            TEXT NOT NULL,
    namespace       TEXT NOT NULL,
    subject_kind    TEXT NOT NULL, -- empty, like subject, of the monitor itself and of what is about no one entity
    subject         TEXT NOT NULL,
    origin          TEXT NOT NULL CHECK (origin IN ('condition', 'rule', 'cause', 'external')),
    state           TEXT NOT NULL CHECK (state IN ('pending', 'firing', 'resolved')),
    severity        TEXT NOT NULL,
    labels          TEXT NOT NULL, -- JSON
    value           REAL,          -- what the rule's expression came to
    active_at       TEXT NOT NULL,
    fired_at        TEXT,
    resolved_at     TEXT,
    reason          TEXT NOT NULL,
    cause           TEXT,          -- the id of the alert that it follows from
    acknowledged_by TEXT,
    updated_at      TEXT NOT NULL,
    updated_offset  INTEGER NOT NULL
);
INSERT INTO alerts SELECT * FROM alerts_before;
DROP TABLE alerts_before;
CREATE UNIQUE INDEX alerts_open ON alerts (id) WHERE state <> 'resolved';
CREATE INDEX alerts_by_resolved ON alerts (resolved_at) WHERE state = 'resolved';
