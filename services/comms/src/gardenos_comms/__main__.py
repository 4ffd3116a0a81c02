"""`python -m gardenos_comms [migrate]`."""

from gardenos_chassis.main import main

from gardenos_comms.app import create_service
from gardenos_comms.settings import CommsSettings

main(CommsSettings, create_service)
