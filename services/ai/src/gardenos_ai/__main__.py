"""`python -m gardenos_ai [migrate]`."""

from gardenos_chassis.main import main

from gardenos_ai.app import create_service
from gardenos_ai.settings import AiSettings

main(AiSettings, create_service)
