"""What reads: the offline engine, which needs nothing, and a model by LiteLLM."""

from gardenos_ai.engines.offline import OfflineEngine
from gardenos_ai.engines.port import Engine, Reading

__all__ = ["Engine", "OfflineEngine", "Reading"]
