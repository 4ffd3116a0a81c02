"""Who may what: one table, by which the code decides, and which identity serves and the documentation shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gardenos_contracts.values import Role

SERVICE = "service"
"""What an API key is, as roles are told of: nobody's role, but the most that any key may be given."""


class Scope(StrEnum):
    """Of which records something may be done."""

    AGENCY = "agency"
    """All of the agency's."""
    TEAMS = "teams"
    """Their own, their teams', and those of the agency's pool. A record in a pool has no owner; in the agency's no team."""
    OWN = "own"
    """Their own, and those in their teams' pools and the agency's pool."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done to what, and by each role in which scope."""

    resource: str
    act: str
    words: str
    """As people read it."""
    scopes: Mapping[Role, Scope]
    for_keys: bool = False
    """Whether an API key may have it, in the scope in which its maker has it. What is not said to be is people's alone."""

    @property
    def name(self) -> str:
        """As tokens and keys have it: `records:read`."""
        return f"{self.resource}:{self.act.replace(' ', '-')}"

    def scope_of(self, role: Role) -> Scope:
        """In which scope a role may."""
        return self.scopes.get(role, Scope.NOTHING)

    def told_of(self, role: Role) -> str:
        """As events and the audit trail say by which rule something was allowed: `records:write/own`."""
        return f"{self.resource}:{self.act}/{self.scope_of(role)}"

    def scope_of_services(self) -> Scope:
        """In which scope an API key may at most, whoever made it."""
        return Scope.AGENCY if self.for_keys else Scope.NOTHING

    def allows(self, role: Role) -> bool:
        """Whether a role may at all."""
        return self.scope_of(role) is not Scope.NOTHING


def _everywhere(*roles: Role) -> Mapping[Role, Scope]:
    return dict.fromkeys(roles, Scope.AGENCY)


_WRITERS = {
    Role.OWNER: Scope.AGENCY,
    Role.ADMIN: Scope.AGENCY,
    Role.MANAGER: Scope.TEAMS,
    Role.AGENT: Scope.OWN,
}

