-- The authority over who leads which partition. leader_epoch only grows, and only by a statement that names the epoch it replaces.
-- leader_epoch and leader_node are -1 until the first claim; replicas and in_sync_set are node numbers separated by commas.
--
-- Apply with: psql --set ON_ERROR_STOP=1 --file <this file> <database>, in the order of the numbers.

BEGIN;

CREATE TABLE partition_leadership
(
    topic_id     text    NOT NULL,
    partition    integer NOT NULL,
    replicas     text    NOT NULL,
    leader_epoch integer NOT NULL,
    leader_node  integer NOT NULL,
    in_sync_set  text    NOT NULL,
    PRIMARY KEY (topic_id, partition)
);

INSERT INTO schema_version (version, name) VALUES (2, 'partition_leadership');

COMMIT;
