"""HTTP: parse, decide or ask, answer."""

from gardenos_comms.api.calls import router as calls
from gardenos_comms.api.conversations import router as conversations
from gardenos_comms.api.messages import router as messages

routers = (calls, messages, conversations)

__all__ = ["routers"]
