"""API keys: made by people for programs that act on their behalf, exchanged for access tokens, revoked."""

from gardenos_identity.api_keys.exchange import Desk
from gardenos_identity.api_keys.projections import REVOKED, project
from gardenos_identity.api_keys.tables import api_keys

__all__ = ["REVOKED", "Desk", "api_keys", "project"]
