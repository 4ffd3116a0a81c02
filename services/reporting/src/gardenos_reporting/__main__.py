"""`python -m gardenos_reporting [migrate]`."""

from gardenos_chassis.main import main

from gardenos_reporting.app import create_service
from gardenos_reporting.settings import ReportingSettings

main(ReportingSettings, create_service)
