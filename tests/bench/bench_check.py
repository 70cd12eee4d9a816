"""`wardround check` on SBOMs of 500, 5,000 and 20,000 components against the shared CVE set. Printed, never asserted.

A pair is a record that names a component, with the verdict and the entry that decided it. Beside the number of pairs stand the
rates of the matching step (shelf and records read within it; names known, and with naming) on the shelf as a sync leaves it, on
an empty one, on one that knows the products in other versions, and on one that knows them all; and of the whole process from
start to its JSON.
"""

import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from wardround.core.advisories import Advisory
from wardround.core.estate import read
from wardround.core.matching import Overrides
from wardround.core.matching._names import name_all
from wardround.core.matching._shelf import match_shelved
from wardround.core.names import Aliases
from wardround.lake.shelf import shelf
from wardround.lake.statements import Statements
from wardround.lake.statements._known import naming_by

SIZES, NAMED_SHARE, SEED = (500, 5_000, 20_000), 0.4, 7
CVES = Path(__file__).parents[3] / "shared" / "data" / "cve"
AT = datetime(2027, 1, 1, tzinfo=UTC)


def a_sbom(home: Path, *, components: int, versions: int = SEED) -> dict:
    """A seeded SBOM of which a share bears names that the feeds have, and the rest names that they have not.

    `versions` seeds the versions alone.
    """
    chance, named = random.Random(SEED), int(components * NAMED_SHARE)
    with Statements.open(home / "feeds") as statements:
        rows = statements.db.execute(
            "SELECT DISTINCT product, vendor FROM name WHERE vendor != '' ORDER BY product, vendor"
        ).fetchall()
    picked = [chance.choice(rows) for _ in range(named)]
    listed, chance = [], random.Random(versions)
    for n in range(components):
        product, vendor = picked[n] if n < named else (f"library-{n}", "")
        version = ".".join(str(chance.randrange(20)) for _ in range(3))
        purl = f"pkg:generic/library-{n}@{version}"
        component = {"type": "library", "bom-ref": f"c{n}", "name": product, "version": version, "purl": purl}
        listed.append(component | ({"supplier": {"name": vendor}} if n % 3 and vendor else {}))
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": listed}


def matching_step(home: Path, file: Path) -> tuple[int, int, int, float, float]:
    """Pairs, products, records read for want of a row, CPU seconds to match, and to name beforehand."""
    inventory = read(file.read_bytes(), name=str(file), at=AT)
    overrides, aliases, read_for = Overrides.load(), Aliases.load(), []
    gc.disable()
    with Statements.open(home / "feeds") as statements:

        def records(cves: list[str]) -> Iterator[Advisory]:
            read_for.extend(cves)
            return statements.undated(cves, at=AT)

        before, naming = time.process_time(), cache(overrides.naming(naming_by(statements, at=AT, seen=None)))
        named = name_all(inventory.installs, naming=naming, records=records, aliases=aliases)
        to_name, before = time.process_time() - before, time.process_time()
        read_for.clear()
        with shelf(home / "feeds", statements, at=AT) as kept:
            args = {"named": named, "naming": naming, "overrides": overrides, "shelf": kept, "records": records}
            pairs = sum(bool(finding.decided_by) for finding in match_shelved(inventory.installs, **args))
        took = time.process_time() - before
    gc.enable()
    products = len({(found.vendors, found.product) for found in named if found})
    return pairs, products, len(read_for), took, to_name


def whole_process(home: Path, file: Path) -> tuple[int, float, float]:
    """Findings, wall and CPU seconds of the command, warm."""
    command = [Path(sys.executable).with_name("wardround"), "check", file, "--home", home, "--json", "--all"]
    subprocess.run(command, check=True, capture_output=True)
    start, before = time.perf_counter(), os.times()
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["findings"]
    wall, after = time.perf_counter() - start, os.times()
    return len(found), wall, after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Sync once, then time the matching step and the command."""
    if not CVES.is_dir():
        print("check: ../shared/data/cve is not here, nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        home, wardround = Path(folder), Path(sys.executable).with_name("wardround")
        subprocess.run([wardround, "feeds", "sync", "--mirror", CVES, "--home", home, "--json"], check=True, capture_output=True)
        for size in SIZES:
            for line in figures(home, size):
                print(line)


def figures(home: Path, size: int) -> Iterator[str]:
    """The lines of one size, for a home that was synced: its shelf as the sync left it, empty, and as it then fills."""
    sboms = {}
    for name, versions in (("other", 8), ("same", SEED)):
        sboms[name] = home / f"{name}-{size}.json"
        sboms[name].write_text(json.dumps(a_sbom(home, components=size, versions=versions)))
    synced = {path: path.read_bytes() for path in (home / "feeds").glob("compiled-*")}
    states = (("as the sync left it", "other"), ("empty", "other"), ("known in other versions", "same"), ("known", "same"))
    for shelf_is, sbom in states:
        for old in (home / "feeds").glob("compiled-*") if shelf_is == "empty" else ():
            old.unlink()
        pairs, products, records, took, to_name = matching_step(home, sboms[sbom])
        yield (
            f"check, matching step, shelf {shelf_is}: {size:,} components, {pairs:,} pairs of {products:,} products, "
            f"{records:,} records read: {took:.3f} CPU-s ({pairs / took:,.0f} pairs/CPU-s; aim: 100,000); with naming "
            f"{took + to_name:.3f} CPU-s ({pairs / (took + to_name):,.0f}); load {os.getloadavg()[0]:.1f}"
        )
    found, wall, cpu = whole_process(home, sboms["same"])
    yield (
        f"check, whole process: {size:,} components, {found:,} findings: {wall:.2f} s, {cpu:.2f} CPU-s "
        f"({found / cpu:,.0f} pairs/CPU-s, warm)"
    )
    for path, held in synced.items():
        path.write_bytes(held)


if __name__ == "__main__":
    main()
