-- Which cluster the database belongs to, and in which data directory each node keeps its logs: a directory that was lost is not mistaken for the one in its place.
--
-- Apply with: psql --set ON_ERROR_STOP=1 --file <this file> <database>, in the order of the numbers.

BEGIN;

CREATE TABLE cluster
(
    id         integer PRIMARY KEY CHECK (id = 1),
    cluster_id text    NOT NULL
);

CREATE TABLE data_directory
(
    node_id     integer PRIMARY KEY,
    incarnation text    NOT NULL
);

INSERT INTO schema_version (version, name) VALUES (3, 'data_directory');

COMMIT;
