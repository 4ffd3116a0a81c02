"""Reading a file of leads as real systems export it: any encoding, any headers, each row's fate told."""

from gardenos_leads.importing.columns import Column, guess_columns
from gardenos_leads.importing.reading import Sheet, read_sheet
from gardenos_leads.importing.rows import Fate, Judged, judge

__all__ = ["Column", "Fate", "Judged", "Sheet", "guess_columns", "judge", "read_sheet"]
