-- Who may write to Kiteworks, where no file can be locked: in PostgreSQL. epoch rises
-- with each change of the holder, and what a holder writes is held to it.
CREATE TABLE leases (
    name    TEXT   NOT NULL PRIMARY KEY,
    holder  TEXT   NOT NULL, -- host/process
    epoch   BIGINT NOT NULL,
    expires BIGINT NOT NULL, -- by the database's clock; 0: released
    UNIQUE (name, epoch)     -- so that a change of holder waits for the old one's transaction, and a renewal does not
);

-- One row if the ledger was restored from an older copy, until somebody says that it may be trusted.
CREATE TABLE restored (
    one   BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    since BIGINT NOT NULL, -- what came behind that moment is forgotten
    why   TEXT   NOT NULL
);
