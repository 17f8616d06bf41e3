-- A silo with a database of its own is alone: it keeps no membership. The number is taken so that scripts of one number are of one build.

INSERT INTO schema_version (version, name) VALUES (5, 'membership');
