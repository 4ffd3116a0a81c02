"""What somebody has of clients, and its going to others when they are deactivated or their team is dissolved."""

from gardenos_chassis.handing_over import Held, Whose, handing_over

from gardenos_clients.client import Client, evolve
from gardenos_clients.tables import clients

OPEN = clients.c.forgotten_at.is_(None)


def _scope(client: Client) -> Whose:
    return client.owner_id, client.team_id


handed_over, handing = handing_over("clients", Held(clients, OPEN, evolve, _scope, Client.assign))
