import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from gardenos_cli.seed import planned
from gardenos_cli.up.folder import DataFolder, FolderTaken


def test_secrets_stay_the_same_and_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.held("http://127.0.0.1:1"):
        token = folder.secret("internal_token")
    assert DataFolder(tmp_path / "data").secret("internal_token") == token
    assert len(token) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_second_platform_in_the_folder_is_told_of_the_first(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from gardenos_cli.up.folder import DataFolder\n"
        "with DataFolder(Path(sys.argv[1])).held('http://127.0.0.1:8123'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(FolderTaken, match=r"http://127\.0\.0\.1:8123"), DataFolder(tmp_path).held("x"):
            pass
        other.kill()
    with DataFolder(tmp_path).held("http://127.0.0.1:8124"):
        pass


def test_only_an_empty_folder_is_planted(tmp_path: Path) -> None:
    (tmp_path / "used" / "postgres").mkdir(parents=True)
    planned(DataFolder(tmp_path / "used"))
    assert not (tmp_path / "used" / "seed.json").exists()

    (tmp_path / "empty").mkdir()
    planned(DataFolder(tmp_path / "empty"))
    state = json.loads((tmp_path / "empty" / "seed.json").read_text())
    assert state["done"] == 0
    (tmp_path / "empty" / "postgres").mkdir()
    planned(DataFolder(tmp_path / "empty"))
    assert json.loads((tmp_path / "empty" / "seed.json").read_text()) == state, (
        "an interrupted seed goes on as it began"
    )
