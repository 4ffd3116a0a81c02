"""The shapes of answers about imports."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts.lead_duplicates import InFile

from gardenos_leads.importing.aggregate import ImportStatus
from gardenos_leads.importing.columns import ImportField, OwnField
from gardenos_leads.importing.plan import Duplicates
from gardenos_leads.importing.rows import Fate


class ImportColumn(Withholding):
    """A column of a file: what it is taken for, how that is known, and what stands in its first rows."""

    header: str
    field: ImportField | OwnField | None
    guessed: bool
    remembered: bool
    """Whether the last file with these headers had it so."""
    samples: list[str]


class ImportCounts(Shape):
    """How many rows met which fate so far."""

    rows: int
    captured: int
    updated: int
    inquiries: int
    duplicates: int
    rejected: int
    empty: int


class ImportPlan(Shape):
    """How the file is taken in, beside what its columns hold."""

    match_by: list[InFile]
    household: bool
    alike: float
    duplicates: Duplicates
    source: str
    campaign_id: UUID | None
    owner_id: UUID | None
    team_id: UUID | None
    run_automations: bool


class TakenBack(Shape):
    """What was taken back so far."""

    removed: int = 0
    """Leads that only came from it."""
    restored: int = 0
    """Leads that are again as they were before it."""
    kept: int = 0
    """Rows of which something changed since, and stays."""


class Import(Shape):
    """A file of leads, and how far it is."""

    id: UUID
    filename: str
    status: ImportStatus
    kind: Literal["csv", "xlsx"]
    encoding: str
    delimiter: str
    columns: list[ImportColumn]
    plan: ImportPlan | None
    """Null until somebody said how it is to be taken in."""
    counts: ImportCounts
    """What was done; before that, what would be."""
    rows_done: int
    rows_total: int | None
    undone: TakenBack | None
    problem: str | None
    """Why it did not go on."""
    created_by: UUID
    created_at: datetime
    finished_at: datetime | None


class RowReason(Shape):
    """What is to be said of one field of a row; of the row whole, `field` is null."""

    field: str | None
    detail: str


class ImportRow(Withholding):
    """A row of a file, and its fate."""

    row: int
    line: int
    """Where it begins in the file."""
    fate: Fate
    lead_id: UUID | None
    """The lead it became, or changed."""
    duplicate_of: UUID | None
    """The lead it repeats."""
    reasons: list[RowReason]
    raw: dict[str, str | None]
    """What stood in it, by header; null where your role does not see it."""
    undone: Literal["removed", "restored", "kept"] | None
    """What became of it when the import was taken back."""
    undone_reason: str | None
