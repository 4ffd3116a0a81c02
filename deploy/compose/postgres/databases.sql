-- Six databases, each with an owner, who migrates, and a role that serves and owns nothing. Run once, by psql, when
-- the server's data folder is empty; the passwords come from the environment.
\set ON_ERROR_STOP on
\set service identity
\ir service/database.sql
\set service leads
\ir service/database.sql
\set service clients
\ir service/database.sql
\set service comms
\ir service/database.sql
\set service ai
\ir service/database.sql
\set service reporting
\ir service/database.sql
