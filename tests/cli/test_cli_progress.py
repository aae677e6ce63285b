"""Progress: on a terminal, in a pipe, and where nobody wants it; of a real scan of loopback."""

import fcntl
import http.server
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from inventories import device
from places import ROOT

from camfinder.cli.progress import Found, _plain, counted, lasting, progress
from camfinder.model import Kind

PORT = 8080
SHORT = """
from inventories import device
from camfinder.cli.progress import progress
with progress(quiet={quiet}) as shown:
    shown.stage("sweep", 200)
    shown.advance("sweep", 50)
    shown.device(device())
"""
"""A program that shows some progress, for what needs no scan."""


class Camera(http.server.BaseHTTPRequestHandler):
    """Answers as a camera that wants a login."""

    def do_GET(self) -> None:
        """The realm names the maker."""
        self.send_response(401)
        realm = 'Digest realm="AXIS_00408C123456", nonce="1", algorithm=MD5, qop="auth"'
        self.send_header("WWW-Authenticate", realm)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_values: object) -> None:
        """Quiet: stderr is what is tested."""


@pytest.fixture
def camera() -> Iterator[str]:
    """The address of a camera on loopback: one that no other test has, as the port is ordinary."""
    for number in range(1, 250):
        address = f"127.77.{number}.2"
        try:
            server = http.server.ThreadingHTTPServer((address, PORT), Camera)
        except OSError:
            continue
        break
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def scan(address: str, *more: str) -> list[str]:
    """The command line of a scan of the address and its neighbours."""
    targets = f"{address.removesuffix('2')}1-3"
    options = ["--only", "http", "--ports", str(PORT), *more]
    return [sys.executable, "-m", "camfinder", "scan", targets, *options]


