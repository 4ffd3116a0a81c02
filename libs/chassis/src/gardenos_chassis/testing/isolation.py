"""Whether a service's database keeps its tenants apart, by what the server itself says of every table and role."""

from collections.abc import Collection

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from gardenos_chassis.local import DatabaseUrls

MARKS = ("agency_heads", "relay_marks", "consumer_marks", "chain_heads", "access_seals")
"""What every service reads across agencies: how far things are, and nothing of anybody."""

APPEND_ONLY = ("accesses",)
"""Where the service adds rows and changes none."""

DEFINERS = (
    "agencies_with_jobs_due", "job_counts", "agencies_with_accesses_before", "agencies_with_accesses_to_seal",
)  # fmt: skip
"""What every service may call that runs as the owner: whose jobs are due, how many there are, who has accesses, old or new."""

_OWN = "(agency_id = (NULLIF(current_setting('app.agency_id'::text, true), ''::text))::uuid)"

_TABLES = """
    ours as (
        select c.oid, c.relname::text as name, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
            (select attnum from pg_attribute a where a.attrelid = c.oid and a.attname = 'agency_id') as agency_column
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^(pg_|information_schema$)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and c.relname <> 'alembic_version'
    ),
    tenants as (select * from ours where relkind in ('r', 'p') and agency_column is not null),
    service as (select * from pg_roles where rolname = :role),
    applied as (
        select t.name, p.polname, p.polcmd::text as command, p.polpermissive,
            pg_get_expr(p.polqual, p.polrelid) as seen, pg_get_expr(p.polwithcheck, p.polrelid) as written
        from tenants t join pg_policy p on p.polrelid = t.oid
        where 0 = any(p.polroles) or exists (select from service s where s.oid = any(p.polroles))
    )
"""

_FAULTS = text(
    f"""
    with {_TABLES}
    select name || ': a table without agency_id' as fault from ours
        where relkind in ('r', 'p') and agency_column is null
    union all
    select name || ': a materialized or foreign table, which no policy protects' from ours where relkind in ('m', 'f')
    union all
    select name || ': a view that reads as its owner; make it with security_invoker' from ours
        where relkind = 'v' and not coalesce(reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false)
    union all
    select name || ': row-level security is not enabled' from tenants where not relrowsecurity
    union all
    select name || ': row-level security is not forced on its owner' from tenants where not relforcerowsecurity
    union all
    select format('%s: no policy lets the service %s', t.name, what) from tenants t
        cross join (values ('r', 'read'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')) as commands (command, what)
        where not exists (
            select from applied p
            where p.name = t.name and p.polpermissive and p.command in ('*', commands.command)
        ) and not (command = 'w' and t.name = any(:append_only))
    union all
    select format('%s: policy %s lets the service change what it may only add', name, polname) from applied
        where polpermissive and command in ('*', 'w') and name = any(:append_only)
    union all
    select format('%s: policy %s shows rows of other agencies', name, polname) from applied
        where polpermissive and command <> 'a' and seen is distinct from :own
            -- Some of its own rows are fewer than all of them.
            and not starts_with(coalesce(seen, ''), '(' || :own || ' AND ')
            and not (command = 'r' and seen = 'true' and name = any(:read_across))
    union all
    select format('%s: policy %s lets rows of other agencies be written', name, polname) from applied
        where polpermissive and command in ('*', 'a', 'w') and written is distinct from :own
    union all
    select format('%s: unique index %s spans agencies', t.name, i.indexrelid::regclass) from tenants t
        join pg_index i on i.indrelid = t.oid
        where i.indisunique and not t.agency_column = any(i.indkey::int2[])
    union all
    select format('%s: foreign key %s may point into another agency', t.name, k.conname) from tenants t
        join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
        join tenants other on other.oid = k.confrelid
        where not exists (
            select from unnest(k.conkey, k.confkey) as pair (here, there)
            where pair.here = t.agency_column and pair.there = other.agency_column
        )
    union all
    select format('%s: the service may %s it', name, lower(privilege)) from ours
        cross join (values ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) as privileges (privilege)
        where has_table_privilege(:role, oid, privilege)
    union all
    select format('%s: runs as its owner, and the service may call it', p.oid::regprocedure) from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname !~ '^(pg_|information_schema$)' and not p.proname = any(:definers)
            and has_function_privilege(:role, p.oid, 'execute')
    union all
    select format('%s: runs as its owner without a search_path of its own', p.oid::regprocedure) from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname !~ '^(pg_|information_schema$)'
            and not coalesce(array_to_string(p.proconfig, ',') like '%search_path=%', false)
    union all
    select format('schema %s: the service may make things in it', nspname) from pg_namespace
        where nspname !~ '^pg_' and has_schema_privilege(:role, oid, 'create')
    union all
    select format('the service''s role owns %s', pg_describe_object(d.classid, d.objid, d.objsubid)) from pg_shdepend d
        join service s on d.refclassid = 'pg_authid'::regclass and d.refobjid = s.oid
        where d.deptype = 'o' and d.dbid in (0, (select oid from pg_database where datname = current_database()))
    union all
    select format('the service''s role is %s', what) from service
        cross join lateral (values
            (rolsuper, 'a superuser'), (rolbypassrls, 'exempt from row-level security'), (rolcreaterole, 'a maker of roles')
        ) as rights (has, what)
        where has
    union all
    select format('the service''s role is a member of %s', m.roleid::regrole) from pg_auth_members m
        join service s on s.oid = m.member
    union all
    select 'there is no role ' || :role where not exists (select from service)
    order by 1
    """  # noqa: S608 - constants
)

_COUNT = text(f"with {_TABLES} select count(*) from tenants")  # noqa: S608 - constants


async def assert_tenant_safe(
    database_urls: DatabaseUrls, *, read_across: Collection[str] = (), definers: Collection[str] = ()
) -> None:
    """Raises AssertionError that names every way in which a migrated database lets agencies see each other's rows.

    Every table has an agency, and row-level security, forced, with policies that let the service see and write the rows
    of its agency alone; no unique index, foreign key, view or function goes past it; the service's role owns nothing.

    `read_across` names further tables of marks, without personal data, that are read across agencies; `definers` the
    functions that run as the owner on purpose.
    """
    role = make_url(database_urls.app_url).username or ""
    engine = create_async_engine(database_urls.owner_url)
    try:
        async with engine.connect() as connection:
            faults = await tenancy_faults(connection, role, read_across=read_across, definers=definers)
    finally:
        await engine.dispose()
    assert not faults, "\n".join(("tenants are not kept apart:", *faults))


async def tenancy_faults(
    connection: AsyncConnection, role: str, *, read_across: Collection[str] = (), definers: Collection[str] = ()
) -> list[str]:
    """As `assert_tenant_safe`, of the database of a connection: the faults in words."""
    asked = {
        "role": role,
        "own": _OWN,
        "read_across": [*MARKS, *read_across],
        "append_only": [*APPEND_ONLY],
        "definers": [*DEFINERS, *definers],
    }
    if not (await connection.execute(_COUNT, {"role": role})).scalar_one():
        return ["there is no table with agency_id: was the database migrated?"]
    return list((await connection.execute(_FAULTS, asked)).scalars())
