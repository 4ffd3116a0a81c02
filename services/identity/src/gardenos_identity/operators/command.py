"""Operators by command, for whoever has the platform's machines: there is no other way to become one."""

import argparse
import sys
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

from gardenos_chassis.errors import Refusal
from gardenos_chassis.maintenance import Failed, Stopped, carried_out
from gardenos_chassis.service import Service

from gardenos_identity.operators.desk import Access, Operators
from gardenos_identity.settings import IdentitySettings


def operators_of(service: Service) -> Operators:
    """Those of a service that does not serve. Raises TypeError for any service but identity."""
    if not isinstance(service.settings, IdentitySettings):
        raise TypeError(f"{service.name} knows of no operators")
    return Operators.of(service.database, service.settings)


async def done(service: Service, what: str, email: str = "") -> list[str]:
    """Does `add`, `renew`, `remove` or `list`, and tells it in lines. Raises Invalid, Conflict, NotFound."""
    operators = operators_of(service)
    match what:
        case "add":
            return [*_shown(await operators.add(email))]
        case "renew":
            return [*_shown(await operators.renew(email))]
        case "remove":
            await operators.remove(email)
            return [f"{email} is an operator no more"]
    return [*_listed(await operators.all())]


def run(service: Service, argv: Sequence[str]) -> int:
    """`python -m gardenos_identity operator …`; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m gardenos_identity operator", description="Who operates the platform"
    )
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("add", help="makes somebody an operator, and shows what they sign in with").add_argument(
        "email"
    )
    commands.add_parser("renew", help="gives them a new password and second factor").add_argument("email")
    commands.add_parser("remove", help="makes them one no more").add_argument("email")
    commands.add_parser("list", help="who is one, and was")
    asked = parser.parse_args(argv)
    work: Coroutine[Any, Any, list[str]] = done(service, asked.what, getattr(asked, "email", ""))
    try:
        print("\n".join(carried_out(service, work)))
        return 0
    except Stopped:
        return 130
    except Refusal as refusal:
        print(refusal.detail, file=sys.stderr)
    except Failed as failure:
        print(failure, file=sys.stderr)
    return 2


def _shown(access: Access) -> Iterator[str]:
    yield f"{access.email} signs in at /operator with this, which is shown once:"
    yield f"  password        {access.password}"
    yield f"  authenticator   {access.secret}"
    yield f"                  {access.address}"
    yield f"  recovery codes  {' '.join(access.recovery_codes)}"


def _listed(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    for each in found:
        until = f", removed {each['removed_at']:%Y-%m-%d}" if each["removed_at"] else ""
        yield f"{each['id']}  {each['email']}  added {each['added_at']:%Y-%m-%d}{until}"
    if not found:
        yield "nobody is an operator; gardenos operator add <email> makes somebody one"
