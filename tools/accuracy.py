"""`make accuracy`: how well the fingerprints do on banners and models whose truth is known.

Scores `../shared/corpus` as docs/accuracy.md says and the model lists of `../shared/facts`, and
fails when a figure is worse than `accuracy.toml` demands; those thresholds may only rise.
"""

import argparse
import json
import os
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from camfinder.flow.cases import identify_case
from camfinder.match.engine import Engine
from camfinder.match.fingerprint import default_folder, read
from camfinder.match.names import bare, vendor_key, vendor_keys
from camfinder.probes import all_probes, catalogue

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CAMFINDER_SHARED", ROOT.parent / "shared"))
RECORDERS = {"nvr", "dvr"}
LOWER_IS_BETTER = {"false_cameras", "brand_wrong", "weak_branded", "hardware_wrong"}


@dataclass
class Score:
    """Counts over the cases, and the cases that went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    misses: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def add(self, what: str, case: Mapping[str, Any], answer: dict[str, Any]) -> None:
        """Count one outcome; `:wrong`, `:silent` and `:missed` ones are kept for `--misses`."""
        self.counts[what] += 1
        for group in (f"source {case['source'].split(' ')[0][:40]}", *_kinds(case)):
            self.groups[group][what] += 1
        if not what.endswith((":right", ":found", ":quiet")):
            self.misses.append((what, dict(case), answer))

    def share(self, what: str, of: tuple[str, ...]) -> float:
        """One outcome as a share of several; 1 where there are none."""
        total = sum(self.counts[name] for name in of)
        return self.counts[what] / total if total else 1.0


def _kinds(case: Mapping[str, Any]) -> list[str]:
    return [f"kind {each['kind']}" for each in case["observations"][:1]]


class Names:
    """Vendors after the aliases of the corpus."""

    def __init__(self, aliases: Mapping[str, list[str]]) -> None:
        self._of = {
            vendor_key(name): vendor_key(canonical)
            for canonical, others in aliases.items()
            for name in (*others, canonical)
        }

    def same(self, one: str, other: str) -> bool:
        """Both mean one vendor."""
        return self._canonical(one) == self._canonical(other)

    def _canonical(self, name: str) -> str:
        keys = [vendor_key(name), *vendor_keys(name)]
        return next((self._of[key] for key in keys if key in self._of), keys[0])


def brand_outcome(answer: Mapping[str, Any], truth: str, names: Names) -> str:
    """right, wrong or silent."""
    given = [value for value in (answer["brand"], answer["maker"]) if value]
    if any(names.same(value, truth) for value in given):
        return "right"
    return "wrong" if given else "silent"


def value_outcome(given: str | None, truth: str, brand: str) -> str:
    """right, wrong or silent, by letters and digits; brand in front and leading V do not count."""
    if not given:
        return "silent"
    mine, real = _plain(given, brand), _plain(truth, brand)
    return "right" if mine == real else "wrong"


def _plain(value: str, brand: str) -> str:
    text = bare(value)
    name = bare(brand)
    text = text.removeprefix(name) if text != name else text
    return text.removeprefix("v") if text[:1] == "v" and text[1:2].isdigit() else text


def _expected_kind(truth: Mapping[str, Any]) -> str | None:
    kind = truth.get("device_type")
    if kind in RECORDERS:
        return "recorder"
    return "vms" if kind == "other" else kind


def score_camera(
    case: Mapping[str, Any], answer: dict[str, Any], names: Names, score: Score
) -> None:
    """One case that is a surveillance device."""
    truth = case["truth"]
    if case["evidence"] == "weak":
        if answer["brand"]:
            score.add("weak:branded", case, answer)
        return
    found = answer["surveillance"] is True
    score.add("camera:found" if found else "camera:missed", case, answer)
    vendor = truth.get("vendor")
    if vendor:
        score.add(f"brand:{brand_outcome(answer, vendor, names)}", case, answer)
    expected = _expected_kind(truth)
    if expected and found:
        same = answer["kind"] == expected
        unsure = answer["kind"] == "unknown"
        score.add("kind:right" if same else f"kind:{'silent' if unsure else 'wrong'}", case, answer)
    if truth.get("other", {}).get("values_chosen_by_compiler"):
        return
    for slot in ("model", "firmware"):
        if case.get(f"{slot}_visible") and truth.get(slot):
            outcome = value_outcome(answer[slot], truth[slot], vendor or "")
            score.add(f"{slot}:{outcome}", case, answer)


def score_corpus(engine: Engine, names: Names, path: Path) -> Score:
    """All cases of one file that are not ambiguous."""
    score = Score()
    for case in _lines(path):
        if case.get("ambiguous"):
            continue
        answer = identify_case(case, engine, all_probes())
        if "error" in answer:
            score.add("error:raised", case, answer)
        elif case["camera"]:
            score_camera(case, answer, names, score)
        else:
            called = answer["surveillance"] is True
            score.add("other:called-camera" if called else "other:quiet", case, answer)
    return score


def score_models(engine: Engine, names: Names) -> Score:
    """An ONVIF scope with the model alone, and a title of brand and model."""
    score = Score()
    for row in _lines(SHARED / "facts" / "models.jsonl"):
        brand, model = row["brand"], row["model"]
        scope = f"onvif://www.onvif.org/hardware/{model.replace(' ', '%20')}"
        for kind, value in (("onvif.scopes", scope), ("http.title", f"{brand} {model}")):
            case = {
                "id": f"{brand} {model}",
                "source": brand.replace(" ", "-"),
                "truth": {"vendor": brand, "model": model},
                "observations": [{"kind": kind, "value": value}],
            }
            answer = identify_case(case, engine, all_probes())
            outcome = brand_outcome(answer, brand, names)
            if kind == "onvif.scopes":
                score.add(f"hardware:{outcome}", case, answer)
                continue
            whole = value_outcome(answer["model"], model, brand)
            both = outcome if outcome != "right" else whole
            score.add(f"title:{both}", case, answer)
    return score


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def figures(corpus: Score, models: Score) -> dict[str, float]:
    """The figures that `accuracy.toml` bounds: shares of 1, save for two counts."""
    found, missed = corpus.counts["camera:found"], corpus.counts["camera:missed"]
    false = corpus.counts["other:called-camera"]
    outcomes = {
        slot: tuple(f"{slot}:{word}" for word in ("right", "wrong", "silent"))
        for slot in ("brand", "kind", "model", "firmware", "hardware", "title")
    }
    return {
        "recall": found / max(1, found + missed),
        "precision": found / max(1, found + false),
        "false_cameras": false,
        "brand_right": corpus.share("brand:right", outcomes["brand"]),
        "brand_wrong": corpus.share("brand:wrong", outcomes["brand"]),
        "weak_branded": corpus.counts["weak:branded"],
        "kind_right": corpus.share("kind:right", outcomes["kind"]),
        "model_right": corpus.share("model:right", outcomes["model"]),
        "firmware_right": corpus.share("firmware:right", outcomes["firmware"]),
        "hardware_right": models.share("hardware:right", outcomes["hardware"]),
        "hardware_wrong": models.share("hardware:wrong", outcomes["hardware"]),
        "title_right": models.share("title:right", outcomes["title"]),
    }


def show_groups(score: Score) -> None:
    """The outcomes by source and by kind of observation."""
    for name in sorted(score.groups):
        counted = score.groups[name]
        print(f"  {name}: " + ", ".join(f"{key} {counted[key]}" for key in sorted(counted)))


def show_misses(score: Score, only: str) -> None:
    """Every case that went wrong: truth, answer, evidence."""
    for what, case, answer in score.misses:
        if not what.startswith(only):
            continue
        truth = {
            key: case["truth"].get(key) for key in ("vendor", "model", "firmware", "device_type")
        }
        slots = ("surveillance", "kind", "brand", "maker", "model", "firmware", "error")
        ours = {key: answer.get(key) for key in slots if answer.get(key) is not None}
        print(f"\n{what}  {case['id']}\n  truth {truth}\n  ours  {ours}")
        for each in case["observations"]:
            print(f"  saw   {each['kind']}: {str(each['value'])[:300]!r}")
        for item in answer.get("evidence", ()):
            print(f"  by    {item['fingerprint']} ({item['strength']}): {item['claims']}")


def judge(found: Mapping[str, float]) -> int:
    """Print every figure beside its threshold; the number of figures that fall short."""
    path = ROOT / "accuracy.toml"
    wanted = tomllib.loads(path.read_text())["accuracy"] if path.is_file() else {}
    short = 0
    for name, value in found.items():
        bound = wanted.get(name)
        bad = bound is not None and (value > bound if name in LOWER_IS_BETTER else value < bound)
        short += bad
        limit = (
            ""
            if bound is None
            else f"  ({'at most' if name in LOWER_IS_BETTER else 'at least'} {bound})"
        )
        print(f"{name:<16} {value:8.4f}{limit}{'  FALLS SHORT' if bad else ''}")
    return short


def main() -> int:
    """Score, print, compare with the thresholds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", nargs="?", const="", help="list misses, e.g. brand:wrong")
    parser.add_argument("--by", action="store_true", help="outcomes by source and kind")
    parser.add_argument("--fingerprints", type=Path, default=None)
    parser.add_argument(
        "--corpus", type=Path, help="score this file of cases instead, without thresholds"
    )
    options = parser.parse_args()
    if not (SHARED / "corpus").is_dir():
        print(f"no corpus in {SHARED}: set CAMFINDER_SHARED", file=sys.stderr)
        return 2
    facts = catalogue()
    loaded, complaints = read([options.fingerprints or default_folder()])
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    engine = Engine(loaded, declares=facts.declares, free_text=facts.free_text)
    aliases = json.loads((SHARED / "corpus" / "vendors-aliases.json").read_text())["aliases"]
    names = Names(aliases)
    path = options.corpus or SHARED / "corpus" / "banners-dev.jsonl"
    corpus = score_corpus(engine, names, path)
    models = Score() if options.corpus else score_models(engine, names)
    for each in (corpus, models):
        print(", ".join(f"{key} {count}" for key, count in sorted(each.counts.items())))
        if options.by:
            show_groups(each)
        if options.misses is not None:
            show_misses(each, options.misses)
    found = figures(corpus, models)
    if options.corpus:
        for name, value in found.items():
            print(f"{name:<16} {value:8.4f}")
        return 0
    return 1 if judge(found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
