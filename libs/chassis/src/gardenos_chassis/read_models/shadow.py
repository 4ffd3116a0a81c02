"""Tables beside the live ones: the same by the server's own catalogue, in a schema of their own, until they take over."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

from gardenos_chassis.errors import Conflict
from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.tenancy import driver_of

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A connection as the owner of the tables."""

_LEFT = (
    "select nspname::text from pg_namespace"
    " where nspname ~ '^verify_' and obj_description(oid, 'pg_namespace') ~ '^[0-9a-f]{32}-[0-9]+$'"
)

MODEL = "gardenos-read-model-"
"""With a read model's name after it: the lock of who rebuilds or verifies it."""

_KEPT = ["agency_heads", "consumer_marks", "parked_events"]
"""What the chassis keeps beside any read tables: how far they are filled, and what is set aside."""

_TABLES = "select oid, relname from pg_class where relnamespace = 'public'::regnamespace and relname = any($1)"

# What `like` leaves out, as statements that name tables as they are found from `public`: run where the schema beside is
# searched first, they name its tables. Foreign keys come when every table is there.
_MAKING = f"""
with tables as ({_TABLES}),
statements (phase, name, statement) as (
    select 1, relname, format('create table %I (like public.%I including all excluding indexes)%s', relname, relname,
        coalesce(' with (' || array_to_string(reloptions, ', ') || ')', ''))
    from tables join pg_class using (oid, relname)
    union all
    select 2, conname, format('alter table %I add constraint %I %s', relname, conname, pg_get_constraintdef(c.oid))
    from tables t join pg_constraint c on c.conrelid = t.oid where contype in ('p', 'u', 'x')
    union all
    select 3, conname, format('alter table %I add constraint %I %s', relname, conname, pg_get_constraintdef(c.oid))
    from tables t join pg_constraint c on c.conrelid = t.oid where contype = 'f'
    union all
    select 4, attname, format('alter table %I alter column %I set statistics %s', relname, attname, attstattarget)
    from tables t join pg_attribute a on a.attrelid = t.oid where attnum > 0 and not attisdropped and attstattarget > 0
    union all
    select 5, relname, format('alter table %I %s row level security', relname, what)
    from tables join pg_class using (oid, relname)
        cross join lateral (values (relrowsecurity, 'enable'), (relforcerowsecurity, 'force')) as secured (so, what)
    where so
    union all
    select 6, p.policyname, format('create policy %I on %I as %s for %s to %s%s%s', p.policyname, relname, permissive, cmd,
        (select string_agg(case role when 'public' then 'public' else quote_ident(role) end, ', ')
         from unnest(p.roles) as role),
        ' using (' || qual || ')', ' with check (' || with_check || ')')
    from tables join pg_policies p on p.schemaname = 'public' and p.tablename = relname
    union all
    select 7, relname, format('grant %s on %I to %s', string_agg(privilege_type, ', '), relname,
        case grantee when 0 then 'public' else grantee::regrole::text end)
    from tables join pg_class using (oid, relname) cross join lateral aclexplode(relacl) as granted
    where grantee <> relowner group by relname, grantee
)
select statement from statements order by phase, name
"""  # noqa: S608 - constants

_INDEXES = f"""
with tables as ({_TABLES})
select i.relname as name, pg_get_indexdef(x.indexrelid, 0, true) as statement
from tables t join pg_index x on x.indrelid = t.oid join pg_class i on i.oid = x.indexrelid
where not exists (select from pg_constraint where conindid = x.indexrelid and contype in ('p', 'u', 'x'))
order by 1
"""  # noqa: S608 - constants

