-- Of the nodes in replicas, those that come and those that go; empty while the copies stay where they are.
--
-- Apply with: psql --set ON_ERROR_STOP=1 --file <this file> <database>, in the order of the numbers.

BEGIN;

ALTER TABLE partition_leadership ADD COLUMN adding text NOT NULL DEFAULT '';
ALTER TABLE partition_leadership ADD COLUMN removing text NOT NULL DEFAULT '';

INSERT INTO schema_version (version, name) VALUES (6, 'reassignment');

COMMIT;
