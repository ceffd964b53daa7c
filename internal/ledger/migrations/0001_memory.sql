-- The table's name marks the file as ours.
CREATE TABLE kw_onboarder (
    schema_version BIGINT NOT NULL
);
INSERT INTO kw_onboarder (schema_version) VALUES (0);

-- What this ledger speaks of: one tenant, and the directories by their names.
CREATE TABLE binding (
    kind TEXT NOT NULL CHECK (kind IN ('tenant', 'directory')),
    name TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE links (
    source    TEXT    NOT NULL,
    person_id TEXT    NOT NULL,
    account   TEXT    NOT NULL UNIQUE,
    created   BOOLEAN NOT NULL, -- by us
    PRIMARY KEY (source, person_id)
);

CREATE TABLE owned (
    account   TEXT   NOT NULL,
    folder    TEXT   NOT NULL,
    source    TEXT   NOT NULL,
    person_id TEXT   NOT NULL,
    identity  TEXT   NOT NULL,
    role      TEXT   NOT NULL,
    floor     TEXT   NOT NULL, -- role before us
    shared_by TEXT   NOT NULL,
    created   BIGINT NOT NULL, -- as the server says
    rules     TEXT   NOT NULL, -- JSON
    PRIMARY KEY (account, folder)
);

CREATE TABLE folder_pins (
    identity TEXT NOT NULL,
    path     TEXT NOT NULL,
    named    TEXT NOT NULL, -- the id that the rule itself gave
    folder   TEXT NOT NULL,
    PRIMARY KEY (identity, path, named)
);

CREATE TABLE group_pins (
    ref      TEXT NOT NULL PRIMARY KEY,
    source   TEXT NOT NULL,
    group_id TEXT NOT NULL
);

CREATE TABLE runs (
    id         BIGINT NOT NULL PRIMARY KEY,
    started_by TEXT   NOT NULL,
    started    BIGINT NOT NULL,
    ended      BIGINT, -- none: it runs, or was killed
    result     TEXT,
    summary    TEXT    -- JSON
);

CREATE TABLE changes (
    run         BIGINT NOT NULL REFERENCES runs (id),
    seq         BIGINT NOT NULL, -- order of intent within the run
    change_key  TEXT   NOT NULL,
    op          TEXT   NOT NULL,
    payload     TEXT   NOT NULL, -- JSON
    intended_at BIGINT NOT NULL,
    result      TEXT, -- none: an open intent
    why         TEXT,
    settled_at  BIGINT,
    PRIMARY KEY (run, seq)
);

CREATE UNIQUE INDEX open_intents ON changes (change_key) WHERE result IS NULL;
