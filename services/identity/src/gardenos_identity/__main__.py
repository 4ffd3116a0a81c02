"""`python -m gardenos_identity [migrate]`, and who operates the platform: `python -m gardenos_identity operator add …`."""

import sys

from gardenos_chassis.main import main

from gardenos_identity.app import create_service
from gardenos_identity.operators.command import run
from gardenos_identity.settings import IdentitySettings

if sys.argv[1:2] == ["operator"]:
    sys.exit(run(create_service(IdentitySettings.model_validate({})), sys.argv[2:]))
main(IdentitySettings, create_service)
