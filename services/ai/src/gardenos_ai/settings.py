"""What the ai service needs to know beyond what every service does."""

from pathlib import Path

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field, SecretStr


class AiSettings(ServiceSettings, service="ai"):
    """Read from `GARDENOS_AI_<NAME>`, else `GARDENOS_<NAME>`."""

    qdrant_url: str | None = None
    """A Qdrant server; without one the engine runs in this process, in `qdrant_path`."""
    qdrant_api_key: SecretStr | None = None
    qdrant_path: Path = Path("vectors")
    """Folder of the embedded engine; one process at a time."""
    qdrant_timeout_seconds: float = Field(default=10, gt=0)

    model: str | None = None
    """As LiteLLM names it, `provider/model`. Empty: the offline engine, which needs no network and no key."""
    model_key: SecretStr | None = None
    model_url: str | None = None
    """Base address of the model's provider, where it is not the provider's usual one."""
    model_timeout_seconds: float = Field(default=60, gt=0)
    """For one answer of the model."""

    readers: int = Field(default=2, ge=1)
    """Communications read at the same time."""
    reading_lease_seconds: float = Field(default=30, gt=0)
    """After this long without a sign of life another reader takes over."""
    reading_tries: int = Field(default=4, ge=1)
    """Before a communication that an engine cannot take is set aside."""
    vectors_check_seconds: float = Field(default=3600, gt=0)
    """How often the vectors are compared with the database; also at every start."""
