"""`wardround check` on SBOMs of 500, 5,000 and 20,000 components against the shared CVE set. Printed, never asserted.

A pair is a record that names a component, with the verdict and the entry that decided it. Two rates stand beside the number
of pairs: of the matching step alone (records read, names known) and of the whole process from start to its JSON.
"""

import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from wardround.core.estate import read
from wardround.core.matching import Overrides, match_all, names
from wardround.lake.statements import Statements

SIZES, NAMED_SHARE, SEED = (500, 5_000, 20_000), 0.4, 7
CVES = Path(__file__).parents[3] / "shared" / "data" / "cve"
AT = datetime(2027, 1, 1, tzinfo=UTC)


def a_sbom(home: Path, *, components: int) -> dict:
    """A seeded SBOM of which a share bears names that the feeds have, and the rest names that they have not."""
    chance, named = random.Random(SEED), int(components * NAMED_SHARE)
    with Statements.open(home / "feeds") as statements:
        rows = statements.db.execute(
            "SELECT DISTINCT product, vendor FROM name WHERE vendor != '' ORDER BY product, vendor"
        ).fetchall()
    picked = [chance.choice(rows) for _ in range(named)]
    listed = []
    for n in range(components):
        product, vendor = picked[n] if n < named else (f"library-{n}", "")
        version = ".".join(str(chance.randrange(20)) for _ in range(3))
        purl = f"pkg:generic/library-{n}@{version}"
        component = {"type": "library", "bom-ref": f"c{n}", "name": product, "version": version, "purl": purl}
        listed.append(component | ({"supplier": {"name": vendor}} if n % 3 and vendor else {}))
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": listed}


def matching_step(home: Path, file: Path) -> tuple[int, int, float, float]:
    """Pairs, records, CPU seconds to match them (and to match them again, all shapes known)."""
    inventory, overrides = read(file.read_bytes(), name=str(file), at=AT), Overrides.load()
    gc.disable()
    with Statements.open(home / "feeds") as statements:
        named = [names(install, naming=statements.naming) for install in inventory.installs]
        wanted = sorted({cve for found in named if found for cve in found.cves})
        advisories = list(statements.advisories(wanted, at=AT))
    took = []
    for _ in range(2):
        before = time.process_time()
        pairs = sum(1 for _ in match_all(advisories, installs=inventory.installs, overrides=overrides, named=named))
        took.append(time.process_time() - before)
    gc.enable()
    return pairs, len(advisories), took[0], took[1]


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
            file = home / f"sbom-{size}.json"
            file.write_text(json.dumps(a_sbom(home, components=size)))
            pairs, records, cold, again = matching_step(home, file)
            print(
                f"check, matching step: {size:,} components, {pairs:,} pairs of {records:,} records: {cold:.3f} CPU-s "
                f"({pairs / cold:,.0f} pairs/CPU-s), again {again:.3f} CPU-s ({pairs / again:,.0f}; aim: 100,000)"
            )
            found, wall, cpu = whole_process(home, file)
            print(
                f"check, whole process: {size:,} components, {found:,} findings: {wall:.2f} s, {cpu:.2f} CPU-s "
                f"({found / cpu:,.0f} pairs/CPU-s, warm)"
            )


if __name__ == "__main__":
    main()
