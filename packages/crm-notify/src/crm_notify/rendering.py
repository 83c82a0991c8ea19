"""Templates of an event, rendered for one channel in one language."""

import re
from collections.abc import Mapping
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.backends.django import Template as DjangoTemplate
from django.template.context import make_context
from django.template.loader import select_template
from django.utils import translation

from crm_notify.outcomes import Content

#: Control characters other than tab and line feed: providers refuse them, terminals obey them.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SUBJECT_LENGTH = 255
URL_LENGTH = 500


def render(event: str, channel: str, context: Mapping[str, Any], *, language: str) -> Content:
    """The event's texts for a channel.

    ``notify/<event>.<channel>.txt`` falls back to ``notify/<event>.txt``, the subject
    (``.subject.txt``) likewise and then to the text's first line. HTML has no fallback: a
    channel gets it only from ``notify/<event>.<channel>.html``. The context's ``url`` is the
    message's link.
    Raises: TemplateDoesNotExist, naming what was tried, when there is no text.
    """
    with translation.override(language):
        text = _plain(event, channel, "txt", context)
        if text is None:
            raise TemplateDoesNotExist(f"notify/{event}.{channel}.txt or notify/{event}.txt")
        subject = _plain(event, channel, "subject.txt", context)
        html = _html(event, channel, context)
    if subject is None:
        subject = text.strip().partition("\n")[0]
    return Content(
        subject=" ".join(subject.split())[:SUBJECT_LENGTH],
        text=text.strip(),
        html=html,
        url=_url(context),
    )


def _url(context: Mapping[str, Any]) -> str:
    url = CONTROL_CHARACTERS.sub("", str(context.get("url") or ""))
    if len(url) > URL_LENGTH:
        raise ValueError(f"The context's url is longer than {URL_LENGTH} characters.")
    return url


def _plain(event: str, channel: str, suffix: str, context: Mapping[str, Any]) -> str | None:
    """Plain text, so nothing is escaped for HTML; None when no template exists."""
    try:
        template = select_template(
            [f"notify/{event}.{channel}.{suffix}", f"notify/{event}.{suffix}"]
        )
    except TemplateDoesNotExist:
        return None
    if isinstance(template, DjangoTemplate):
        text = template.template.render(make_context(dict(context), autoescape=False))
    else:
        text = template.render(dict(context))
    return CONTROL_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _html(event: str, channel: str, context: Mapping[str, Any]) -> str:
    try:
        template = select_template([f"notify/{event}.{channel}.html"])
    except TemplateDoesNotExist:
        return ""
    return str(template.render(dict(context)))
