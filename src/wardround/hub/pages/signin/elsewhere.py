"""Signing in through an organisation's own provider: there, and back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wardround.hub.pages.signin.entering import inside, onward, proceed
from wardround.hub.signin import oidc


@login_not_required
@never_cache
@require_safe
def there(request: HttpRequest) -> HttpResponse:
    """To the provider; there is none unless the settings name one."""
    if not oidc.name():
        raise Http404
    if request.user.is_authenticated:
        return redirect(onward(request))
    try:
        return oidc.start(request, then=onward(request))
    except oidc.Refused as refused:
        return _refused(request, refused)


@login_not_required
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """From the provider, with a code that is good once."""
    if not oidc.name():
        raise Http404
    if request.user.is_authenticated:
        return redirect("/")
    try:
        vouched = oidc.finish(request)
    except oidc.Refused as refused:
        return _refused(request, refused)
    return proceed(request, vouched.person, by="OpenID Connect", factor=vouched.factor, then=inside(vouched.then))


def _refused(request: HttpRequest, refused: oidc.Refused) -> HttpResponse:
    messages.error(request, f"{refused.what}: {refused.do}.")
    return redirect("sign-in")
