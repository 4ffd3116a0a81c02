"""What the identity service needs to know beyond what every service does."""

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field, SecretStr


class IdentitySettings(ServiceSettings, service="identity"):
    """Read from `GARDENOS_IDENTITY_<NAME>`, else `GARDENOS_<NAME>`."""

    signing_key: SecretStr
    """Ed25519 private key: PKCS 8 PEM, or its base64."""
    concurrent_hashes: int = Field(default=2, ge=1)
    """Password hashes computed at once, so that many sign-ins cannot starve the service."""
    session_days: int = Field(default=30, ge=1)
    """How long a session lives without use."""
