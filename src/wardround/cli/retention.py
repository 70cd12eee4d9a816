"""`wardround retention`: what is kept how long, and removing what is over."""

from collections import Counter
from typing import Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, installed, say

app = typer.Typer(add_completion=False)


@app.command()
def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Remove what is over now; a running worker does so every hour.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The rules of retention, and how much of each organisation is over by them. Removes nothing unless told to."""
    from wardround.hub.boot import boot

    boot(installed(home))
    from django.utils import timezone

    from wardround.hub import clock
    from wardround.hub.organisations.models import Organisation
    from wardround.hub.retention.due import due
    from wardround.hub.retention.removing import remove_what_is_due
    from wardround.hub.retention.terms import terms

    now = clock.now()
    over = {o.code: dict(Counter(one.rule for one in due(o, at=now))) for o in Organisation.objects.order_by("code")}
    removed = remove_what_is_due(at=now, machine_time=timezone.now()) if apply else 0
    if as_json:
        keys = ("key", "what", "days", "after", "goes", "stays")
        emit({"rules": [{key: getattr(term, key) for key in keys} for term in terms()], "over": over, "removed": removed})
        return
    for term in terms():
        print(f"{term.key:12} {'kept always' if term.days is None else f'{term.days:,} days after {term.after}'}")
        print(f"{'':12} goes: {term.goes}; stays: {term.stays}")
    for code, counts in over.items():
        print(f"{code:12} " + (", ".join(f"{n:,} by {rule}" for rule, n in counts.items()) or "nothing is over"))
    if apply:
        say(f"{removed:,} removed; each stands in the record of its organisation")
    elif any(over.values()):
        say("Next: a running worker removes what is over within the hour; --apply removes it now")
    else:
        say("Nothing is over; settings WARDROUND_KEEP_... change the days")
