"""`python -m gardenos_identity [migrate]`."""

from gardenos_chassis.main import main

from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings

main(IdentitySettings, create_service)
