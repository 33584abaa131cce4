-- Who this store is: made once, and the same wherever it is moved and whatever address it has.
CREATE TABLE identity (
    id       INTEGER PRIMARY KEY CHECK (id = 0),
    identity TEXT NOT NULL
);
INSERT INTO identity VALUES (0, lower(hex(randomblob(16))));
