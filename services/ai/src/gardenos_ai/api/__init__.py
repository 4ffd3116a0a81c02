"""HTTP: parse, ask, answer."""

from gardenos_ai.api.insights import router as insights
from gardenos_ai.api.readings import router as readings
from gardenos_ai.api.scores import router as scores
from gardenos_ai.api.search import router as search

routers = (insights, scores, search, readings)

__all__ = ["routers"]
