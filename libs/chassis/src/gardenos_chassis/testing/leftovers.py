"""Whether anything is left of somebody in a service's database: every column of every table, of every agency."""

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
    # As the server's superuser, whom row-level security does not bind.
    server = await parts.postgres.server.connect(package)
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
