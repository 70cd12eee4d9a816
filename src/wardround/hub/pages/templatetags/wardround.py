"""Times, tags, table cells, fields and errors in the markup of the NHS design system."""

import re
from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, Form, RadioSelect, Select, Textarea
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from wardround.core.vocab._times import parse_time
from wardround.hub.pages import times, wording

register = template.Library()
RUNS_IT = "whoever runs this installation"


def _instant(value: datetime | str) -> datetime:
    return parse_time(value) if isinstance(value, str) else value


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime | str | None) -> SafeString | str:
    """A time as people say it, by the page's clock; the exact UTC on hover and in print."""
    if not value:
        return ""
    at = _instant(value)
    words = times.moment(at, now=context["now"])
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), times.exact(at), words)


@register.simple_tag(takes_context=True)
def on(context: Context, value: datetime | str | None) -> SafeString | str:
    """The day and clock time alone, where how far away it is would be noise."""
    if not value:
        return ""
    at = _instant(value)
    words = times.moment(at, now=context["now"]).rpartition(" (")[0]
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), times.exact(at), words)


@register.simple_tag(takes_context=True)
def due(context: Context, value: date | str | None) -> SafeString | str:
    """A due day (inclusive, UTC) as people say it."""
    if not value:
        return "no date"
    day = date.fromisoformat(value) if isinstance(value, str) else value
    words = times.last_day(day, now=context["now"])
    return format_html('<time datetime="{}" title="until the end of {} UTC">{}</time>', day.isoformat(), day.isoformat(), words)


@register.simple_tag(takes_context=True)
def ends(context: Context, deadline: Any) -> SafeString | str:
    """When a clock ends: a day for those that are set in days, else the moment."""
    if deadline.name in ("remediate", "review"):
        return due(context, deadline.at.astimezone(UTC).date())
    return when(context, deadline.at)


@register.filter
def paragraphs(text: str) -> SafeString:
    """A text as paragraphs: an empty line parts them, a single line break does not."""
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.replace("\r", "")) if part.strip()]
    return format_html_join("", "<p>{}</p>", ((part,) for part in parts))


@register.filter
def lines(text: str) -> SafeString:
    """A text as a list, one point a line."""
    points = format_html_join("", "<li>{}</li>", ((line.strip(),) for line in text.splitlines() if line.strip()))
    return format_html('<ul class="nhsuk-list nhsuk-list--bullet">{}</ul>', points)


@register.simple_tag
def tag(words: str, colour: str = "grey") -> SafeString:
    """A tag: words in full, colour only beside them."""
    return format_html('<strong class="nhsuk-tag nhsuk-tag--{}">{}</strong>', colour, words)


@register.filter
def as_tag(entry: wording.Tag) -> SafeString:
    """An entry of `wording` as a tag."""
    return tag(entry.words, entry.colour)


@register.filter
def verdict(value: str) -> SafeString:
    """A verdict as a tag."""
    return as_tag(wording.VERDICTS[value])


@register.filter
def plain(text: str) -> str:
    """A sentence with the field names in it in quotation marks, not in the backticks of a terminal."""
    return re.sub(r"`([^`]*)`", "\u201c\\1\u201d", text)


@register.filter
def claimed(status: str) -> SafeString:
    """What a supplier's document says, as a tag; a word that no standard has, as it stands there."""
    return as_tag(wording.CLAIMED.get(status, wording.Tag(status.replace("_", " "))))


@register.filter
def claimed_versions(text: str) -> str:
    """The versions that a supplier names; a range without what says how its ends are ordered."""
    bare = text.partition("/")[2] if text.startswith("vers:") else text
    return "all versions" if bare == "*" else bare


@register.filter
def said(value: object, table: str) -> str:
    """The words of a table of `wording` (`ANSWERS`, `CLOSING_NAMES`...) for a key; the key itself where it has none."""
    found = getattr(wording, table).get(value, value)
    return found.words if isinstance(found, wording.Tag) else str(found)


