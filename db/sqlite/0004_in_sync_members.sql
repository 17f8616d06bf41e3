-- version goes up by one with each change of a row, so that a change that arrives late finds itself too late. From here on a member of in_sync_set is
-- node:incarnation, a copy in one data directory. A bare number is from before, when a cluster had one node; that node completes it when it enters.

ALTER TABLE partition_leadership ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

INSERT INTO schema_version (version, name) VALUES (4, 'in_sync_members');
