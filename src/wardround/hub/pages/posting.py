"""Forms that speak to a service: what it refuses is shown on the same form, and what was typed stays."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from wardround.core.vocab import WardroundError
from wardround.hub.pages.room import NO_ROOM, SAID, full

UNPROCESSABLE = 422
log = logging.getLogger(__name__)
OURS = re.compile(r"[a-z ]*")  # a place in our own words (`response`), not a file that somebody knows by its name


class Form(forms.Form):
    """A form in the design system's clothes: its fields are drawn by the tag `field`, its errors by `errors`."""

    error_css_class = "nhsuk-form-group--error"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"use_required_attribute": False})
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"{field.label or name.capitalize()}: fill this in"


def settled(form: forms.Form, do: Callable[[dict[str, Any]], Any]) -> bool:
    """Run `do` with what a valid form holds. What a service refuses becomes an error of the field that it names."""
    if not form.is_valid():
        return False
    try:
        do(form.cleaned_data)
    except WardroundError as refused:
        refuse(form, refused)
        return False
    except (OSError, DatabaseError) as problem:
        if not full(problem):
            raise
        log.error("%s: %s", type(form).__name__, problem)
        form.add_error(None, forms.ValidationError(SAID, code="full"))
        return False
    return True


def refuse(form: forms.Form, refused: WardroundError) -> None:
    """Put a service's refusal on the form: at the field it names, else above all of them."""
    name = refused.where.replace(" ", "_")
    if name in form.fields:
        label = form[name].label
        form.add_error(name, f"{label} {refused.what}" + (f": {refused.do}" if refused.do else ""))
    else:
        said = f"{refused.what}; {refused.do}" if refused.do else refused.what
        place = "" if OURS.fullmatch(refused.where) else f"{refused.where}: "
        form.add_error(None, place + (said if place else said[:1].upper() + said[1:]))


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    do: Callable[[dict[str, Any]], Any],
    then: Callable[[], str] | str,
    said: Callable[[], str] | str,
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """Show the form; on a good POST do it, say so, and go on to `then`. A bad one is shown again with status 422, one for
    which the disk has no room with 507."""
    status = 200
    if request.method == "POST":
        if settled(form, do):
            messages.success(request, said() if callable(said) else said)
            return redirect(then() if callable(then) else then)
        status = NO_ROOM if form.has_error(NON_FIELD_ERRORS, "full") else UNPROCESSABLE
    return render(request, template, {"form": form, **context}, status=status)
