"""Whether anything is left of somebody, or of an agency, in a service's database: every column of every table."""

from uuid import UUID

from gardenos_chassis.testing.parts import Parts

_COLUMNS = """
select format('%I.%I', n.nspname, c.relname) as table, quote_ident(a.attname) as column, atttypid = 'bytea'::regtype as bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$)' and a.attnum > 0 and not a.attisdropped
order by 1, 2
"""


async def places_of(marker: str, parts: Parts, package: str) -> list[str]:
    """The columns in which a text stands, as `public.leads.email`; also inside of JSON and of bytes."""
    await parts.database(package)
    return await places_in(package, marker, parts)


async def places_in(database: str, marker: str, parts: Parts) -> list[str]:
    """As `places_of`, of a database that is there."""
    # As the server's superuser, whom row-level security does not bind.
    server = await parts.postgres.server.connect(database)
    try:
        found = []
        for row in await server.fetch(_COLUMNS):
            told = f"encode({row['column']}, 'escape')" if row["bytes"] else f"{row['column']}::text"
            query = f"select exists (select from {row['table']} where position($1::text in {told}) > 0)"  # noqa: S608
            if await server.fetchval(query, marker):
                found.append(f"{row['table']}.{row['column']}")
        return found
    finally:
        await server.close()


_TABLES = """
select n.nspname::text as schema, c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'agency_id' and not a.attisdropped
where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema$)' order by 1, 2
"""


async def rows_of(agency_id: UUID, parts: Parts, package: str) -> dict[str, int]:
    """How many rows of an agency there are in each table that has any; of people's keys, those that open something."""
    await parts.database(package)
    return await rows_in(package, agency_id, parts)


async def rows_in(database: str, agency_id: UUID, parts: Parts) -> dict[str, int]:
    """As `rows_of`, of a database that is there."""
    server = await parts.postgres.server.connect(database)
    try:
        found = {}
        for row in await server.fetch(_TABLES):
            more = " and key is not null" if row["name"] == "person_keys" else ""
            query = f'select count(*) from "{row["schema"]}"."{row["name"]}" where agency_id = $1{more}'  # noqa: S608
            if rows := await server.fetchval(query, agency_id):
                found[row["name"] if row["schema"] == "public" else f"{row['schema']}.{row['name']}"] = rows
        return found
    finally:
        await server.close()
