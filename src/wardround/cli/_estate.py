"""What `wardround estate preview` and `coverage` tell people."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wardround.cli._output import say
from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from wardround.core.estate import Inventory

FACING = {True: "yes", False: "no", None: "unknown"}


def read_mapping(path: Path | None) -> dict[str, Any] | None:
    """A column mapping's file. Raises BadInput for what is none."""
    if path is None:
        return None
    import orjson

    if not path.is_file():
        raise BadInput("is not a file", where=str(path), do="write one with `wardround estate preview FILE > mapping.json`")
    try:
        return dict(orjson.loads(path.read_bytes()))
    except (orjson.JSONDecodeError, TypeError, ValueError) as error:
        raise BadInput(f"is no column mapping: {error}", where=str(path), do="see `wardround estate preview FILE`") from None


def say_preview(shown: "Inventory", counted: dict[str, int]) -> None:
    """What the file is, how its columns are read, its first installs, and how much is in it."""
    say(f"This is: {shown.source or 'of no kind that is known by name'} ({shown.format})")
    if shown.mapping:
        for target, column in shown.mapping.columns.items():
            say(f"    {target:18} from column {column}")
        for column, of in shown.mapping.identifiers.items():
            say(f"    {of:18} from column {column}: tells devices apart")
    for i in shown.installs:
        say(f"    {i.where}: {i.asset_id} | {i.vendor} | {i.product} | {i.version} | internet facing: {FACING[i.internet_facing]}")
    if not shown.installs:
        say("    nothing can be read yet" + (f"; the columns are: {', '.join(shown.columns)}" if shown.columns else ""))
        for one in shown.rejected[:3]:
            say(f"    set aside: {one.where}: {one.what}")
    else:
        if (kind := shown.mapping.kind if shown.mapping else None) and kind.usually_sees:
            say(f"Exports of this kind usually see {' and '.join(kind.usually_sees)}: declare with --sees what is true of yours")
        say("In it: {installs:,} installs on {assets:,} assets; {rejected:,} rows set aside, {noted:,} remarks".format(**counted))


def next_command(file: Path, *, mapping: Path | None, look: bool) -> str:
    """The one command to go on with. `look`: the columns are only proposed, so that a person corrects them first."""
    name = shlex.quote(str(file))
    if look:
        return (
            f"wardround estate preview {name} > mapping.json, correct it, and then: wardround check {name} --mapping mapping.json"
        )
    with_mapping = f" --mapping {shlex.quote(str(mapping))}" if mapping else ""
    return (
        f"wardround check {name}{with_mapping}   "
        f"(into a hub: wardround estate import {name} --org CODE --source NAME{with_mapping})"
    )


def print_coverage(told: dict[str, Any]) -> None:
    """The share that was decided, what it rests on, what nobody sees, and what would help most."""
    print(f"{told['installs']:,} installs: {told['decided']:,} decided by every record that names them ({told['share']:.0%})")
    print(f"    {told['partly']:,} by some of them, {told['undecided']:,} by none")
    print(f"    {told['unnamed']:,} named by no record, which proves nothing")
    verdicts = ", ".join(f"{count:,} {verdict.replace('_', ' ')}" for verdict, count in told["verdicts"].items())
    print(f"    pairs of install and record: {verdicts} ({told['share_of_pairs']:.1%} decided)")
    if told["assumptions"]:
        print(f"    {sum(told['assumptions'].values()):,} times something is assumed:")
        for assumed, count in list(told["assumptions"].items())[:5]:
            print(f"        {count:,}  {assumed}")
    if told["unseen"] and "organisation" in told:
        print(f"No source sees: {', '.join(told['unseen'])}")
    for step in told["steps"][:10]:
        maybe = f" Perhaps: {', '.join(step['candidates'])}." if step["candidates"] else ""
        print(f"{step['installs']:8,}  {step['vendor'] or '-'} | {step['product']}: {step['do']}{maybe}")
