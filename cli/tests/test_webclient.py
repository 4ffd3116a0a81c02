import gzip
from pathlib import Path

import httpx
import pytest
from gardenos_cli.up.webclient import WebClient

PAGE = "<!doctype html><title>GardenOS</title><div id=root></div>"
SCRIPT = "export const x = 1;\n" * 200


def browse(client: WebClient) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(client), base_url="http://garden.example")


@pytest.fixture
def browser(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text(PAGE)
    (tmp_path / "dist" / "assets" / "index-4f3a9c.js").write_text(SCRIPT)
    (tmp_path / "dist" / "ready").write_text("")
    (tmp_path / "secret.txt").write_text("not yours")
    return browse(WebClient(tmp_path / "dist"))


@pytest.mark.parametrize("path", ["/", "/leads", "/leads/0199/timeline", "/index.html", "/ready"])
async def test_every_address_of_the_client_is_its_page(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.text == PAGE
    assert answer.headers["cache-control"] == "no-cache"


async def test_hashed_files_are_kept_for_ever(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/index-4f3a9c.js")
    assert answer.text == SCRIPT
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_hashed_file_of_before_is_not_found_rather_than_a_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/index-000000.js")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_it_is_sent_compressed_to_who_takes_it(browser: httpx.AsyncClient) -> None:
    async with browser.stream("GET", "/assets/index-4f3a9c.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join([part async for part in answer.aiter_raw()])).decode() == SCRIPT
    plain = await browser.get("/assets/index-4f3a9c.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


async def test_what_has_not_changed_is_not_sent_again(browser: httpx.AsyncClient) -> None:
    etag = (await browser.get("/")).headers["etag"]
    assert (await browser.get("/", headers={"If-None-Match": etag})).status_code == 304
    assert (await browser.get("/", headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"]
)
async def test_nothing_outside_its_folder_is_served(browser: httpx.AsyncClient, path: str) -> None:
    assert "not yours" not in (await browser.get(path)).text


async def test_no_script_of_others_runs_and_nobody_frames_it(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/assets/index-4f3a9c.js", "/assets/gone.js"):
        policy = (await browser.get(path)).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src" not in policy, "scripts fall to default-src: our own files alone"
        assert "frame-ancestors 'none'" in policy
        assert (await browser.get(path)).headers["x-content-type-options"] == "nosniff"


async def test_it_takes_no_commands(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/")).status_code == 405


async def test_without_a_build_it_says_how_to_make_one(tmp_path: Path) -> None:
    client = WebClient(tmp_path / "nothing")
    assert not client.is_built
    answer = await browse(client).get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
