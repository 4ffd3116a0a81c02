"""`python -m gardenos_leads [migrate]`."""

from gardenos_chassis.main import main

from gardenos_leads.app import create_service
from gardenos_leads.settings import LeadsSettings

main(LeadsSettings, create_service)
