"""One login for a person's memberships in several agencies: it is kept where they first joined."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Whoever is there already keeps a login of their own, where it is: nobody else's home is named. A row that names one
    # has no password; that is the home's alone.
    op.execute(
        """
        alter table credentials
            alter column password_hash drop not null,
            add column home_agency_id uuid,
            add column home_user_id uuid,
            add column used_at timestamptz,
            add constraint credentials_home_whole check ((home_agency_id is null) = (home_user_id is null)),
            add constraint credentials_home_alone check (home_agency_id is null or password_hash is null)
        """
    )
    # For the moment in which the owner fills what is new, of all agencies.
    for table in ("credentials", "sessions"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        """
        update credentials c set used_at = (
            select max(s.used_at) from sessions s where s.agency_id = c.agency_id and s.user_id = c.user_id
        )
        """
    )
    for table in ("credentials", "sessions"):
        op.execute(f"alter table {table} force row level security")
    op.execute("create index credentials_home on credentials (home_agency_id, home_user_id)")
    op.execute("drop function credentials_of(text)")
    op.execute(
        """
        create function credentials_of(address text)
        returns table (agency_id uuid, user_id uuid, password_hash text)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
            select c.agency_id, c.user_id, c.password_hash from public.credentials c
            where c.email = address and c.password_hash is not null order by c.agency_id
        $$
        """
    )
    # In which agencies a login is somebody: no names, no addresses, and only for who knows the login.
    op.execute(
        """
        create function memberships_of(home_agency uuid, home_user uuid)
        returns table (agency_id uuid, user_id uuid)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
            select c.agency_id, c.user_id from public.credentials c
            where (c.agency_id = home_agency and c.user_id = home_user and c.home_agency_id is null)
                or (c.home_agency_id = home_agency and c.home_user_id = home_user)
            order by c.used_at desc nulls last, c.agency_id
        $$
        """
    )
