"""The inventory document, `camfinder.inventory/1`: what all report formats are made from.

The types here are the published form (docs/inventory.schema.json is generated from them). Unknown
fields are ignored on reading, so that a document of a later minor version still opens. Absent
knowledge is null, never an empty string; times are RFC 3339 UTC.
"""

from camfinder.document.build import build
from camfinder.document.text import SCHEMA, dumps, encode, loads, schema
from camfinder.document.types import (
    BlindSpotDoc,
    CertificateDoc,
    ChangeDoc,
    ClaimDoc,
    DeviceDoc,
    DeviceRecordDoc,
    DifferenceDoc,
    Document,
    EvidenceDoc,
    FindingDoc,
    LedgerDoc,
    ProblemDoc,
    RecordDoc,
    RunDoc,
    ServiceDoc,
    SourceDoc,
    ToolDoc,
    TriageDoc,
)

__all__ = [
    "SCHEMA",
    "BlindSpotDoc",
    "CertificateDoc",
    "ChangeDoc",
    "ClaimDoc",
    "DeviceDoc",
    "DeviceRecordDoc",
    "DifferenceDoc",
    "Document",
    "EvidenceDoc",
    "FindingDoc",
    "LedgerDoc",
    "ProblemDoc",
    "RecordDoc",
    "RunDoc",
    "ServiceDoc",
    "SourceDoc",
    "ToolDoc",
    "TriageDoc",
    "build",
    "dumps",
    "encode",
    "loads",
    "schema",
]