def environment(home: Path, **values: str) -> dict[str, str]:
    """No settings of this machine; colours and terminal as the test wants them."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XDG_", "CAMFINDER_")) and name not in {"NO_COLOR", "COLUMNS"}
    }
    folders = os.pathsep.join(str(ROOT / part) for part in ("", "tests/reports"))
    homes = {"HOME": str(home), "PYTHONPATH": folders}
    return {**kept, **homes, "TERM": "xterm-256color", **values}


def at_a_terminal(command: list[str], home: Path, **values: str) -> tuple[str, str]:
    """What a program writes to stdout (a pipe) and to stderr (a terminal of 100 by 24)."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env=environment(home, **values), cwd=home
    )
    os.close(theirs)
    shown = b""
    with closing(os.fdopen(ours, "rb", buffering=0)) as terminal:
        while True:
            try:
                part = terminal.read(65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    assert process.stdout is not None
    with process.stdout:
        out = process.stdout.read()
    assert process.wait(60) == 0
    return out.decode(), shown.decode()


def short(home: Path, *, quiet: bool = False, **values: str) -> str:
    """What the short program shows at a terminal."""
    out, shown = at_a_terminal([sys.executable, "-c", SHORT.format(quiet=quiet)], home, **values)
    assert out == ""
    return shown


def test_scan_at_a_terminal(camera: str, tmp_path: Path) -> None:
    """Stages with their counts and the camera appear on the terminal, and stdout stays clean."""
    out, shown = at_a_terminal(scan(camera, "--json"), tmp_path)
    assert "discovery" in shown
    assert "of 3" in shown
    assert f"{camera} camera Axis" in shown
    assert "\x1b[2K" in shown  # the display is taken away again
    assert shown.endswith("1 surveillance device found\r\n")
    assert [d["address"] for d in json.loads(out)["devices"] if d["surveillance"]] == [camera]


def test_scan_in_a_pipe(camera: str, tmp_path: Path) -> None:
    """No escape in a pipe; the table on stdout, the lines of progress on stderr."""
    done = subprocess.run(
        scan(camera), capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path,
        env=environment(tmp_path),
    )  # fmt: skip
    assert "\x1b" not in done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert "sweep of 3 ..." in lines
    assert [line for line in lines if line.startswith(f"found {camera} camera Axis")]
    assert [line for line in lines if line.startswith("sweep: 3 of 3")]
    assert lines[-1] == "1 surveillance device found"
    assert camera in done.stdout
    assert "sweep" not in done.stdout


def test_no_color_is_respected(tmp_path: Path) -> None:
    """Colours on an ordinary terminal; with NO_COLOR the same display without."""
    coloured, plain = short(tmp_path), short(tmp_path, NO_COLOR="1")
    colours = ("\x1b[3", "\x1b[9", "\x1b[1;3")
    assert [code for code in colours if code in coloured]
    assert not [code for code in colours if code in plain]
    for shown in (coloured, plain):
        assert "50 of 200" in shown
        assert "192.0.2.1 camera Axis P3245-V 10.12.114" in shown


def test_dumb_terminal_gets_plain_lines(tmp_path: Path) -> None:
    """Where the cursor cannot move there are no escapes at all."""
    shown = short(tmp_path, TERM="dumb")
    assert "found 192.0.2.1 camera Axis P3245-V 10.12.114\r\n" in shown
    assert "\x1b" not in shown


def test_quiet_is_quiet(tmp_path: Path) -> None:
    """Nothing at all."""
    assert short(tmp_path, quiet=True) == ""


def test_plain_lines_tell_count_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line every five seconds, a line for each device and for what is new of it."""
    now = [100.0]
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    lines = _plain(lambda: now[0])
    shown = next(lines)
    shown.stage("sweep", 200)
    for _step in range(12):
        now[0] += 1
        shown.advance("sweep", 10)
    shown.advance("of no stage", 1)
    camera = replace(device(), model=None, firmware=None)
    shown.device(camera)
    shown.device(camera)
    shown.device(device())
    assert next(lines, None) is None
    assert told.getvalue().splitlines() == [
        "sweep of 200 ...",
        "sweep: 50 of 200, 10/s, 15 s left",
        "sweep: 100 of 200, 10/s, 10 s left",
        "found 192.0.2.1 camera Axis",
        "learnt 192.0.2.1 camera Axis P3245-V 10.12.114",
        "sweep: 120 of 200, 10/s, 8 s left",
        "1 surveillance device found",
    ]


def test_what_devices_say_is_inert(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of terminal escapes is shown, on one line of bounded length."""
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    with progress(quiet=False) as shown:
        shown.device(device("\x1b[31mred\nline" + "x" * 5_000))
    first, *_rest = told.getvalue().splitlines()
    assert "\x1b" not in told.getvalue()
    assert first.startswith("found 192.0.2.1 camera \\x1b[31mred\\nline")
    assert len(first) <= 130


def test_without_stderr_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon may have none."""
    monkeypatch.setattr(sys, "stderr", None)
    with progress(quiet=False) as shown:
        shown.stage("sweep", 3)
        shown.device(device())


def test_devices_found_last_are_shown() -> None:
    """Each once, in the order in which they were found, with what is known last."""
    found = Found()
    for number in range(1, 21):
        assert found.take(replace(device(number=number), kind=Kind.UNKNOWN)) is not None
    assert found.take(device(number=19)) == "192.0.2.19 camera Axis P3245-V 10.12.114"
    assert [line.split()[0] for line in found.last(2)] == ["192.0.2.19", "192.0.2.20"]
    assert found.last(1) == ["192.0.2.20 surveillance device Axis P3245-V 10.12.114"]
    assert found.last(0) == []
    assert found.sum() == "20 surveillance devices found"


@pytest.mark.parametrize(
    ("done", "total", "rate", "text"),
    [
        (0, None, None, "0"),
        (7, None, 2.5, "7, 2.5/s"),
        (120, 256, 34.0, "120 of 256, 34/s, 4 s left"),
        (256, 256, 34.0, "256 of 256, 34/s"),
        (300, 256, None, "256 of 256"),
    ],
)
def test_counts_in_words(done: int, total: int | None, rate: float | None, text: str) -> None:
    """What is not known is not told; more than all is all."""
    assert counted(done, total, rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_time_in_words(seconds: float, text: str) -> None:
    """Seconds, minutes, hours."""
    assert lasting(seconds) == text
