"""Settings from the environment: `GARDENOS_LEADS_<NAME>` for one service, else `GARDENOS_<NAME>` for all."""

from typing import ClassVar

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from gardenos_chassis.origins import Proxies
from gardenos_chassis.sealing.fields import are_sealed
from gardenos_chassis.sealing.keys import MasterKeys

SERVICES = ("identity", "leads", "clients", "comms", "ai", "reporting")
"""The platform's own. Another team's consumer has a name of its own: `hot-leads`."""


class ServiceSettings(BaseSettings):
    """What every service needs to know. A service adds its own:

    class LeadsSettings(ServiceSettings, service="leads"): max_import_bytes: int = 20_000_000
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    service: ClassVar[str]

    database_url: str
    """As the service's role, which owns nothing: `postgresql+asyncpg://…`."""
    migration_url: str | None = None
    """As the owner's role; needed by `migrate` alone, never by a serving process."""
    database_pool: int = Field(default=20, ge=1)
    """Connections at most; opened as they are needed, then kept."""
    statement_cache: int = Field(default=100, ge=0)
    """Prepared statements kept a connection; 0 behind a pooler in transaction mode."""
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_partitions: int = Field(default=6, ge=1)
    kafka_replication: int = Field(default=1, ge=1)
    kafka_idempotence: bool = True
    """Off only for a broker that cannot."""
    kafka_max_poll_seconds: float = Field(default=3600, gt=0)
    """How long a consumer may be at one batch before its group gives its partitions to another instance."""
    internal_token: SecretStr
    """What services show one another at the event feed."""
    master_key: SecretStr | None = Field(default=None, validate_default=True)
    """Wraps the keys by which people's personal data is sealed: 32 random bytes in base64. To be replaced, several are
    named with commas between them, the newest first. Needed by services whose events hold personal data."""
    jwks_url: str | None = None
    """Where identity publishes its keys; by default below `identity_url`."""
    identity_url: str = "http://127.0.0.1:8000"
    leads_url: str = "http://127.0.0.1:8000"
    clients_url: str = "http://127.0.0.1:8000"
    comms_url: str = "http://127.0.0.1:8000"
    ai_url: str = "http://127.0.0.1:8000"
    reporting_url: str = "http://127.0.0.1:8000"
    trusted_proxies: str = ""
    """Networks whose `X-Forwarded-For` is believed, with commas between them: `10.0.0.0/8, fd00::/8`."""
    keep_accesses_days: int = Field(default=400, ge=90)
    """How long it is kept who looked at what. What was changed, and by whom, is kept for good."""
    max_body_bytes: int = 1_000_000
    """Of a request, unless its route says otherwise."""
    reconcile_seconds: float = Field(default=30, gt=0)
    """How often a consumer asks its sources whether it missed an event that the broker forgot."""
    keep_cancelled_jobs_days: float = Field(default=30, ge=0)
    """After which jobs that were cancelled are shown no more. Those that are done are gone at once."""
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
    otlp_endpoint: str | None = None
    """Base address of an OTLP/HTTP receiver for traces; none: traces are not exported."""

    def __init_subclass__(cls, *, service: str) -> None:
        super().__init_subclass__()
        cls.service = service

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit arguments, then the service's own variables, then those of all services."""
        return (
            init_settings,
            EnvSettingsSource(settings_cls, env_prefix=variable(cls.service)),
            EnvSettingsSource(settings_cls, env_prefix="GARDENOS_"),
        )

    @field_validator("master_key")
    @classmethod
    def _opens_what_it_must(cls, given: SecretStr | None) -> SecretStr | None:
        text = given.get_secret_value() if given else ""
        if text or are_sealed(cls.service):
            MasterKeys.parse(text)
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, given: str) -> str:
        Proxies(given)
        return given

    @property
    def master_keys(self) -> MasterKeys | None:
        """The master key, and those before it that are still needed."""
        text = self.master_key.get_secret_value() if self.master_key else ""
        return MasterKeys.parse(text) if text else None

    def url_of(self, service: str) -> str:
        """Base address of a service, without a trailing slash."""
        url: str = getattr(self, f"{service}_url")
        return url.rstrip("/")

    @property
    def keys_url(self) -> str:
        """Where the keys that verify access tokens are found."""
        return self.jwks_url or self.url_of("identity") + "/.well-known/jwks.json"


def variable(service: str, setting: str = "") -> str:
    """The environment variable of one service's setting: `GARDENOS_HOT_LEADS_DATABASE_URL`."""
    return f"GARDENOS_{service}_{setting}".replace("-", "_").upper()