_DEFINITION = """
with tables as (
    select oid, relname from pg_class where relnamespace = $1::text::regnamespace and relname = any($2) and relkind = 'r'
)
select relname || ': ' || (row_to_json(told))::text as said from tables t cross join lateral (
    select 'table' as kind, relname::text as name, json_build_array(relpersistence, relrowsecurity, relforcerowsecurity,
        reloptions, relreplident, relowner::regrole, (select amname from pg_am where oid = relam),
        (select array_agg(acl::text order by acl::text) from unnest(relacl) as acl)) as what
    from pg_class c where c.oid = t.oid
    union all
    select 'column', attname, json_build_array(format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
        attstorage, attcompression, nullif(attstattarget, -1), attoptions, attcollation::regcollation, attacl,
        pg_get_expr(adbin, adrelid),
        row_number() over (order by attnum))
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = t.oid and attnum > 0 and not attisdropped
    union all
    select 'constraint', conname, json_build_array(contype, convalidated, pg_get_constraintdef(c.oid))
    from pg_constraint c where c.conrelid = t.oid
    union all
    select 'index', i.relname, json_build_array(indisunique, indisvalid, indisreplident, i.reloptions,
        pg_get_indexdef(indexrelid, 0, true))
    from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = t.oid
    union all
    select 'policy', polname, json_build_array(polcmd, polpermissive,
        (select array_agg(role::regrole::text) from unnest(polroles) as role),
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    from pg_policy p where p.polrelid = t.oid
    union all
    select 'trigger', tgname, json_build_array(pg_get_triggerdef(g.oid, true)) from pg_trigger g
    where g.tgrelid = t.oid and not tgisinternal
) as told
order by 1
"""

_FOREIGN = f"""
with tables as ({_TABLES})
select conname::text as name, conrelid::regclass::text as here, confrelid::regclass::text as there
from pg_constraint where contype = 'f'
    and (conrelid in (select oid from tables)) <> (confrelid in (select oid from tables))
"""  # noqa: S608 - constants


_HELD = """
select exists (
    select from pg_locks join pg_database on pg_database.oid = database
    where datname = current_database() and locktype = 'advisory' and objsubid = 1 and granted
        and (classid::bigint << 32) | objid::bigint = hashtext($1)
)
"""


def rebuilding(model: str) -> str:
    """The schema in which a read model is rebuilt, and the name of the lock of who does."""
    return f"rebuild_{model}"


def verifying(model: str) -> str:
    """The schema in which a read model is held against its events, and the name of the lock of who does."""
    return f"verify_{model}"


async def is_held(connection: Owner, lock: str) -> bool:
    """Whether somebody works under this name now: nobody does who was killed."""
    return bool(await connection.fetchval(_HELD, lock))


