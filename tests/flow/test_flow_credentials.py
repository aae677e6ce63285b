"""The file of accounts: whose account for whom, and what is refused without being quoted."""

import os
from ipaddress import ip_address
from pathlib import Path

import pytest

from camfinder.flow.credentials import load
from camfinder.model import CamfinderError

GOOD = """
[default]
user = "d"
password = "pw-d"
communities = ["com-d"]
["10.0.0.0/8"]
user = "n"
password = "pw-n"
["10.1.0.0/16"]
user = "m"
password = "pw-m"
communities = ["com-m", "com-n", "com-m"]
["10.1.2.3"]
user = "a"
password = "pw-a"
["10.1.9.0/24"]
communities = []
["fe80::1"]
user = "six"
password = "pw-6"
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    """The file, with these rights."""
    path = folder / "accounts.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("10.1.2.3", "a"),
        ("10.1.2.4", "m"),
        ("10.1.9.1", "m"),
        ("10.2.0.1", "n"),
        ("192.0.2.1", "d"),
        ("fe80::1%eth0", "six"),
    ],
)
def test_the_most_specific_wins(tmp_path: Path, address: str, user: str) -> None:
    """Address before network before default; a zone does not count."""
    account = load(written(tmp_path, GOOD)).accounts.of(ip_address(address))
    assert account is not None
    assert account.user == user


@pytest.mark.parametrize(
    ("address", "communities"),
    [
        ("10.1.2.3", ("com-m", "com-n")),
        ("10.1.9.1", ()),
        ("10.2.0.1", ("com-d",)),
        ("fe80::1%eth0", ("com-d",)),
    ],
)
def test_communities_by_the_most_specific_table_that_has_any(
    tmp_path: Path, address: str, communities: tuple[str, ...]
) -> None:
    """In the order of the file, each once; an empty list keeps SNMP from a network."""
    assert load(written(tmp_path, GOOD)).communities.of(ip_address(address)) == communities


def test_no_default_no_account(tmp_path: Path) -> None:
    """A device that no table is about is not tried; accounts are no communities."""
    found = load(written(tmp_path, '["10.0.0.0/8"]\nuser = "n"\npassword = ""\n'))
    assert found.accounts
    assert found.accounts.of(ip_address("192.0.2.1")) is None
    assert not found.communities


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Said with the remedy."""
    with pytest.raises(CamfinderError, match="chmod 600"):
        load(written(tmp_path, GOOD, mode))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """Whoever owns it could change it."""
    path = written(tmp_path, GOOD)
    os.chown(path, 12_345, -1)
    with pytest.raises(CamfinderError, match="as its owner"):
        load(path)


@pytest.mark.parametrize(
    "text",
    [
        "user = secret-word",
        '[default]\nuser = "secret-word"\n',
        '[default]\nuser = "secret-word"\npassword = 5\n',
        '[default]\nuser = "u"\npassword = "secret-word"\nlevel = 3\n',
        '[office]\nuser = "u"\npassword = "secret-word"\n',
        'default = "secret-word"',
        "[default]\n",
        '[default]\ncommunities = "secret-word"\n',
        '[default]\ncommunities = ["secret-word", 5]\n',
        '[default]\ncommunities = ["secret-word", ""]\n',
        '[default]\ncommunities = ["secret-word", "b", "c", "d"]\n',
        f'[default]\ncommunities = ["secret-word{"x" * 250}"]\n',
        '[default]\ncommunities = ["c"]\nuser = "secret-word"\n',
        '[snmp]\ncommunities = ["secret-word"]\n',
    ],
)
def test_what_is_wrong_is_named_and_not_quoted(tmp_path: Path, text: str) -> None:
    """No message, and no cause behind it, holds what the file holds."""
    with pytest.raises(CamfinderError) as caught:
        load(written(tmp_path, text))
    assert "secret-word" not in str(caught.value)
    assert "secret-word" not in repr(caught.value.__cause__)
    assert "accounts.toml" in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    """Named by the option that named it."""
    with pytest.raises(CamfinderError, match="--credentials"):
        load(tmp_path / "none.toml")


def test_nothing_can_be_printed(tmp_path: Path) -> None:
    """Neither passwords nor names nor communities."""
    told = repr(load(written(tmp_path, GOOD)))
    assert "pw-" not in told
    assert "com-" not in told
