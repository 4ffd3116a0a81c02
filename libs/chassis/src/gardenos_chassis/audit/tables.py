"""The tables of the audit trail, for migrations: what stands here has run, and is not edited."""

from gardenos_chassis.migrations import Operations, protect_writes

_OWN = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"


def create_audit_tables(op: Operations) -> None:
    """All that a service of events, jobs and people's data needs."""
    create_access_table(op)
    extend_events(op)
    extend_jobs(op)


def create_access_table(op: Operations) -> None:
    """Who looked at what: `audit.accesses`.

    An access may be added and, from its ninetieth day on, removed; the service's role changes none.
    """
    op.execute(
        """
        create table accesses (
            agency_id uuid not null,
            at timestamptz not null default clock_timestamp(),
            id uuid not null,
            act text not null,
            what text not null,
            subject_id uuid,
            person_id uuid,
            actor text not null,
            on_behalf_of text,
            origin text,
            rule text,
            correlation_id text not null,
            primary key (agency_id, at, id)
        )
        """
    )
    op.execute("create index accesses_actor on accesses (agency_id, actor, at)")
    op.execute("create index accesses_subject on accesses (agency_id, subject_id, at) where subject_id is not null")
    op.execute("create index accesses_person on accesses (agency_id, person_id, at) where person_id is not null")
    op.execute("alter table accesses enable row level security")
    op.execute("alter table accesses force row level security")
    op.execute(f"create policy accesses_read on accesses for select using ({_OWN})")
    op.execute(f"create policy accesses_insert on accesses for insert with check ({_OWN})")
    op.execute(
        f"create policy accesses_delete on accesses for delete using ({_OWN} and at < now() - interval '90 days')"
    )
    op.execute(
        """
        do $$ declare role name; begin
            for role in select distinct grantee from information_schema.role_table_grants
                where table_name = 'accesses' and grantee <> current_user
            loop
                execute format('revoke update, truncate on accesses from %I', role);
            end loop;
        end $$
        """
    )
    # Whoever removes what is kept long enough needs to know of which agencies there is any, and nothing else of them.
    op.execute("create policy accesses_owner on accesses for select to current_user using (true)")
    op.execute(
        """
        create function agencies_with_accesses_before(moment timestamptz) returns setof uuid
        language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
            with recursive first (agency_id, at) as (
                (select agency_id, at from accesses order by agency_id, at limit 1)
                union all
                select next.agency_id, next.at from first, lateral (
                    select accesses.agency_id, accesses.at from accesses
                    where accesses.agency_id > first.agency_id order by accesses.agency_id, accesses.at limit 1
                ) as next
            )
            select agency_id from first where at < moment
        $$
        """
    )


def extend_events(op: Operations) -> None:
    """The ways to an actor's events, and to those about a person."""
    op.execute("create index events_actor on events (agency_id, (metadata ->> 'actor'), sequence)")
    op.execute(
        "create index events_whose on events (agency_id, ((data #>> '{$sealed,for}')::uuid), sequence)"
        " where (data #>> '{$sealed,for}') is not null"
    )


def extend_jobs(op: Operations) -> None:
    """On whose behalf a job is done: for each database that has jobs."""
    op.execute("alter table jobs add column on_behalf_of text")


def create_access_seals(op: Operations) -> None:
    """The chain of hashes over who looked at what: `audit.seals`. It holds times and counts, and nothing of anybody."""
    op.execute(
        """
        create table access_seals (
            agency_id uuid not null,
            sequence bigint not null,
            since timestamptz not null,
            upto timestamptz not null,
            looks integer not null,
            digest bytea not null,
            link bytea not null,
            primary key (agency_id, sequence)
        )
        """
    )
    protect_writes(op, "access_seals")
    # As with events: what is sealed stays so.
    op.execute(
        """
        do $$ declare role name; begin
            for role in select distinct grantee from information_schema.role_table_grants
                where table_name = 'access_seals' and grantee <> current_user
            loop
                execute format('revoke update, delete, truncate on access_seals from %I', role);
            end loop;
        end $$
        """
    )
    # Whoever seals needs to know of which agencies there is anything to seal, and nothing else of them. It leaps from
    # agency to agency along the index.
    op.execute(
        """
        create function agencies_with_accesses_to_seal(moment timestamptz) returns setof uuid
        language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
            with recursive found (agency_id) as (
                (select agency_id from accesses order by agency_id limit 1)
                union all
                select (
                    select accesses.agency_id from accesses
                    where accesses.agency_id > found.agency_id order by accesses.agency_id limit 1
                )
                from found where found.agency_id is not null
            )
            select agency_id from found where exists (
                select from accesses
                where accesses.agency_id = found.agency_id and accesses.at < moment and accesses.at >= coalesce(
                    (select upto from access_seals where access_seals.agency_id = found.agency_id
                        order by sequence desc limit 1),
                    '-infinity'
                )
            )
        $$
        """
    )
