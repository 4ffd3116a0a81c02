"""`python -m gardenos_clients [migrate]`."""

from gardenos_chassis.main import main

from gardenos_clients.app import create_service
from gardenos_clients.settings import ClientsSettings

main(ClientsSettings, create_service)
