"""Webhooks: published events, sent to addresses outside that an agency's admins chose.

A consumer of all services' events puts a delivery and its job down for each webhook that wants one, once; the job reads the
event where it was published, signs it, and posts it by an egress that reaches the public internet alone.
"""

from gardenos_comms.webhooks.api import router
from gardenos_comms.webhooks.delivering import Sender
from gardenos_comms.webhooks.listening import listening
from gardenos_comms.webhooks.projection import project

__all__ = ["Sender", "listening", "project", "router"]
