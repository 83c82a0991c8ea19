"""One spelling for each phone, QQ, WeChat and e-mail, so that the database can tell a duplicate.

Used by forms, services and the import alike. Every function takes what a person typed and
returns the stored form, or raises `ContactError`; what it returns, it returns unchanged.

Source: PRODUCT 2.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.customers.choices import HALF_WIDTH

#: Digits of a mainland mobile number.
MOBILE_DIGITS: Final = 11
EMAIL_MAX_LENGTH: Final = 254


class ContactKind(TextChoices):
    """The kinds of contact that identify a customer, in the order they are shown."""

    PHONE = "phone", gettext_lazy("Phone")
    QQ = "qq", gettext_lazy("QQ")
    WECHAT = "wechat", gettext_lazy("WeChat")
    EMAIL = "email", gettext_lazy("E-mail")


class ContactError(ValueError):
    """What was typed is no contact of its kind; `message` and `cure` say it to a person."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """What is wrong, in the language active now."""
        return contact_problem(self.code, self.params)[0]

    @property
    def cure(self) -> str:
        """What to do about it, in the language active now."""
        return contact_problem(self.code, self.params)[1]

    def __str__(self) -> str:
        return self.message


# Pasted from chats and address books: direction marks, joiners, a byte order mark.
_INVISIBLE: Final = dict.fromkeys(
    [0x00AD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
_PASTED: Final = HALF_WIDTH | _INVISIBLE | {0xA0: 0x20}
_PHONE_FILLING: Final = str.maketrans("", "", " -().\t\u2010\u2011\u2013")
_MAINLAND: Final = phonenumbers.PhoneMetadata.metadata_for_region("CN")
# An 11-digit number of this pattern is valid as it stands: no prefix of it can be read as a
# trunk or carrier code. A property test compares it with the library's full answer.
_mobile: Final = re.compile(
    rf"(?:\+86|0086|86|0)?({_MAINLAND.mobile.national_number_pattern})"
).fullmatch
_phone_shape: Final = re.compile(r"\+?[0-9]{1,24}").fullmatch
_qq_shape: Final = re.compile(r"([1-9][0-9]{4,10})(?:@qq\.com)?", re.IGNORECASE).fullmatch
_wechat_shape: Final = re.compile(r"([a-z0-9_\-]{2,40})").fullmatch
_email_shape: Final = re.compile(
    r"([a-z0-9_+]{1,40}(?:[.\-][a-z0-9_+]{1,20}){0,4}@[a-z0-9]{1,40}(?:\.[a-z]{2,12}){1,2})"
).fullmatch
#: Per kind, a test whose group 1 is the stored form of a text written in a usual way. It
#: saves time and changes no answer; what it does not know is for `normalise`.
QUICK: Final[Mapping[str, Callable[[str], re.Match[str] | None]]] = {
    "phone": _mobile,
    "qq": _qq_shape,
    "wechat": _wechat_shape,
    "email": _email_shape,
}


def cleaned(text: str) -> str:
    """``text`` half-width, trimmed, without the marks that nobody sees."""
    return text.strip() if text.isascii() else text.translate(_PASTED).strip()


def normalise_phone(text: str) -> str:
    """National digits of a mainland number; any other country's as ``+<country><digits>``.

    Raises: ContactError phone_characters, phone_shortened, phone_short, phone_long,
    phone_unassigned.
    """
    compact = cleaned(text).translate(_PHONE_FILLING)
    if mobile := _mobile(compact):
        return mobile[1]
    if not _phone_shape(compact):
        raise _unreadable_phone(text, compact)
    return _parsed_phone(compact)


def _parsed_phone(compact: str) -> str:
    try:
        number = phonenumbers.parse(compact, "CN")
    except phonenumbers.NumberParseException:
        raise _invalid_phone(compact) from None
    if not phonenumbers.is_valid_number(number):
        raise _invalid_phone(compact)
    national = phonenumbers.national_significant_number(number)
    if number.country_code == _MAINLAND.country_code:
        return national
    return f"+{number.country_code}{national}"


def _unreadable_phone(text: str, compact: str) -> ContactError:
    if re.fullmatch(r"[0-9]+E\+?[0-9]+", compact, re.IGNORECASE):
        return ContactError("phone_shortened", value=text)
    return ContactError("phone_characters", value=text)


def _invalid_phone(compact: str) -> ContactError:
    digits = re.sub(r"^(?:\+86|0086|0)", "", compact)
    if compact.startswith(("+", "00")) and digits == compact:
        return ContactError("phone_unassigned", value=compact)
    if len(digits) < MOBILE_DIGITS:
        return ContactError("phone_short", count=MOBILE_DIGITS - len(digits), digits=len(digits))
    if len(digits) > MOBILE_DIGITS:
        return ContactError("phone_long", count=len(digits) - MOBILE_DIGITS, digits=len(digits))
    return ContactError("phone_unassigned", value=compact)


def normalise_qq(text: str) -> str:
    """The 5 to 11 digits of a QQ number, also out of its ``@qq.com`` address.

    Raises: ContactError qq_shape.
    """
    if found := _qq_shape(cleaned(text)):
        return found[1]
    raise ContactError("qq_shape", value=text)


def normalise_wechat(text: str) -> str:
    """A WeChat id in lower case.

    Raises: ContactError wechat_shape, for anything but 2 to 40 letters, digits, ``_`` and ``-``.
    """
    wechat = cleaned(text).lower()
    if not _wechat_shape(wechat):
        raise ContactError("wechat_shape", value=text)
    return wechat


def normalise_email(text: str) -> str:
    """An e-mail address in lower case, both sides of the @.

    Raises: ContactError email_shape.
    """
    email = cleaned(text).lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ContactError("email_shape", value=text) from None
    if len(email) > EMAIL_MAX_LENGTH:
        raise ContactError("email_shape", value=text)
    return email


NORMALISERS: Final[Mapping[str, Callable[[str], str]]] = {
    ContactKind.PHONE.value: normalise_phone,
    ContactKind.QQ.value: normalise_qq,
    ContactKind.WECHAT.value: normalise_wechat,
    ContactKind.EMAIL.value: normalise_email,
}


def normalise(kind: str, text: str) -> str:
    """The stored form of ``text`` as a contact of ``kind``.

    Raises: ContactError; KeyError for a kind that is none of `ContactKind`.
    """
    return NORMALISERS[kind](text)


def contact_problem(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and what to do, for the ``code`` of a `ContactError`."""
    if code in {"phone_short", "phone_long"}:
        return _phone_length_problem(code, params)
    return {
        "phone_characters": (
            _("This is not a phone number."),
            _("Write one number, digits only; put a second one in the note."),
        ),
        "phone_shortened": (
            _("Excel has shortened this number, its last digits are lost."),
            _("Format the column as text and enter the number again."),
        ),
        "phone_unassigned": (
            _("No operator uses this number."),
            _("Check the digits with the customer."),
        ),
        "qq_shape": (
            _("A QQ number has 5 to 11 digits."),
            _("Write the digits only, or the @qq.com address."),
        ),
        "wechat_shape": (
            _("A WeChat id has only letters, digits, _ and -."),
            _("Copy the id from the profile page in WeChat."),
        ),
        "email_shape": (
            _("This is not an e-mail address."),
            _("Write it like name@example.com."),
        ),
    }[code]


def _phone_length_problem(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    count = params["count"]
    if code == "phone_short":
        message = ngettext(
            "%(count)d digit is missing: mainland numbers have 11, this has %(digits)d.",
            "%(count)d digits are missing: mainland numbers have 11, this has %(digits)d.",
            count,
        )
        return message % params, _("Complete the number to 11 digits.")
    message = ngettext(
        "%(count)d digit too many: mainland numbers have 11, this has %(digits)d.",
        "%(count)d digits too many: mainland numbers have 11, this has %(digits)d.",
        count,
    )
    return message % params, _("Shorten the number to its 11 digits.")
