"""The master key replaced: what identity keeps under it is wrapped anew, and opens by the new one alone."""

from gardenos_chassis.ids import new_id
from gardenos_chassis.migrations import migrate
from gardenos_chassis.read_models.progress import Progress
from gardenos_chassis.sealing.keys import MasterKeys, new_master_key
from gardenos_chassis.sealing.rewrapping import rewrap
from gardenos_chassis.sealing.secrets import seal, unseal
from gardenos_chassis.testing.parts import Parts
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.signing_in.limits import NO_AGENCY
from sqlalchemy import text

SEALED = {"second_factors": ("user_id", "secret"), "letters": ("id", "sealed")}


def silent(_: Progress) -> None:
    """Nobody watches."""


async def test_second_factors_and_waiting_letters_outlive_the_old_master_key(parts: Parts, signing_key: str) -> None:
    urls = await parts.postgres.ensure_database(f"identity_{new_id().hex[-12:]}")
    await migrate("gardenos_identity", urls.owner_url)
    old, new = new_master_key(), new_master_key()
    settings = await parts.settings(
        IdentitySettings, "gardenos_identity",
        database_url=urls.app_url, master_key=f"{new},{old}", signing_key=signing_key,
    )  # fmt: skip
    service = create_service(settings)
    agency_id, id = new_id(), new_id()
    try:
        async with service.database.transaction(agency_id) as session:
            given = {"agency_id": agency_id, "id": id, "kept": seal(MasterKeys.parse(old), agency_id, id, "JBSWY3DP")}
            await session.execute(text("insert into agency_heads (agency_id, head) values (:agency_id, 1)"), given)
            more = {"second_factors": "", "letters": ", posted_at"}
            for table, (key, column) in SEALED.items():
                values = f":agency_id, :id, :kept{', now()' if more[table] else ''}"
                insert = f"insert into {table} (agency_id, {key}, {column}{more[table]}) values ({values})"
                await session.execute(text(insert), given)
        # Those of operators, who are of no agency, are sealed as well.
        async with service.database.transaction(NO_AGENCY) as session:
            given = {"agency_id": NO_AGENCY, "id": id, "kept": seal(MasterKeys.parse(old), NO_AGENCY, id, "JBSWY3DP")}
            insert = "insert into second_factors (agency_id, user_id, secret) values (:agency_id, :id, :kept)"
            await session.execute(text(insert), given)
        found = await rewrap(service, silent)
        assert found.after == {MasterKeys.parse(new).newest.hex(): 3}
        async with service.database.transaction(NO_AGENCY) as session:
            kept = (await session.execute(text("select secret from second_factors"))).scalar_one()
            assert unseal(MasterKeys.parse(new), NO_AGENCY, id, kept) == "JBSWY3DP"
        async with service.database.transaction(agency_id) as session:
            for table, (_, column) in SEALED.items():
                kept = (await session.execute(text(f"select {column} from {table}"))).scalar_one()
                assert unseal(MasterKeys.parse(new), agency_id, id, kept) == "JBSWY3DP"
    finally:
        await service.http.aclose()
        await service.database.close()
