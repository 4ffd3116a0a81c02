"""A campaign that leads come from."""

from collections.abc import Iterator
from uuid import UUID

from gardenos_contracts import Event
from gardenos_contracts.leads import CampaignLaunched


def launch(campaign_id: UUID, *, name: str, source: str) -> Iterator[Event]:
    """A new campaign."""
    yield CampaignLaunched(campaign_id=campaign_id, name=name, source=source)
