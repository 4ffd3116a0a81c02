"""HTTP: parse, decide or ask, answer."""

from gardenos_comms.api.calls import router as calls
from gardenos_comms.api.conversations import router as conversations
from gardenos_comms.api.messages import router as messages
from gardenos_comms.api.tasks import router as tasks

routers = (calls, messages, conversations, tasks)

__all__ = ["routers"]
