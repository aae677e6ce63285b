"""The lab starts, is entered, stops, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from lab.lab_help import own_order

from camfinder.lab import run, state
from camfinder.lab.building import Order, Place, Subnet, available
from camfinder.model import CamfinderError


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """This test's lab is nobody else's."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield
    run.down()


def gone(pid: int) -> bool:
    """The process ends within a few seconds."""
    for _ in range(100):
        if state.process_start(pid) == 0:
            return True
        time.sleep(0.05)
    return False


def links() -> str:
    """The machine's own network interfaces and namespaces."""
    return subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout


@pytest.mark.netns
@pytest.mark.skipif(available()[0] != "namespace", reason=f"no namespaces: {available()[1]}")
class TestInNamespaces:
    """With network namespaces."""

    def test_up_is_idempotent_and_down_is_clean(self, tmp_path: Path) -> None:
        """A second `up` finds the same lab; after `down` no file, process or interface is left."""
        before = links()
        first = run.up()
        assert run.up() == first
        found = run.status()
        assert found is not None
        assert (found.mode, found.networks) == ("namespace", ("10.77.0.0/24",))
        assert links() == before
        assert run.down()
        assert gone(first.pid)
        assert links() == before
        assert list(tmp_path.iterdir()) == []
        assert not run.down()

    def test_enter_is_the_scanners_place(self) -> None:
        """A command inside sees one interface, the devices' MACs, and gives its exit code."""
        with run.lab(own_order("namespace")) as running:
            look = f"ping -c1 -W2 10.77.0.13 >/dev/null; exec {sys.executable} -c '{_LOOK}'"
            done = subprocess.run(
                run.command(["sh", "-c", look], running), capture_output=True, text=True, check=True
            )
            assert done.stdout.split() == ["eth0", "lo", "b8:a4:4f:71:0d:2e"]
            assert run.enter(["sh", "-c", "exit 7"], running) == 7
            assert run.enter(["/nonexistent"], running) == 127

    def test_a_crash_leaves_nothing(self, tmp_path: Path) -> None:
        """After a kill -9 the interfaces are gone with the process, and `down` clears the rest."""
        before = links()
        running = run.up()
        os.kill(running.pid, signal.SIGKILL)
        assert gone(running.pid)
        assert run.status() is None
        assert links() == before
        assert not run.down()
        assert list(tmp_path.iterdir()) == []


_LOOK = (
    "import socket;print(*sorted(n for _,n in socket.if_nameindex()),"
    '[l.split()[3] for l in open("/proc/net/arp") if "10.77.0.13 " in l][0])'
)


def test_a_lab_ends_with_its_block() -> None:
    """The loopback lab listens inside the block and is gone behind it."""
    with run.lab(own_order("loopback")) as running:
        address = running.residents[0].address
        with socket.create_connection((address, 80 + running.port_shift), timeout=2):
            pass
        assert run.enter([sys.executable, "-c", "raise SystemExit(3)"], running) == 3
    assert gone(running.pid)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 80 + running.port_shift), timeout=2)


def test_a_lab_ends_with_its_lifetime() -> None:
    """Nobody has to stop it."""
    with run.lab(own_order("loopback", lifetime_s=0.2)) as running:
        assert gone(running.pid)


def test_a_lab_ends_with_its_parent(tmp_path: Path) -> None:
    """A test run that is killed leaves no lab."""
    script = (
        "import os; from camfinder.lab import run; from lab.lab_help import own_order\n"
        "with run.lab(own_order('loopback')) as lab:\n"
        " print(lab.pid, flush=True)\n os.kill(os.getpid(), 9)"
    )
    path = os.pathsep.join((str(Path(__file__).parent.parent), *filter(None, sys.path)))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
    )
    assert gone(int(done.stdout))
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_the_commands(tmp_path: Path) -> None:
    """What was entered takes its time to end, as a scan does that writes its report."""
    slow = (
        "import signal, sys, time\n"
        "def end(number, frame):\n time.sleep(1)\n print('report', flush=True)\n sys.exit(130)\n"
        "signal.signal(signal.SIGINT, end)\nprint('runs', flush=True)\ntime.sleep(30)"
    )
    script = (
        "import sys; from camfinder.lab import run; from lab.lab_help import own_order\n"
        "with run.lab(own_order('loopback')) as lab:\n"
        f" code = run.enter([sys.executable, '-c', {slow!r}], lab)\n"
        "sys.exit(code)"
    )
    path = os.pathsep.join((str(Path(__file__).parent.parent), *filter(None, sys.path)))
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "runs\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "report\n"
    assert process.returncode == 130


def test_no_lab_no_entry() -> None:
    """`enter` without a lab says what to do."""
    with pytest.raises(CamfinderError, match="camfinder lab up"):
        run.enter(["true"])


def test_a_taken_port_is_named() -> None:
    """What the player says of its failure is what the caller hears."""
    order = own_order("loopback")
    first = order.places[0]
    with (
        run.lab(order),
        pytest.raises(CamfinderError, match=f"{first.address} port"),
        run.lab(order),
    ):
        pass


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        (Place(persona="nobody", address="127.77.0.3", mac=""), "no persona 'nobody'"),
        (Place(persona="axis-camera", address="10.1.1.1", mac=""), "in no subnet"),
    ],
)
def test_bad_orders_are_refused(place: Place, complaint: str) -> None:
    """An unknown persona, an address that is nowhere."""
    order = Order(mode="loopback", subnets=(Subnet(network="127.77.0.0/24"),), places=(place,))
    with pytest.raises(CamfinderError, match=complaint), run.lab(order):
        pass
