"""What every hunt is asked with: whose logs, which hours, whose clock. Declared once for `hunt`, `hunt keep` and `hunt import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from wardround.core.hunts import Window

LogsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="LOG...", readable=False, help="Log files or folders of them, packed or plain; - reads standard input."),
]
RulesOption = Annotated[
    str, typer.Option("--rules", metavar="DIR|PACK", help="A folder or file of Sigma rules, or a pack (wardround pack list).")
]
HostOption = Annotated[str, typer.Option("--host", help="The host these logs speak of, where they do not say it themselves.")]
FromHostOption = Annotated[
    bool, typer.Option("--from-host", help="The logs were taken from the suspect host itself: they could have been altered.")
]
SinceOption = Annotated[str, typer.Option("--from", metavar="TIME", help="Start of the window whose hours are counted (UTC).")]
UntilOption = Annotated[str, typer.Option("--to", metavar="TIME", help="End of that window (UTC).")]
ZoneOption = Annotated[
    str, typer.Option("--zone", metavar="ZONE", help="The zone of times that state none: Europe/London, +01:00. Without it: UTC.")
]
SkewOption = Annotated[
    float,
    typer.Option("--skew", metavar="SECONDS", help="By how many seconds the logs' clock was ahead (behind: a negative number)."),
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with the same hunt, which was stopped by Ctrl-C.")]
WorkersOption = Annotated[
    int, typer.Option("--workers", metavar="N", min=0, help="How many processes search; 0: as many as there are cores.")
]


def window(since: str, until: str) -> "Window | None":
    """The window of `--from` and `--to`; None without them. Raises BadInput for one end alone, and for an end before the start."""
    from wardround.core.hunts import Window
    from wardround.core.vocab._times import parse_time

    if not since and not until:
        return None
    if not (since and until):
        raise BadInput("a window has two ends", do="give both --from and --to, or neither")
    start, end = parse_time(since, where="--from"), parse_time(until, where="--to")
    if end <= start:
        raise BadInput("the window ends before it starts", where="--to")
    return Window(start, end)


def check_clock(zone: str, skew: float) -> None:
    """Raises BadInput for a zone that there is not, and for a clock that is off by years."""
    from wardround.core.logs._clock import LARGEST_SKEW, zone_of

    if zone:
        zone_of(zone)
    if not abs(skew) <= LARGEST_SKEW:
        raise BadInput("a clock that far off is not a skew", where="--skew", do=f"give at most {LARGEST_SKEW:,} seconds")
