"""`wardround settings`: what this installation goes by."""

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say

app = typer.Typer(add_completion=False)


@app.command()
def settings(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Every setting, its value and where it comes from. Secrets are not shown."""
    from wardround.lake.settings import all_stated, not_settings

    rows, slips = all_stated(), not_settings()
    place = home_of(home).path
    if as_json:
        emit(
            {
                "home": str(place),
                "settings": [
                    {"name": one.setting.name, "sets": one.setting.sets, "value": one.shown, "source": one.source} for one in rows
                ],
                "not_settings": [{"name": name, "meant": near or None} for name, near in slips],
            }
        )
        return
    print(f"{'home folder':24} {place}")
    for one in rows:
        print(f"{one.setting.name:24} {one.shown}  [{one.source}]")
    for name, near in slips:
        print(f"{name:24} is no setting and sets nothing{f'; is {near} meant?' if near else ''}")
    say("Next: to state one, see docs/reference/settings.md; the variable NAME_FILE names a file that holds it")
