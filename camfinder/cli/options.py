"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

MAX_ADDRESSES = 65_536
"""A /16: the largest subnet that `auto` takes, some ten minutes. Beyond it a slip in the prefix
(10.0.0.0/8) is likelier than the wish."""

Outputs = Annotated[
    list[Path],
    typer.Option(
        "--output",
        "-o",
        help="Write a report; its suffix picks the format (see `camfinder report --formats`). "
        "May repeat.",
        envvar="CAMFINDER_OUTPUT",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the inventory document instead of the table.")
]
Site = Annotated[
    str | None,
    typer.Option(
        "--site", help="Name of the network, kept in the report.", envvar="CAMFINDER_SITE"
    ),
]
Folders = Annotated[
    list[Path],
    typer.Option(
        "--fingerprints",
        help="A folder of further fingerprints; they win over the shipped ones. May repeat.",
        envvar="CAMFINDER_FINGERPRINTS",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress on stderr.", envvar="CAMFINDER_QUIET")
]
Everything = Annotated[
    bool,
    typer.Option("--all", help="Show devices that are certainly something else, too."),
]

Policy = Annotated[
    list[str],
    typer.Option(
        "--policy",
        help="Judge by these rules: us-ndaa-889,uk-2022 (see `camfinder policies`). May repeat.",
        envvar="CAMFINDER_POLICY",
    ),
]
PolicyFolders = Annotated[
    list[Path],
    typer.Option(
        "--policies",
        help="A folder of further policies; they win over the shipped ones. May repeat.",
        envvar="CAMFINDER_POLICIES",
    ),
]
FailOn = Annotated[
    list[str],
    typer.Option(
        "--fail-on",
        help="Exit code 1 where one of these was found: listed, listed-through-maker, kev, "
        "affected, unrecorded, recorded-differently, not-seen, answered-otherwise, appeared, "
        "posture. May repeat.",
        envvar="CAMFINDER_FAIL_ON",
    ),
]

Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        help="The store: an SQLite file, or postgresql+psycopg://user@host/database; `none` for "
        "none. Default: camfinder.db in the user's state folder.",
        envvar="CAMFINDER_DB",
    ),
]
OfSite = Annotated[
    str | None,
    typer.Option(
        "--site", help="Only this network, by the name its runs had.", envvar="CAMFINDER_SITE"
    ),
]
NoStore = Annotated[bool, typer.Option("--no-store", help="Keep nothing of this run in the store.")]

KnownLists = Annotated[
    list[str],
    typer.Option(
        "--known",
        help="Compare with a list of what should be there: CSV, XLSX, an inventory document, "
        "leases of a DHCP server, a plain list, a NetBox (https://netbox.example?site=hq). "
        "May repeat.",
        envvar="CAMFINDER_KNOWN",
    ),
]
EvidenceFiles = Annotated[
    list[Path],
    typer.Option(
        "--evidence",
        help="Add what others have seen, as hints: ARP and MAC tables of switches, DHCP leases, "
        "nmap -oX. May repeat.",
        envvar="CAMFINDER_EVIDENCE",
    ),
]
Maps = Annotated[
    list[str],
    typer.Option(
        "--map",
        help="A column of --known that is not recognised: address=IP-Adresse, mac=#3; or a file "
        "that --save-map wrote. May repeat.",
        envvar="CAMFINDER_MAP",
    ),
]
SaveMap = Annotated[
    Path | None, typer.Option("--save-map", help="Keep how the columns were read, for --map.")
]
NetboxToken = Annotated[
    Path | None,
    typer.Option(
        "--netbox-token-file",
        help="File with the token for NetBox; else CAMFINDER_NETBOX_TOKEN.",
        envvar="CAMFINDER_NETBOX_TOKEN_FILE",
    ),
]
