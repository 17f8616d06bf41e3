-- The authority over who leads which partition. leader_epoch only grows, and only by a statement that names the epoch it replaces.
-- leader_epoch and leader_node are -1 until the first claim; replicas and in_sync_set are node numbers separated by commas.

CREATE TABLE partition_leadership
(
    topic_id     TEXT    NOT NULL,
    partition    INTEGER NOT NULL,
    replicas     TEXT    NOT NULL,
    leader_epoch INTEGER NOT NULL,
    leader_node  INTEGER NOT NULL,
    in_sync_set  TEXT    NOT NULL,
    PRIMARY KEY (topic_id, partition)
) WITHOUT ROWID;

INSERT INTO schema_version (version, name) VALUES (2, 'partition_leadership');