@register.filter
def person(value: str) -> str:
    """A name as the record has it, without the address; for what the system did, who let it."""
    return RUNS_IT if value.startswith("system: command line") else value.partition(" <")[0]


@register.filter
def keyed(value: dict[Any, Any], key: object) -> object:
    """The entry of a dictionary, or nothing."""
    return value.get(key, "")


@register.simple_block_tag
def cell(content: str, heading: str, numeric: bool = False) -> SafeString:
    """A table cell that carries its column's heading along on a phone."""
    kind = " nhsuk-table__cell--numeric" if numeric else ""
    before = format_html('<span class="nhsuk-table__heading" aria-hidden="true">{} </span>', heading)
    return format_html('<td role="cell" class="nhsuk-table__cell{}">{}<span>{}</span></td>', kind, before, content)


@register.simple_tag
def heads(*names: str) -> SafeString:
    """The head of a table that folds up on a phone. `#` before a name: a column of numbers."""
    row = format_html_join(
        "",
        '<th role="columnheader" class="nhsuk-table__header{}" scope="col">{}</th>',
        ((" nhsuk-table__header--numeric" if name.startswith("#") else "", name.lstrip("#")) for name in names),
    )
    return format_html(
        '<thead role="rowgroup" class="nhsuk-table__head"><tr role="row" class="nhsuk-table__row">{}</tr></thead>', row
    )


@register.simple_block_tag
def entry(content: str, key: str) -> SafeString:
    """One row of a summary list."""
    return format_html(
        '<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">{}</dt>'
        '<dd class="nhsuk-summary-list__value">{}</dd></div>',
        key,
        content,
    )


@register.simple_block_tag
def details(content: str, summary: str, is_open: bool = False) -> SafeString:
    """Something that can be opened."""
    return format_html(
        '<details class="nhsuk-details"{}><summary class="nhsuk-details__summary">'
        '<span class="nhsuk-details__summary-text">{}</span></summary><div class="nhsuk-details__text">{}</div></details>',
        " open" if is_open else "",
        summary,
        content,
    )


@register.inclusion_tag("site/errors.html")
def errors(form: Form) -> dict[str, Any]:
    """What is wrong with a form, above everything else on the page."""
    return {"form": form, "fields": [field for field in form if field.errors]}


KINDS = (
    (Textarea, "textarea"),
    (CheckboxSelectMultiple, "checkboxes"),
    (RadioSelect, "radios"),
    (CheckboxInput, "checkbox"),
    (FileInput, "file"),
    (Select, "select"),
)


@register.inclusion_tag("site/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form's field with its label, hint and error."""
    widget = bound.field.widget
    kind = next((kind for of, kind in KINDS if isinstance(widget, of)), "input")
    described = [f"{bound.id_for_label or bound.auto_id}-{part}" for part in ("hint", "error") if _has(bound, part)]
    shown = widget.format_value(bound.value()) if kind in ("input", "textarea") else bound.value()
    return {
        "field": bound,
        "kind": kind,
        "type": getattr(widget, "input_type", ""),
        "id": bound.auto_id,
        "described": " ".join(described).replace(f"{bound.id_for_label}-", f"{bound.auto_id}-") if described else "",
        "value": "" if shown is None else shown,
        "attrs": widget.attrs,
        "options": _options(bound) if kind in ("radios", "checkboxes", "select") else [],
    }


def _has(bound: BoundField, part: str) -> bool:
    return bool(bound.help_text) if part == "hint" else bool(bound.errors)


def _options(bound: BoundField) -> list[dict[str, Any]]:
    value = bound.value()
    chosen = {str(v) for v in value} if isinstance(value, (list, tuple)) else {str(value)}
    return [
        {"value": key, "label": label, "chosen": str(key) in chosen, "id": bound.auto_id + (f"-{n}" if n else "")}
        for n, (key, label) in enumerate(bound.field.choices)  # type: ignore[attr-defined]
    ]
