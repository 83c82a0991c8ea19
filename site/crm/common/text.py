"""Names: pinyin for the search, masks for people who may not read them."""

from __future__ import annotations

import os
from functools import lru_cache

from django.utils.translation import gettext as _


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    # Read when first needed: its tables cost every process a second at the start. Single
    # characters need none of its phrases.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(character, style=Style.NORMAL, errors="ignore")).lower()


def pinyin_of(name: str) -> tuple[str, str]:
    """Pinyin of ``name`` without spaces or tones, and its initials: 中文 → ``zhongwen``, ``zw``.

    Character by character, so that a name always gives the same letters as its parts.
    """
    syllables = [syllable for character in name if (syllable := _syllable(character))]
    return "".join(syllables)[:200], "".join(syllable[0] for syllable in syllables)[:64]


def joined(message: str, cure: str) -> str:
    """Two sentences in one line; Chinese has no space between them."""
    return _("%(message)s %(cure)s") % {"message": message, "cure": cure}


def mask_name(name: str) -> str:
    """The first character and stars: 张晓雯 → 张**."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_contact(value: str) -> str:
    """The first three and last two characters, the rest as stars; short ones wholly masked."""
    if len(value) < 8:
        return "*" * len(value)
    return value[:3] + "*" * (len(value) - 5) + value[-2:]
