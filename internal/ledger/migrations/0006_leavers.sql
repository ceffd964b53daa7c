-- What we have done to a person's account besides making it.
ALTER TABLE links ADD COLUMN suspended BOOLEAN NOT NULL DEFAULT FALSE; -- and not unsuspended since
ALTER TABLE links ADD COLUMN deleted BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE links ADD COLUMN name TEXT NOT NULL DEFAULT ''; -- that it has from us
-- Who gets its data, as the directory had it when the person was last active: JSON.
ALTER TABLE links ADD COLUMN heirs TEXT NOT NULL DEFAULT '[]';

-- Who has left, how, and since when that is known; of whom an administrator has offboarded, by whose order.
CREATE TABLE leaving (
    source    TEXT   NOT NULL,
    person_id TEXT   NOT NULL,
    exit      TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    uid       BIGINT NOT NULL,
    user_name TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    lifted    BOOLEAN NOT NULL DEFAULT FALSE, -- somebody has lifted our suspension since: the ladder has stopped
    PRIMARY KEY (source, person_id)
);

-- How many people its not_group shut out when a run about everybody last came through with it.
ALTER TABLE rules ADD COLUMN excluded BIGINT NOT NULL DEFAULT 0;
