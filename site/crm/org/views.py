"""Login, logout, password, preferences."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.org.forms import LoginForm, PasswordForm
from crm.org.models import Theme

YEAR_SECONDS = 365 * 24 * 3600


class LoginView(auth.LoginView):
    """Login by e-mail address or staff number; axes stops guessing."""

    form_class = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: Form) -> HttpResponse:
        """Log in; without the tick the session ends with the browser."""
        response = super().form_valid(form)
        if not form.cleaned_data.get("keep"):
            self.request.session.set_expiry(0)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            show_demo_accounts=getattr(settings, "CRM_SHOW_DEMO_ACCOUNTS", False), **kwargs
        )


class LogoutView(auth.LogoutView):
    """Ends the session; POST only."""


class PasswordChangeView(auth.PasswordChangeView):
    """Change one's own password."""

    form_class = PasswordForm
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("The new password is in force."))
        return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch between light and dark and come back."""
    wanted = request.POST.get("theme", "")
    response = _back(request)
    if wanted in Theme.values:
        request.user.theme = wanted
        request.user.save(update_fields=["theme"])
        response.set_cookie("theme", wanted, max_age=YEAR_SECONDS, samesite="Lax")
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language, for the account where there is one, and come back."""
    wanted = request.POST.get("language", "")
    response = _back(request)
    if wanted in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = wanted
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR_SECONDS, samesite="Lax"
        )
    return response


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")
