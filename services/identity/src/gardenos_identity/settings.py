"""What the identity service needs to know beyond what every service does."""

from typing import Literal

from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.settings import ServiceSettings
from pydantic import Field, SecretStr, model_validator


class IdentitySettings(ServiceSettings, service="identity"):
    """Read from `GARDENOS_IDENTITY_<NAME>`, else `GARDENOS_<NAME>`."""

    signing_key: SecretStr
    """Ed25519 private key: PKCS 8 PEM, or its base64. To be replaced, several are named, base64 with commas between them:
    the first signs, all are published."""
    concurrent_hashes: int = Field(default=2, ge=1)
    """Password hashes computed at once, so that many sign-ins cannot starve the service."""
    waiting_hashes: int = Field(default=64, ge=0)
    """Password hashes that may wait for their turn; whoever comes beyond that is told to come again in a moment."""
    session_days: int = Field(default=30, ge=1)
    """How long a session lives without use."""
    registering: bool = True
    """Whether anybody may register an agency. Off, nobody can, and those that are there go on."""
    erase_closed_agencies_days: int = Field(default=30, ge=0)
    """How many days after its owner has closed it an agency is erased; until then it can be reopened."""
    operator_contact: str | None = Field(default=None, max_length=200)
    """Whom people of a suspended agency turn to: an address or a telephone number, as they read it."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people find the web client: what links in letters begin with."""
    single_sign_on_private: bool = False
    """Whether providers of single sign-on may be without TLS and at private addresses: for a test, or a closed network."""
    smtp_host: str | None = None
    """The mail server. None: no mail is sent, and who invites is given the link to hand on."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only for a server on the same machine or network."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "GardenOS <no-reply@localhost>"
    """Who letters are from: an address, or a name and an address."""

    @model_validator(mode="after")
    def _can_seal(self) -> "IdentitySettings":
        # Secrets of second factors are kept; the chassis asks for the key only where events hold personal data.
        MasterKeys.parse(self.master_key.get_secret_value() if self.master_key else "")
        return self

    @property
    def needed_master_keys(self) -> MasterKeys:
        """As `master_keys`, which are always there."""
        assert self.master_keys is not None
        return self.master_keys