READ_RECORDS = Permission(
    "records", "read", "See leads, clients, conversations and reports",
    {**_WRITERS, Role.VIEWER: Scope.TEAMS, Role.AUDITOR: Scope.AGENCY}, for_keys=True,
)  # fmt: skip
WRITE_RECORDS = Permission("records", "write", "Change them, and what belongs to them", _WRITERS, for_keys=True)
_THEIRS = "in the records they see"
SEE_IDENTITY = Permission(
    "fields", "see identity", f"See birth dates and licence numbers {_THEIRS}", _WRITERS, for_keys=True
)  # fmt: skip
SEE_PREMIUMS = Permission(
    "fields", "see premiums", f"See premiums {_THEIRS}", {**_WRITERS, Role.AUDITOR: Scope.AGENCY}, for_keys=True
)  # fmt: skip
KEEP_SOURCES = Permission(
    "sources", "keep", "Set up where leads come from, and see what was posted there",
    _everywhere(Role.OWNER, Role.ADMIN, Role.MANAGER),
)  # fmt: skip
KEEP_ASSIGNMENT = Permission(
    "assignment", "keep", "Set up how leads are assigned, see what waits and who got how many",
    _everywhere(Role.OWNER, Role.ADMIN, Role.MANAGER),
)  # fmt: skip
KEEP_PIPELINES = Permission(
    "pipelines", "keep", "Set up the stages that leads go through",
    _everywhere(Role.OWNER, Role.ADMIN, Role.MANAGER),
)  # fmt: skip
KEEP_SCORING = Permission("scoring", "keep", "Say what counts for a lead's score", _everywhere(Role.OWNER, Role.ADMIN))
KEEP_CAMPAIGNS = Permission(
    "campaigns", "keep", "Plan campaigns, launch and close them, and record what they cost",
    _everywhere(Role.OWNER, Role.ADMIN, Role.MANAGER), for_keys=True,
)  # fmt: skip
FORGET_PEOPLE = Permission("records", "forget", "Forget a person for good", _everywhere(Role.OWNER, Role.ADMIN))
READ_DIRECTORY = Permission(
    "people", "read", "See who works here, in which teams and branches", _everywhere(*Role), for_keys=True
)  # fmt: skip
ADMINISTER_PEOPLE = Permission(
    "people", "administer", "Invite and deactivate people, change roles, teams and branches",
    _everywhere(Role.OWNER, Role.ADMIN),
)  # fmt: skip
KEEP_WORK = Permission(
    "people", "keep work", "Say where people are licensed, what they speak, when they are at work and away",
    {**dict.fromkeys(Role, Scope.OWN), Role.MANAGER: Scope.TEAMS, **_everywhere(Role.OWNER, Role.ADMIN)},
)  # fmt: skip
APPOINT_OWNERS = Permission(
    "people", "appoint owners", "Make somebody an owner, or change one", _everywhere(Role.OWNER)
)
CHANGE_AGENCY = Permission(
    "agency", "change settings", "Change the agency's settings", _everywhere(Role.OWNER, Role.ADMIN)
)  # fmt: skip
EXPORT_AGENCY = Permission(
    "agency", "export", "Export all that is kept of the agency", _everywhere(Role.OWNER)
)  # fmt: skip
CLOSE_AGENCY = Permission("agency", "close", "Close the agency, and reopen it", _everywhere(Role.OWNER))
SET_UP_SIGN_IN = Permission(
    "agency", "set up single sign-on", "Set up single sign-on", _everywhere(Role.OWNER, Role.ADMIN)
)
LOOK_INTO_OPERATIONS = Permission(
    "operations", "read", "Look into operations: jobs, dead letters, read models",
    _everywhere(Role.OWNER, Role.ADMIN, Role.AUDITOR), for_keys=True,
)  # fmt: skip
ACT_IN_OPERATIONS = Permission(
    "operations", "act", "Retry, cancel and discard there", _everywhere(Role.OWNER, Role.ADMIN), for_keys=True
)
LOOK_INTO_AUDIT = Permission(
    "audit", "read", "Look into the audit trail: who changed and looked at what",
    _everywhere(Role.OWNER, Role.ADMIN, Role.AUDITOR),
)  # fmt: skip
KEEP_KEYS = Permission(
    "keys", "keep", "Make, see and revoke API keys", {**dict.fromkeys(Role, Scope.OWN), **_everywhere(Role.OWNER, Role.ADMIN)}
)  # fmt: skip
KEEP_WEBHOOKS = Permission(
    "webhooks", "keep", "Make, see and remove webhooks, and send again what they missed", _everywhere(Role.OWNER, Role.ADMIN)
)  # fmt: skip

PERMISSIONS = (
    READ_RECORDS,
    WRITE_RECORDS,
    SEE_IDENTITY,
    SEE_PREMIUMS,
    FORGET_PEOPLE,
    KEEP_SOURCES,
    KEEP_ASSIGNMENT,
    KEEP_PIPELINES,
    KEEP_SCORING,
    KEEP_CAMPAIGNS,
    READ_DIRECTORY,
    KEEP_WORK,
    ADMINISTER_PEOPLE,
    APPOINT_OWNERS,
    CHANGE_AGENCY,
    SET_UP_SIGN_IN,
    EXPORT_AGENCY,
    CLOSE_AGENCY,
    LOOK_INTO_OPERATIONS,
    ACT_IN_OPERATIONS,
    LOOK_INTO_AUDIT,
    KEEP_KEYS,
    KEEP_WEBHOOKS,
)
"""In the order in which people read them."""


def as_markdown() -> str:
    """The table as the documentation has it."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| | " + " | ".join([*Role, SERVICE]) + " |"
    yield "| --- |" + " --- |" * (len(Role) + 1)
    for permission in PERMISSIONS:
        scopes = [*map(permission.scope_of, Role), permission.scope_of_services()]
        yield f"| {permission.words} | " + " | ".join("–" if s is Scope.NOTHING else s for s in scopes) + " |"
