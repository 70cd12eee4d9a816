"""Proposed overrides on the command line: which records state versions in words, and a draft for a person to check."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wardround.cli._output import emit, say

if TYPE_CHECKING:
    from wardround.core.advisories import Advisory
    from wardround.core.matching._proposals import Proposal
    from wardround.core.vocab import Install
    from wardround.lake.home import Home
    from wardround.lake.told import Told

_SHOWN = 50
_FIRST = datetime(1999, 1, 1, tzinfo=UTC)


def list_proposed(home: "Home", *, inventory: Path | None, json: bool) -> None:
    """Print what records state in words, by what it would decide; with an inventory, only what its installs could be."""
    from wardround.connectors.clock import SystemClock
    from wardround.core.matching._proposals import proposals, ranked
    from wardround.lake.statements import Statements

    at = SystemClock().now()
    installs = _installs(inventory, at) if inventory else []
    with Statements.open(home.feeds) as statements:
        wanted: Iterable[str] = (
            sorted({cve for one in installs for cves in statements.naming(_product(one)).values() for cve in cves})
            if inventory
            else statements.published(after=_FIRST, until=at)
        )
        found = [one for advisory in _told(statements.advisories(wanted, at=at)) for one in proposals(advisory)]
    from wardround.core.names import key_of

    told = told_by_people(home)
    counted = Counter((key_of(one.vendor), key_of(one.product)) for one in installs)
    rows = ranked(found, installs=counted)
    drafts = sum(bool(one.entries) for one in found)
    if json:
        emit(
            {
                "told": [one.document() for one in told],
                "proposals": len(found),
                "with_draft": drafts,
                "first": [_row(*row) for row in rows[:_SHOWN]],
            }
        )
        return
    for word in told:
        print(f"{word.cve}: {word.vendor or 'a vendor not stated'} {word.product} {word.version} (told by {word.author})")
        print(f"  answered {word.verdict.replace('_', ' ')}, should be {word.right.replace('_', ' ')}: {word.says[:300]}")
        print(f"  from {word.source}, {word.organisation}, {word.at:%d %b %Y}")
    for one, hosts, records in rows[:_SHOWN]:
        called = f"{one.vendor or 'a vendor not stated'} {one.product or '(no product)'}"
        print(f"{one.cve}: {called} ({hosts} installs, {records} records, {'a draft' if one.entries else 'no draft'})")
        print(f"  {'; '.join(text for _, text in one.texts)[:160]}")
    print(
        f"{len(told):,} told by people; {len(found):,} proposals, {drafts:,} with a draft; none of them decides anything. "
        "Next: wardround override propose CVE"
    )


def told_by_people(home: "Home", cve: str = "") -> "list[Told]":
    """What people said is wrong with a verdict, and nobody has settled yet."""
    from wardround.core.matching import Overrides
    from wardround.core.names import Aliases
    from wardround.lake.told import standing

    overrides, aliases = Overrides.load(folder=home.overrides), Aliases.load(folder=home.aliases)
    return standing(home.proposed, overrides=overrides, aliases=aliases, cve=cve)


def propose(home: "Home", cve: str, *, product: str, author: str, date: str, out: Path | None, json: bool) -> None:
    """Write the drafts for one record: to standard output, or to a file that `wardround override add` takes once complete."""
    import os

    import orjson

    from wardround.connectors.clock import SystemClock
    from wardround.core.matching._proposals import proposals
    from wardround.core.vocab import BadInput, name_key
    from wardround.lake.statements import Statements

    with Statements.open(home.feeds) as statements:
        advisory = statements.advisory(cve.strip().upper(), at=SystemClock().now())
    if advisory is None:
        raise BadInput("no record of that id is here", where=cve[:40], do="run `wardround feeds sync`, or look at the id again")
    found = [one for one in proposals(advisory) if not product or name_key(one.product) == name_key(product)]
    told = [one for one in told_by_people(home, advisory.cve) if not product or name_key(one.product) == name_key(product)]
    if not found and not any(one.draft() for one in told):
        raise BadInput(
            "this record states nothing in words that is not read already", where=cve[:40], do="write an override by hand"
        )
    drafts = [
        one | {"author": author, "date": date} for one in (*(one.draft() for one in told), *(one.draft for one in found)) if one
    ]
    if out is None or json:
        emit(drafts)
    if out is not None:
        part = out.with_name(f"{out.name}.{os.getpid()}.part")
        try:
            part.write_bytes(orjson.dumps(drafts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    empty = sum(not one["statement"]["versions"] for one in drafts)
    if empty:
        say(f"{empty} of {len(drafts)} drafts have no versions: their words were not understood.")
    say(f"Check each against its source, complete author, date and reason. Next: wardround override check {out or 'FILE'}")


def _told(advisories: "Iterator[Advisory]") -> "Iterator[Advisory]":
    """The same, saying now and then how far it is."""
    read = 0
    while block := list(islice(advisories, 5_000)):
        yield from block
        read += len(block)
        if read % 20_000 == 0:
            say(f"{read:,} records read")


def _installs(inventory: Path, at: datetime) -> "list[Install]":
    from wardround.core.estate import read
    from wardround.core.vocab import BadInput

    if not inventory.is_file():
        raise BadInput("is not a file", where=str(inventory), do="name an SBOM or an inventory")
    return list(read(inventory.read_bytes(), name=str(inventory), at=at).installs)


def _product(install: "Install") -> str:
    from wardround.core.names import key_of

    return key_of(install.product)


def _row(one: "Proposal", installs: int, records: int) -> dict[str, Any]:
    return {
        "cve": one.cve,
        "vendor": one.vendor,
        "product": one.product,
        "installs": installs,
        "records": records,
        "texts": [{"pointer": pointer, "text": text} for pointer, text in one.texts],
        "versions": [dict(entry) for entry in one.entries],
    }
