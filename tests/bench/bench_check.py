"""`wardround check` on a 5,000-component SBOM against the shared CVE set, the whole process, warm. Printed, never asserted."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from wardround.lake.statements import Statements

COMPONENTS, RUNS, SEED = 5_000, 3, 7
CVES = Path(__file__).parents[3] / "shared" / "data" / "cve"


def a_sbom(home: Path, *, named: int) -> dict:
    """A seeded SBOM of which `named` components bear a name that the feeds have, and the rest names that they have not."""
    chance = random.Random(SEED)
    with Statements.open(home / "feeds") as statements:
        rows = statements.db.execute(
            "SELECT DISTINCT product, vendor FROM name WHERE vendor != '' ORDER BY product, vendor"
        ).fetchall()
    picked = chance.sample(rows, named)
    components = []
    for n in range(COMPONENTS):
        product, vendor = picked[n] if n < named else (f"library-{n}", "")
        version = ".".join(str(chance.randrange(20)) for _ in range(3))
        component = {
            "type": "library",
            "bom-ref": f"c{n}",
            "name": product,
            "version": version,
            "purl": f"pkg:generic/library-{n}@{version}",
        }
        components.append(component | ({"supplier": {"name": vendor}} if n % 3 and vendor else {}))
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}


def main() -> None:
    """Sync once, then time the command."""
    if not CVES.is_dir():
        print("check: ../shared/data/cve is not here, nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        home, wardround = Path(folder), Path(sys.executable).with_name("wardround")
        subprocess.run([wardround, "feeds", "sync", "--mirror", CVES, "--home", home, "--json"], check=True, capture_output=True)
        for named in (500, 2_000):
            file = home / f"sbom-{named}.json"
            file.write_text(json.dumps(a_sbom(home, named=named)))
            command = [wardround, "check", file, "--home", home, "--json", "--all"]
            for run in range(RUNS):
                start, before = time.perf_counter(), os.times()
                out = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                took, after = time.perf_counter() - start, os.times()
                cpu = after.children_user + after.children_system - before.children_user - before.children_system
                print(
                    f"check: {COMPONENTS:,} components, {named:,} with names of the feeds, {len(out['findings']):,} findings: "
                    f"{took:.2f} s, {cpu:.2f} CPU-s ({'cold' if run == 0 else 'warm'}; aim: under 3 s warm)"
                )


if __name__ == "__main__":
    main()
