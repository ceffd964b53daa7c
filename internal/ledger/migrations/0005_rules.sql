-- What each rule meant when a run about everybody last came through with it.
CREATE TABLE rules (
    rule   TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL
);
