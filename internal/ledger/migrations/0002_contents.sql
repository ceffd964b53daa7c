-- Ids and other texts that many rows share; rows hold their numbers. INTEGER is
-- the row's own number in SQLite, and has room for two thousand million texts.
CREATE TABLE texts (
    id   INTEGER NOT NULL PRIMARY KEY,
    text TEXT    NOT NULL UNIQUE
);
INSERT INTO texts (id, text) VALUES (0, '');
INSERT INTO texts (id, text)
SELECT ROW_NUMBER() OVER (ORDER BY used.text), used.text
FROM (
    SELECT account AS text FROM owned
    UNION SELECT folder FROM owned
    UNION SELECT source FROM owned
    UNION SELECT person_id FROM owned
    UNION SELECT identity FROM owned
    UNION SELECT role FROM owned
    UNION SELECT floor FROM owned
    UNION SELECT shared_by FROM owned
    UNION SELECT rules FROM owned
) AS used
WHERE used.text <> '';

ALTER TABLE owned RENAME TO owned_in_words;

CREATE TABLE owned (
    account   INTEGER NOT NULL,
    folder    INTEGER NOT NULL,
    source    INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    identity  INTEGER NOT NULL,
    role      INTEGER NOT NULL,
    floor     INTEGER NOT NULL, -- role before us
    shared_by INTEGER NOT NULL,
    created   BIGINT  NOT NULL, -- as the server says
    rules     INTEGER NOT NULL, -- JSON
    lost      INTEGER NOT NULL, -- why it is no longer ours
    PRIMARY KEY (account, folder)
);
INSERT INTO owned (account, folder, source, person_id, identity, role, floor, shared_by, created, rules, lost)
SELECT account.id, folder.id, source.id, person.id, identity.id, role.id, floor.id, giver.id, words.created, rules.id, 0
FROM owned_in_words AS words
JOIN texts AS account ON account.text = words.account
JOIN texts AS folder ON folder.text = words.folder
JOIN texts AS source ON source.text = words.source
JOIN texts AS person ON person.text = words.person_id
JOIN texts AS identity ON identity.text = words.identity
JOIN texts AS role ON role.text = words.role
JOIN texts AS floor ON floor.text = words.floor
JOIN texts AS giver ON giver.text = words.shared_by
JOIN texts AS rules ON rules.text = words.rules;
DROP TABLE owned_in_words;
CREATE INDEX owned_of_person ON owned (person_id, source);

-- The last known state, and what it was before: a row holds from since up to
-- until, 0 being now.
CREATE TABLE accounts (
    account INTEGER NOT NULL,
    email   TEXT    NOT NULL, -- in words, as the name, so that forget finds all of it here
    name    TEXT    NOT NULL,
    profile INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    status  INTEGER NOT NULL,
    since   BIGINT  NOT NULL,
    until   BIGINT  NOT NULL,
    PRIMARY KEY (account, since)
);
CREATE INDEX accounts_by_email ON accounts (email, until);

CREATE TABLE grants (
    folder    INTEGER NOT NULL,
    account   INTEGER NOT NULL,
    role      INTEGER NOT NULL,
    origin    INTEGER NOT NULL,
    shared_by INTEGER NOT NULL,
    created   BIGINT  NOT NULL, -- as the server says
    since     BIGINT  NOT NULL,
    until     BIGINT  NOT NULL,
    PRIMARY KEY (folder, account, since)
);
CREATE INDEX grants_of_account ON grants (account, until);

-- What was looked at, and since when. Folder 0 is the list of accounts.
CREATE TABLE watches (
    folder INTEGER NOT NULL,
    since  BIGINT  NOT NULL,
    until  BIGINT  NOT NULL,
    PRIMARY KEY (folder, since)
);

CREATE TABLE catalog (
    kind  TEXT NOT NULL CHECK (kind IN ('role', 'profile', 'folder', 'unusable')),
    name  TEXT NOT NULL, -- its id; of an unusable place, the place as JSON
    value TEXT NOT NULL, -- JSON
    PRIMARY KEY (kind, name)
);

CREATE TABLE due (
    source    TEXT   NOT NULL,
    person_id TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (source, person_id)
);
CREATE INDEX due_at ON due (at);

CREATE TABLE inbox (
    id        BIGINT  NOT NULL PRIMARY KEY,
    verb      TEXT    NOT NULL,
    args      TEXT    NOT NULL, -- JSON
    uid       BIGINT  NOT NULL,
    user_name TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    filed     BIGINT  NOT NULL,
    answered  BIGINT  NOT NULL, -- 0: it waits
    run       BIGINT  NOT NULL,
    answer    TEXT    NOT NULL,
    failed    BOOLEAN NOT NULL
);
CREATE INDEX inbox_waiting ON inbox (id) WHERE answered = 0;

-- Who asked for a run; nobody by name did for those of the daemon.
ALTER TABLE runs ADD COLUMN uid BIGINT NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN user_name TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- Whom a change concerns, to find it by. Changes of schema 1 say so in their payload only.
ALTER TABLE changes ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN person_id TEXT NOT NULL DEFAULT '';
CREATE INDEX changes_of_account ON changes (account);
CREATE INDEX changes_of_person ON changes (person_id);
