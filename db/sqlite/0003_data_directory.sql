-- Which cluster the database belongs to, and in which data directory each node keeps its logs: a directory that was lost is not mistaken for the one in its place.

CREATE TABLE cluster
(
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    cluster_id TEXT    NOT NULL
);

CREATE TABLE data_directory
(
    node_id     INTEGER PRIMARY KEY,
    incarnation TEXT    NOT NULL
);

INSERT INTO schema_version (version, name) VALUES (3, 'data_directory');
