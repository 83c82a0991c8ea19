"""Sentences of Django's own that its catalogue lacks or words clumsily; ours win.

Nothing imports this: it is read when messages are collected.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SENTENCES = [
    gettext_noop("- Select an option -"),
    gettext_noop("This field is required."),
]
PASSWORD_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
