"""What lists of leads are narrowed by: an agency's own fields, tags, words of who it is; and views of them that have a name.

Row-level security lets an index answer only what cannot tell of a row that is hidden: comparisons, not patterns and not
"contains". So what was an index over parts of texts, which the policy kept from being used, is a table of words here, and
what is known under an agency's own fields one of values: each found by comparison.
"""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        """
        alter table leads
            add column tags text[] not null default '{}',
            add column fields jsonb not null default '{}'
        """
    )
    op.execute(
        """
        create table lead_fields (
            agency_id uuid not null, id uuid not null, key text not null, label text not null, kind text not null,
            options text[] not null, line_of_business text, retired boolean not null default false, version integer not null,
            primary key (agency_id, key)
        )
        """
    )
    op.execute(
        """
        create table lead_values (
            agency_id uuid not null, lead_id uuid not null, key text not null,
            text text collate "C", number float8, day date,
            primary key (agency_id, lead_id, key)
        )
        """
    )
    for kind in ("text", "number", "day"):
        op.execute(
            f"create index lead_values_{kind} on lead_values (agency_id, key, {kind}, lead_id) where {kind} is not null"
        )
    for table, what in {"lead_tags": "tag", "lead_words": "word"}.items():
        op.execute(
            f"""
            create table {table} (
                agency_id uuid not null, {what} text collate "C" not null, lead_id uuid not null,
                primary key (agency_id, {what}, lead_id)
            )
            """
        )
        op.execute(f"create index {table}_lead on {table} (agency_id, lead_id, {what})")
    op.execute(
        """
        create table lead_views (
            agency_id uuid not null, id uuid not null, name text not null, audience text not null, owner_id uuid not null,
            team_id uuid, filter jsonb, sort text, columns text[] not null, version integer not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create table agency_zones (agency_id uuid primary key, time_zone text not null)")
    op.execute(_WORDS)
    protect(op, "lead_fields", "lead_values", "lead_tags", "lead_words", "lead_views", "agency_zones")
    op.execute(_WORDS_OF_ALL)
    op.execute("drop index leads_search")
    op.execute("alter table leads drop column search")


_WORDS = r"""
create function lead_words_of(name text, email text, phone text) returns setof text
language sql immutable parallel safe as $$
    -- A name's words without accents; an email address from each of its parts on; a number from its area code on, and backwards.
    select word
    from regexp_split_to_table(
        regexp_replace(normalize(lower(coalesce(name, '')), nfkd), '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+'
    ) as word
    where word <> ''
    union select lower(email) where email <> ''
    union select substring(lower(email) from place) from generate_series(2, length(email)) as place
    where substring(email from place - 1 for 2) ~ '^[^[:alnum:]][[:alnum:]]'
    union select regexp_replace(regexp_replace(phone, '^\+1', ''), '[^0-9]', '', 'g') where phone ~ '[0-9]'
    union select '<' || reverse(regexp_replace(phone, '[^0-9]', '', 'g')) where phone ~ '[0-9]'
$$
"""

# Migrations are no agency's, and no row of one is theirs: each is acted for in turn.
_WORDS_OF_ALL = """
do $$
declare agency uuid;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        insert into lead_words (agency_id, word, lead_id)
        select agency_id, word, id from leads, lead_words_of(given_name || ' ' || family_name, email, phone) as word
        where agency_id = agency;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
