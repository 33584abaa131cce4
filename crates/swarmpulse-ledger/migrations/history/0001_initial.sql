-- One UTC day of what happened. Times are nanoseconds since 1970 in UTC; the views show them as text.

CREATE TABLE effects (
    row               INTEGER PRIMARY KEY,
    at_ns             INTEGER NOT NULL, -- when the record was received
    journal_partition INTEGER NOT NULL, -- with journal_offset and n: the effect's id
    journal_offset    INTEGER NOT NULL,
    n                 INTEGER NOT NULL,
    kind              TEXT NOT NULL,    -- event, verdict, task, sandbox, restart, failure, condition, joined, forgotten
    namespace         TEXT NOT NULL,
    agent             TEXT,
    task              TEXT,
    sandbox           TEXT,
    event_type        TEXT,             -- of events
    text              TEXT,             -- one sentence; of events their attributes
    data              TEXT,             -- of events: what the sender said, JSON
    body              TEXT NOT NULL     -- all the rest, JSON
);

-- The order of every page, and what makes a repeated row the same row.
CREATE UNIQUE INDEX effects_by_time ON effects (at_ns, journal_partition, journal_offset, n);

-- Which agents, tasks, sandboxes, types and pieces of text occur in runs of consecutive rows, as Bloom filters:
-- a search skips the runs that cannot hold what it looks for. They take the place of indexes whose pages would be
-- written all over the file for every row.
CREATE TABLE blocks (
    block       INTEGER PRIMARY KEY,
    row_count   INTEGER NOT NULL,
    first_place BLOB NOT NULL, -- at_ns, journal_partition, journal_offset, n as they sort, big-endian
    last_place  BLOB NOT NULL,
    key_filter  BLOB NOT NULL
);
CREATE TABLE block_texts (
    block       INTEGER PRIMARY KEY,
    text_filter BLOB NOT NULL
);
CREATE INDEX blocks_by_first ON blocks (first_place, last_place);
CREATE INDEX blocks_by_last ON blocks (last_place, first_place);

-- Effects of journal entries before next_offset are stored; written with the rows in one transaction.
CREATE TABLE progress (
    id          INTEGER PRIMARY KEY CHECK (id = 0),
    next_offset INTEGER NOT NULL
);

CREATE VIEW events AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       event_type AS type, namespace, agent, task, sandbox, body ->> 'source' AS source, data, text AS attributes
FROM effects WHERE kind = 'event' ORDER BY at_ns, journal_partition, journal_offset, n;

CREATE VIEW verdict_transitions AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       namespace, agent, body ->> '$.verdict.from' AS "from", body ->> '$.verdict.to' AS "to", text AS evidence
FROM effects WHERE kind = 'verdict' ORDER BY at_ns, journal_partition, journal_offset, n;

CREATE VIEW task_transitions AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       namespace, task, body ->> '$.task.task_type' AS type, body ->> '$.task.from' AS "from", body ->> '$.task.to' AS "to",
       agent, sandbox, body ->> '$.task.error' AS error
FROM effects WHERE kind = 'task' ORDER BY at_ns, journal_partition, journal_offset, n;

CREATE VIEW alerts AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       body ->> '$.condition.name' AS name, namespace, body ->> '$.condition.subject.kind' AS subject_kind,
       body ->> '$.condition.subject.id' AS subject, body ->> '$.condition.severity' AS severity,
       body ->> '$.condition.active' AS active, body ->> '$.condition.reason' AS reason
FROM effects WHERE kind = 'condition' ORDER BY at_ns, journal_partition, journal_offset, n;
