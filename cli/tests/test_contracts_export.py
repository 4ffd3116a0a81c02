"""The contracts, written out for other languages."""

import json
from pathlib import Path

from gardenos_chassis.settings import SERVICES
from gardenos_cli.main import commands
from gardenos_contracts import all_events
from gardenos_contracts.event import all_upcasters
from typer.testing import CliRunner


def test_every_event_has_its_schema(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    ran = CliRunner().invoke(commands, ["contracts", "export", str(folder)])
    assert ran.exit_code == 0, ran.output
    written = {path.stem: json.loads(path.read_text("utf-8")) for path in (folder / "schemas").iterdir()}
    # Events of other tests may be declared, and are nobody's contract. Histories hold older versions too.
    newest = {name for name, event in all_events().items() if event.service in SERVICES}
    assert newest <= set(written)
    assert set(written) - newest <= all_upcasters()
    assert written["leads.LeadAssigned.v1"]["required"] == ["lead_id", "person_id", "owner_id", "team_id"]
    document = json.loads((folder / "asyncapi.json").read_text("utf-8"))
    assert set(document["components"]["messages"]) == set(all_events())
    assert document["channels"]["leads"]["address"] == "leads.events"
