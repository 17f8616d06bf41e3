-- Of the nodes in replicas, those that come and those that go; empty while the copies stay where they are.

ALTER TABLE partition_leadership ADD COLUMN adding TEXT NOT NULL DEFAULT '';
ALTER TABLE partition_leadership ADD COLUMN removing TEXT NOT NULL DEFAULT '';

INSERT INTO schema_version (version, name) VALUES (6, 'reassignment');
