"""Forms of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from crm.org.models import AccountKind, User


class LoginForm(AuthenticationForm):
    """E-mail address or staff number, password, stay logged in."""

    username = forms.CharField(
        label=_("E-mail or staff number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    keep = forms.BooleanField(
        label=_("Stay logged in on this computer for two weeks"), required=False
    )

    error_messages = {
        "invalid_login": _(
            "E-mail, staff number or password is wrong. Check upper and lower case."
        ),
        "inactive": _("This account is disabled. Ask an administrator."),
    }


class PasswordForm(PasswordChangeForm):
    """The old password and twice the new one."""


class StaffForm(forms.ModelForm):
    """A member of staff, without the password."""

    class Meta:
        model = User
        fields = [
            "username",
            "name",
            "email",
            "phone",
            "department",
            "job_title",
            "wecom_userid",
            "wechat_openid",
            "dingtalk_userid",
            "is_active",
        ]
        labels = {"username": _("Staff number"), "is_active": _("Enabled")}
        error_messages = {
            "username": {"unique": _("Another account has this staff number.")},
            "email": {"unique": _("Another account has this e-mail address.")},
        }
        help_texts = {
            "username": _("Used to log in, like the e-mail address."),
            "is_active": _("Disable instead of deleting: the history keeps the name."),
        }


class StaffAddForm(StaffForm):
    """A new member of staff, with a first password entered twice."""

    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password_again = forms.CharField(
        label=_("Password again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same and good enough."""
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password and password != cleaned.get("password_again"):
            self.add_error("password_again", _("The two passwords differ."))
        elif password:
            try:
                validate_password(password, self.instance)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        """The new account, with its password hashed."""
        self.instance.kind = AccountKind.STAFF
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)
