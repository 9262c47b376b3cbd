"""The download: mirrors in turn, hashes checked, cancelled at any moment, nothing half-written."""

import dataclasses
import http.server
import threading
from types import SimpleNamespace

import pytest

from beras.datasets import (
    DownloadCancelled,
    DownloadError,
    cache_folder,
    download,
    load_mnist,
)
from tests.library.tiny_mnist import TRAIN, fill

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def serve(monkeypatch):
    """Start a web server on this computer: ``serve(answer) -> address``; ``answer(name)`` gives status and content."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = []

    def serve(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path.rsplit("/", 1)[-1])
                status, content, *promised = answer(asked[-1])
                self.send_response(status)
                self.send_header("Content-Length", str(promised[0] if promised else len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                """Keep the test's output quiet."""

        asked = []
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda request, address: None  # a cancelled client hangs up in the middle
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/data/", asked=asked)

    yield serve
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def good(serve, tiny):
    return serve(lambda name: (200, tiny.contents[name]))


def test_download_stores_every_file_and_reports_its_progress(good, tiny):
    seen = []
    folder = download(tiny.family, lambda done, total: seen.append((done, total)), mirrors=[good.url])
    assert folder == cache_folder(tiny.family)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.contents
    assert seen == sorted(seen)
    assert seen[-1] == (tiny.family.download_size, tiny.family.download_size)
    assert len(load_mnist(tiny.family).train_inputs) == TRAIN


def test_the_familys_own_mirrors_are_the_default(good, tiny):
    download(dataclasses.replace(tiny.family, mirrors=(good.url,)))
    assert good.asked == tiny.names


def test_whole_files_are_kept_and_damaged_ones_replaced(good, tiny, tmp_path):
    folder = fill(tmp_path / "data", tiny)
    (folder / tiny.names[1]).write_bytes(b"damaged")
    download(tiny.family, mirrors=[good.url], folder=folder)
    assert good.asked == [tiny.names[1]]
    assert (folder / tiny.names[1]).read_bytes() == tiny.contents[tiny.names[1]]


def wrong_answers(tiny):
    content = tiny.contents
    return {
        "wrong hash": lambda name: (200, content[name][:-1] + b"?"),
        "too long": lambda name: (200, content[name] + b"?" * 100_000),
        "cut": lambda name: (200, content[name][:-5], len(content[name])),
        "empty": lambda name: (200, b""),
        "404": lambda name: (404, b"Not found"),
        "403": lambda name: (403, b"Forbidden"),
    }


FAULTS = {
    "wrong hash": r"sent a wrong file \(expected sha256 \w{12}\.\.\., received \w{12}\.\.\.\)",
    "too long": r"sent more than the [\d,]+ bytes expected",
    "cut": "broke off",
    "empty": r"sent a wrong file \(expected .*\)",
    "404": "answered with status 404",
    "403": "answered with status 403",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mirror_that_fails_is_followed_by_the_next_and_asked_last(serve, good, tiny, fault):
    bad = serve(wrong_answers(tiny)[fault])
    folder = download(tiny.family, mirrors=[bad.url, good.url])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.contents
    assert bad.asked == tiny.names[:1]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_mirror_left_is_an_error_that_says_what_to_do(serve, tiny, fault):
    bad = serve(wrong_answers(tiny)[fault])
    message = (
        rf"train-images-idx3-ubyte.gz of Tiny could not be downloaded: http://127.0.0.1:\d+/data/ {FAULTS[fault]}\. "
        r"Check the network connection, or put train-images.*t10k-labels-idx1-ubyte.gz into .*mnist by hand\."
    )
    with pytest.raises(DownloadError, match=message):
        download(tiny.family, mirrors=[bad.url])
    assert not cache_folder(tiny.family).exists()


def test_an_unreachable_mirror_is_an_error(serve, tiny):
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.server_close()  # its port now refuses connections
    with pytest.raises(DownloadError, match=r"http://127.0.0.1:\d+/ is not reachable\. Check the network connection"):
        download(tiny.family, mirrors=[f"http://127.0.0.1:{server.server_port}/"])


def test_no_mirror_at_all_is_an_error(tiny):
    with pytest.raises(DownloadError, match="could not be downloaded: no mirror was given"):
        download(tiny.family, mirrors=[])


def test_what_is_no_address_is_an_error(tiny):
    with pytest.raises(DownloadError, match="could not be downloaded: nonsense/ failed"):
        download(tiny.family, mirrors=["nonsense/"])


def test_cancelling_before_the_start_asks_nobody(good, tiny):
    with pytest.raises(DownloadCancelled):
        download(tiny.family, cancelled=lambda: True, mirrors=[good.url])
    assert good.asked == []


@pytest.mark.parametrize("in_file", [0, 2])
def test_cancelling_in_the_middle_of_a_file_leaves_only_whole_files(good, tiny, in_file):
    before = sum(file.size for file in tiny.family.files[:in_file])
    done = [0]
    with pytest.raises(DownloadCancelled, match="stopped"):
        download(
            tiny.family,
            lambda now, total: done.append(now),
            lambda: before < done[-1] < before + tiny.family.files[in_file].size,
            mirrors=[good.url],
        )
    folder = cache_folder(tiny.family)
    left = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
    assert left == {name: tiny.contents[name] for name in tiny.names[:in_file]}
    assert good.asked == tiny.names[: in_file + 1]


def test_a_folder_that_cannot_be_written_is_an_error(good, tiny, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match=r"train-images-idx3-ubyte.gz could not be written \(.*\): free space or"):
        download(tiny.family, mirrors=[good.url], folder=tmp_path / "file" / "inside")


def test_a_file_that_cannot_be_renamed_leaves_no_part(good, tiny, tmp_path):
    (tmp_path / tiny.names[0]).mkdir()
    with pytest.raises(DownloadError, match="could not be written"):
        download(tiny.family, mirrors=[good.url], folder=tmp_path)
    assert not list(tmp_path.glob("*.part"))
