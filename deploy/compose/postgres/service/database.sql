-- One service's database and its two roles; :service names it.
\getenv owner_password GARDENOS_OWNER_PASSWORD
\getenv app_password GARDENOS_APP_PASSWORD
select 'gardenos_' || :'service' as app, 'gardenos_' || :'service' || '_owner' as owner \gset

create role :"owner" login nobypassrls noinherit password :'owner_password';
create role :"app" login nobypassrls noinherit password :'app_password';
create database :"app" owner :"owner";
revoke all on database :"app" from public;
grant connect on database :"app" to :"app";

\connect :app
-- Made here, so that no owner needs the right to.
create extension pg_trgm;
create extension citext;
create extension unaccent;
create extension btree_gin;
grant usage on schema public to :"app";
-- Of what the owner will create.
alter default privileges for role :"owner" in schema public grant select, insert, update, delete on tables to :"app";
alter default privileges for role :"owner" in schema public grant usage, select on sequences to :"app";