@asynccontextmanager
async def owner_of(url: str) -> AsyncIterator[Owner]:
    """A connection of its own as the owner; what is locked by it is free when the context, or the process, ends."""
    engine = create_async_engine(url, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield driver_of(connection)
    finally:
        await engine.dispose()


async def clear_away(owner_url: str) -> list[str]:
    """Drops what verifications that were killed have left; tells the read models. A rebuild is left to be gone on with."""
    cleared = []
    async with owner_of(owner_url) as owner:
        for row in await owner.fetch(_LEFT):
            model = row["nspname"].removeprefix("verify_")
            async with owner.transaction():
                if await owner.fetchval("select pg_try_advisory_xact_lock(hashtext($1))", f"{MODEL}{model}"):
                    await owner.execute(f"drop schema if exists {verifying(model)} cascade")
                    cleared.append(model)
    return cleared


async def definition(owner: Owner, schema: str, tables: Sequence[str]) -> list[str]:
    """All that the catalogue says of tables, in words that do not name their schema."""
    async with owner.transaction():
        await _searching(owner, schema)
        return [row["said"] for row in await owner.fetch(_DEFINITION, schema, list(tables))]


@dataclass(frozen=True, slots=True)
class Shadow:
    """The tables of a read model in a schema beside the live ones, with marks of how far they are filled.

    `agency_heads` there says how many of the service's own events were taken; the others that the chassis keeps say the
    same as the live ones of their name. They begin empty.
    """

    owner: Owner
    model: ReadModel
    schema: str

    @property
    def _tables(self) -> list[str]:
        return [*self.model.table_names, *(table.name for table in self.model.scratch), *_KEPT]

    async def prepare(self, code: str, *, anew: bool = False) -> bool:
        """Makes the tables, or goes on with those that a run before has left; True if there are such.

        What was left is of no use if other code filled it, or if the live tables have changed since. Raises Conflict
        for tables that cannot be made twice.
        """
        if not anew and await self._left_by(code) and await self.is_like_the_live():
            return True
        await self._check()
        async with self.owner.transaction():
            await self.drop()
            await self.owner.execute(f"create schema {self.schema}")
            # A statement of this kind takes no parameters; a fingerprint is hexadecimal. By it a schema is known as ours.
            await self.owner.execute(f"comment on schema {self.schema} is '{code}'")
            await self.owner.execute("set local search_path = public")
            making = await self.owner.fetch(_MAKING, self._tables)
            searched_by = [row for row in await self._live_indexes() if row["name"] in self.model.searched_by]
            if unknown := set(self.model.searched_by) - {row["name"] for row in searched_by}:
                raise Conflict(f"{self.model.name} is searched by {', '.join(sorted(unknown))}: no such index")
            grantees = await self.owner.fetch(
                "select distinct grantee::regrole::text as role from pg_class cross join lateral aclexplode(relacl)"
                " where relnamespace = 'public'::regnamespace and relname = any($1) and grantee not in (0, relowner)",
                self._tables,
            )
            await _searching(self.owner, self.schema)
            for row in (*making, *searched_by):
                await self.owner.execute(row["statement"])
            for row in grantees:
                await self.owner.execute(f"grant usage on schema {self.schema} to {row['role']}")
            if await self.owner.fetchval("select to_regclass('public.person_keys') is not null"):
                # Who is forgotten is so beside as well, from the first event on.
                await self.owner.execute(
                    "create view person_keys with (security_invoker = true) as select * from public.person_keys"
                )
                for row in grantees:
                    await self.owner.execute(f"grant select, insert, update on person_keys to {row['role']}")
        return False

    async def complete(self) -> None:
        """Adds the indexes that are not there yet, and has the server look at what the tables hold, for its plans."""
        async with self.owner.transaction():
            await self.owner.execute("set local search_path = public")
            missing = [row for row in await self._live_indexes() if row["name"] not in await self._own_indexes()]
        for row in missing:
            async with self.owner.transaction():
                await _searching(self.owner, self.schema)
                await self.owner.execute(row["statement"])
        for table in self.model.table_names:
            await self.owner.execute(f"vacuum (analyze) {self.schema}.{table}")

    async def is_like_the_live(self, *, whole: bool = False) -> bool:
        """Whether the tables beside are defined as the live ones are: but for indexes, unless they are `whole`."""

        def relevant(said: list[str]) -> list[str]:
            return [each for each in said if whole or '"kind":"index"' not in each]

        live = await definition(self.owner, "public", self.model.table_names)
        beside = await definition(self.owner, self.schema, self.model.table_names)
        return relevant(live) == relevant(beside)

    async def drop(self) -> None:
        """Takes the tables beside away, if there are any."""
        await self.owner.execute(f"drop schema if exists {self.schema} cascade")

    async def _left_by(self, code: str) -> bool:
        query = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = $1"
        return bool(await self.owner.fetchval(query, self.schema) == code)

    async def _check(self) -> None:
        """Refuses what cannot be exchanged: a key into or out of the model, a trigger, a table that is not there."""
        async with self.owner.transaction():
            await self.owner.execute("set local search_path = public")
            for tables in (self.model.table_names, self._tables):
                for key in await self.owner.fetch(_FOREIGN, tables):
                    raise Conflict(
                        f"the foreign key {key['name']} leads from {key['here']} to {key['there']}, and only one of the "
                        f"two is a table of the read model {self.model.name}: take in both, or drop the key"
                    )
            triggers = await self.owner.fetch(
                f"with tables as ({_TABLES}) select tgname, relname from tables t join pg_trigger on tgrelid = t.oid"  # noqa: S608
                " where not tgisinternal",
                self._tables,
            )
            for each in triggers:
                raise Conflict(f"{each['relname']} has a trigger, {each['tgname']}: what it does is not in the events")
            known = {row["relname"] for row in await self.owner.fetch(_TABLES, self._tables)}
            if missing := set(self._tables) - known - set(_KEPT):
                raise Conflict(f"there is no table {', '.join(sorted(missing))}: is the database migrated?")

    async def _live_indexes(self) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await self.owner.fetch(_INDEXES, self._tables)
        return found

    async def _own_indexes(self) -> set[str]:
        found = await self.owner.fetch("select indexname::text from pg_indexes where schemaname = $1", self.schema)
        return {row["indexname"] for row in found}


async def _searching(owner: Owner, schema: str) -> None:
    path = schema if schema == "public" else f"{schema}, public"
    await owner.execute(f"set local search_path = {path}")
