-- What waits for a human's decision, one row for each cause that stands.
CREATE TABLE parked (
    id        BIGINT NOT NULL PRIMARY KEY, -- another one once more has joined it: who decides has seen what it stands for
    cause     TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    rule      TEXT   NOT NULL,
    why       TEXT   NOT NULL,
    run       BIGINT NOT NULL, -- that found it last
    opened    BIGINT NOT NULL,
    updated   BIGINT NOT NULL,
    closed    BIGINT NOT NULL, -- when it ceased to stand for its cause; 0: it does
    decision  TEXT   NOT NULL CHECK (decision IN ('', 'approved', 'rejected')),
    decided   BIGINT NOT NULL,
    uid       BIGINT NOT NULL,
    user_name TEXT   NOT NULL,
    reason    TEXT   NOT NULL
);
CREATE UNIQUE INDEX parked_of_cause ON parked (cause) WHERE closed = 0;

CREATE TABLE parked_changes (
    item       BIGINT NOT NULL REFERENCES parked (id) ON UPDATE CASCADE ON DELETE CASCADE,
    change_key TEXT   NOT NULL,
    payload    TEXT   NOT NULL, -- JSON
    PRIMARY KEY (item, change_key)
);

-- What somebody wants to be left alone.
CREATE TABLE holds (
    id           BIGINT NOT NULL PRIMARY KEY,
    scope        TEXT   NOT NULL CHECK (scope IN ('all', 'narrowing', 'person', 'folder', 'rule', 'change')),
    subject      TEXT   NOT NULL,
    why          TEXT   NOT NULL,
    item         BIGINT NOT NULL, -- whose rejection has left it; 0: none
    since        BIGINT NOT NULL,
    until        BIGINT NOT NULL, -- 0: until somebody ends it
    uid          BIGINT NOT NULL,
    user_name    TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    ended        BIGINT NOT NULL, -- by somebody; 0: it was not
    ended_uid    BIGINT NOT NULL,
    ended_user   TEXT   NOT NULL,
    ended_reason TEXT   NOT NULL
);
CREATE INDEX holds_standing ON holds (until) WHERE ended = 0;

-- What a budget was widened by, for a time.
CREATE TABLE allowances (
    id        BIGINT NOT NULL PRIMARY KEY,
    kind      TEXT   NOT NULL,
    changes   BIGINT NOT NULL,
    since     BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    uid       BIGINT NOT NULL,
    user_name TEXT   NOT NULL,
    reason    TEXT   NOT NULL
);

-- What fails again and again, and until when it is left alone.
CREATE TABLE failing (
    id       BIGINT NOT NULL PRIMARY KEY,
    scope    TEXT   NOT NULL CHECK (scope IN ('person', 'folder', 'rule', 'change')),
    subject  TEXT   NOT NULL,
    failures BIGINT NOT NULL,
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    why      TEXT   NOT NULL,
    UNIQUE (scope, subject)
);

-- What was done counts against the budgets, unless somebody had looked at it; and against
-- another one if a date has brought it about.
ALTER TABLE changes ADD COLUMN approved BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE changes ADD COLUMN expired BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX changes_done ON changes (op, expired, settled_at) WHERE result = 'done' AND NOT approved;

-- How many of ours each rule has given is asked whenever something may be taken away.
CREATE INDEX owned_by_rules ON owned (rules) WHERE lost = 0;
