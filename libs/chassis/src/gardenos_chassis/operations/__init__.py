"""What the owners and admins of an agency see and do of a service's inner life, at `/api/v1/operations/<service>/…`.

Every service has this room. What belongs together is a module with a `router`, whose paths are relative to it, and is
named in `router` below.
"""

from fastapi import APIRouter

from gardenos_chassis.operations import audit, consumers, dead_letters, export, jobs, read_models


def router() -> APIRouter:
    """Every operation. The paths name the service, so that all six are told apart, and are described once for all."""
    room = APIRouter(prefix="/api/v1/operations/{service}", tags=["operations"])
    for module in (audit, consumers, dead_letters, export, jobs, read_models):
        room.include_router(module.router)
    return room
