"""`python -m your_consumer` serves; `python -m your_consumer migrate` migrates."""

from gardenos_chassis.main import main

from your_consumer.app import create_service
from your_consumer.settings import YourConsumerSettings

main(YourConsumerSettings, create_service)
