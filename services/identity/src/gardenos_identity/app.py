"""The composition root: settings in, one service out. Nothing else wires."""

from datetime import timedelta

from gardenos_chassis.auth.agency_standing import agency_standing_kept
from gardenos_chassis.auth.permissions import ADMINISTER_PEOPLE, READ_DIRECTORY
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.origins import Proxies
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.sealing.rewrapping import Wrapped
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Database

from gardenos_identity import api_keys, closing, working
from gardenos_identity.api import closing as closing_routes
from gardenos_identity.api import router, single_sign_on
from gardenos_identity.mail import Mail
from gardenos_identity.mail.lead_disposals import lead_disposals
from gardenos_identity.mail.paused_webhooks import paused_webhooks
from gardenos_identity.operators import Operators, agency_register
from gardenos_identity.operators import project as keep_register
from gardenos_identity.operators.api import router as operators_router
from gardenos_identity.operators.lost_factors import LostFactors
from gardenos_identity.passwords import Passwords
from gardenos_identity.projections import STANDINGS, TEAMS, project
from gardenos_identity.sessions import SignIn
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.signing_in.history import Refusals
from gardenos_identity.signing_in.limits import Limits
from gardenos_identity.signing_in.passwords_anew import PasswordsAnew
from gardenos_identity.signing_in.second_factor import SecondFactor
from gardenos_identity.single_sign_on.entering import SingleSignOn
from gardenos_identity.single_sign_on.providers import Providers
from gardenos_identity.single_sign_on.reaching import Reach
from gardenos_identity.single_sign_on.settling import Settling
from gardenos_identity.tables import SECRETS, agencies, branches, invitations, teams, users
from gardenos_identity.tokens import Signer


def create_service(settings: IdentitySettings) -> Service:
    """The identity service."""
    passwords = Passwords(at_once=settings.concurrent_hashes, in_line=settings.waiting_hashes)
    signer = Signer(settings.signing_key.get_secret_value())
    database = Database.of(settings)
    mail = Mail(settings)
    limits = Limits(database)
    sign_in = SignIn(
        database,
        passwords,
        signer,
        SecondFactor(settings.needed_master_keys),
        limits,
        Refusals(database),
        settings.session_days,
    )
    passwords_anew = PasswordsAnew(database, passwords, limits, sign_in, mail)
    proxies = Proxies(settings.trusted_proxies)
    desk = api_keys.Desk(database, signer, limits, proxies)
    reach = Reach(settings.single_sign_on_private)
    settling = Settling(settings.needed_master_keys, reach, f"{settings.public_url.rstrip('/')}/single-sign-on")
    signing_on = SingleSignOn(database, settling, Providers(reach), sign_in, limits)
    erasing = closing.Erasing(settings.needed_master_keys)
    operators = Operators(database, passwords, sign_in.second_factor, limits)
    return Service(
        settings,
        database=database,
        routers=[
            router(sign_in, passwords_anew, passwords, signer, proxies, mail, desk, registering=settings.registering),
            single_sign_on.router(signing_on, proxies, settings.public_url),
            closing_routes.router(timedelta(days=settings.erase_closed_agencies_days)),
            operators_router(operators, LostFactors(sign_in, mail), proxies, settings.operator_contact),
        ],
        read_models=[
            ReadModel("people", tables=[agencies, branches, teams, users, invitations], project=project),
            ReadModel("api_keys", tables=[api_keys.api_keys], project=api_keys.project),
            ReadModel("closures", tables=[closing.agency_closures], project=closing.project),
            ReadModel("work", tables=[working.work_profiles, working.absences], project=working.project),
            ReadModel("register", tables=[agency_register], project=keep_register),
        ],
        consumers=[paused_webhooks(mail), lead_disposals(mail)],
        jobs=[mail.jobs(), erasing.jobs()],
        standings=Standings(
            rows=f"{STANDINGS} union all {api_keys.REVOKED}",
            teams=TEAMS,
            shares=None,
            projections=[agency_standing_kept],
        ),
        read_by=READ_DIRECTORY,
        written_by=ADMINISTER_PEOPLE,
        exchange=desk.exchange,
        background=[limits.purge_hourly, erasing.look_for_overdue],
        wrapped=[
            Wrapped("second_factors", "user_id", "secret"),
            Wrapped("letters", "id", "sealed"),
            Wrapped("single_sign_on", "id", "secret"),
        ],
        secrets=SECRETS,
    )
