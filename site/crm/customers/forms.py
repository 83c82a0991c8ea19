"""Input shapes of the customer flows."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.text import joined
from crm.customers.choices import Channel, Intent
from crm.customers.contacts import ContactError, ContactKind, normalise
from crm.customers.models import ConsultantLoad, Customer, FollowUp
from crm.customers.states import ImportTarget
from crm.enrolment.models import Course
from crm.org.models import DepartmentFunction, User
from crm.org.selectors import staff_in


class CustomerForm(forms.ModelForm):
    """A customer with his contacts; at least one contact is needed (PRODUCT 2)."""

    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    qq = forms.CharField(
        label=gettext_lazy("QQ"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    wechat = forms.CharField(label=gettext_lazy("WeChat"), required=False, max_length=64)
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Customer
        fields = [
            "name",
            "gender",
            "education",
            "school",
            "major",
            "experience",
            "work_state",
            "company",
            "salary",
            "source",
            "courses",
            "consulted_on",
            "note",
        ]
        widgets = {
            "courses": forms.CheckboxSelectMultiple,
            "consulted_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["courses"].queryset = Course.objects.filter(is_open=True)
        self.fields["consulted_on"].initial = timezone.localdate
        self.fields["name"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Contacts in their stored form, under ``contacts``."""
        cleaned = super().clean() or {}
        contacts: dict[str, str] = {}
        for kind in ContactKind.values:
            typed = cleaned.get(kind) or ""
            if not typed.strip():
                continue
            try:
                contacts[kind] = normalise(kind, typed)
            except ContactError as error:
                self.add_error(kind, joined(error.message, error.cure))
        if not contacts and not any(kind in self.errors for kind in ContactKind.values):
            self.add_error("phone", _("Enter at least one of phone, QQ, WeChat and e-mail."))
        cleaned["contacts"] = contacts
        return cleaned

    @property
    def profile(self) -> dict[str, Any]:
        """The cleaned fields of the record itself."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "courses"}


class FollowUpForm(forms.ModelForm):
    """A note of a conversation."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = FollowUp
        fields = ["channel", "text", "intent", "next_contact_at"]
        widgets = {
            "channel": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 3}),
            "next_contact_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid4
        self.fields["channel"].choices = Channel.choices
        self.fields["intent"].choices = [("", _("unchanged")), *Intent.choices]
        self.fields["text"].widget.attrs["placeholder"] = _(
            "What was said, what the customer cares about, what is next"
        )

    def clean_text(self) -> str:
        """The note without blank space around it, so that ten spaces are no note."""
        text = str(self.cleaned_data["text"]).strip()
        for validator in FollowUp._meta.get_field("text").validators:
            validator(text)
        return text

    def clean_next_contact_at(self) -> Any:
        """A moment to come: the past can't be arranged."""
        moment = self.cleaned_data["next_contact_at"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("That moment has passed. Choose a later one."))
        return moment


class ReleaseForm(forms.Form):
    """Why a customer goes back to the pool."""

    memo = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("For example: wrong number, wants no course")}
        ),
    )


class LoadForm(forms.ModelForm):
    """A consultant's place in the distribution."""

    class Meta:
        model = ConsultantLoad
        fields = ["user", "weight", "quota", "cap", "daily_max", "is_receiving"]

    def clean_cap(self) -> int:
        """A cap that holds already: customers over it would have to go somewhere."""
        cap: int = self.cleaned_data["cap"]
        if cap < self.instance.open_count:
            raise forms.ValidationError(
                _("He has %(n)d customers now. Release or assign some first.")
                % {"n": self.instance.open_count}
            )
        return cap


class ImportUploadForm(forms.Form):
    """A workbook and where its customers go."""

    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy("Excel .xls or .xlsx; columns may stand in any order."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xls,.xlsx"}),
    )
    target = forms.ChoiceField(
        label=gettext_lazy("Customers go to"),
        choices=ImportTarget.choices,
        initial=ImportTarget.DISTRIBUTE,
        widget=forms.RadioSelect,
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Consultant"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff_in(DepartmentFunction.SALES)

    def clean_file(self) -> UploadedFile:
        """A file that is not too large to be looked at."""
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.CRM_IMPORT_MAX_BYTES
        if (file.size or 0) > limit:
            raise forms.ValidationError(
                _("“%(name)s” has %(size)s; at most %(limit)s can be imported. Split the file.")
                % {
                    "name": Path(file.name or "").name,
                    "size": filesizeformat(file.size),
                    "limit": filesizeformat(limit),
                }
            )
        return file

    def clean(self) -> dict[str, Any]:
        """A consultant exactly where the target asks for one."""
        cleaned = super().clean() or {}
        if cleaned.get("target") == ImportTarget.OWNER and not cleaned.get("owner"):
            self.add_error("owner", _("Choose the consultant who gets these customers."))
        if cleaned.get("target") != ImportTarget.OWNER:
            cleaned["owner"] = None
        return cleaned
