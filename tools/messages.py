"""``make messages`` and ``make check-messages``: the Simplified Chinese translations.

A catalogue stands beside the code it translates: each package and each app of the site has its
own. Collecting needs GNU gettext (apt-get install gettext); compiling and checking do not.
"""

import gettext
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_Hans"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
COLLECT = ["makemessages", "-v0", "-l", LANGUAGE, "--no-location", "--no-wrap"]
#: Folders inside a part that have a catalogue of their own, or no messages.
ASIDE = ("node_modules", "vendor")


def main() -> int:
    """Collect and compile; with --check only compare, and return 1 where they differ."""
    parts = [path.parents[3] for path in sorted(ROOT.glob("packages/*/src/*/" + str(CATALOGUE)))]
    parts += [path.parents[3] for path in sorted(ROOT.glob("site/**/" + str(CATALOGUE)))]
    if "--check" in sys.argv:
        problems = [problem for part in parts for problem in problems_of(part, parts)]
        print("\n".join(problems) or f"ok     messages ({len(parts)} catalogues)")
        return int(bool(problems))
    if not shutil.which("xgettext"):
        print("Collecting messages needs GNU gettext: apt-get install gettext", file=sys.stderr)
        return 1
    for part in parts:
        collect(part, parts)
        compile_catalogue(part / CATALOGUE)
        print(f"{part.relative_to(ROOT)}: {len(left_over(part))} to translate")
    return 0


def collect(part: Path, parts: list[Path]) -> None:
    """Bring the catalogue of ``part`` in step with its sources."""
    aside = [f"{other.relative_to(part)}/*" for other in parts if part in other.parents]
    ignore = [option for name in (*ASIDE, *aside) for option in ("--ignore", name)]
    django = [sys.executable, "-m", "django", *COLLECT, *ignore]
    # No settings: the catalogue is made from the files alone.
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env["PYTHONSAFEPATH"] = "1"  # an app's selectors.py is not the standard library's
    subprocess.run(django, cwd=part, env=env, check=True)
    without_dates(part / CATALOGUE)


def without_dates(path: Path) -> None:
    """Drop the lines that change with every run."""
    noise = ('"POT-Creation-Date', '"PO-Revision-Date', '"Report-Msgid-Bugs-To')
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(noise)), "utf-8")


def catalogue_of(path: Path) -> Catalog:
    """The catalogue in a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def compile_catalogue(path: Path) -> None:
    """Write the .mo beside the .po."""
    catalogue = catalogue_of(path)
    # No clock in the file: the same words are the same bytes.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def left_over(part: Path) -> list[Message]:
    """Messages without a translation, or with one that only might be right."""
    return [
        message
        for message in catalogue_of(part / CATALOGUE)
        if message.id and (message.fuzzy or not is_translated(message))
    ]


def is_translated(message: Message) -> bool:
    """Whether every form of the message has words."""
    words = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(words)


def problems_of(part: Path, parts: list[Path]) -> list[str]:
    """What is wrong with the catalogue of ``part``, one line each."""
    name = str(part.relative_to(ROOT))
    found = [f"{name}: not translated: {message.id!r}" for message in left_over(part)]
    if compiled(part / CATALOGUE) != expected(part / CATALOGUE):
        found.append(f"{name}: django.mo is not made from django.po: run 'make messages'")
    if shutil.which("xgettext"):
        found += [f"{name}: {words}: run 'make messages'" for words in differences(part, parts)]
    return found


def expected(path: Path) -> dict[object, str]:
    """What the .mo must say."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "django.mo"
        with made.open("wb") as file:
            write_mo(file, catalogue_of(path))
        return compiled(made)


def compiled(path: Path) -> dict[object, str]:
    """What the .mo at ``path`` says, without its header."""
    path = path.with_suffix(".mo")
    if not path.exists():
        return {}
    with path.open("rb") as file:
        words = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    words.pop("", None)
    return words


def differences(part: Path, parts: list[Path]) -> list[str]:
    """Messages that the sources have and the catalogue has not, and the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / part.name
        shutil.copytree(part, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
        collect(copy, [copy / other.relative_to(part) for other in parts if part in other.parents])
        now = {(message.context, message.id) for message in catalogue_of(copy / CATALOGUE)}
    then = {(message.context, message.id) for message in catalogue_of(part / CATALOGUE)}
    return [f"not in the catalogue: {words[1]!r}" for words in sorted(now - then, key=str)] + [
        f"not in the sources any more: {words[1]!r}" for words in sorted(then - now, key=str)
    ]


if __name__ == "__main__":
    sys.exit(main())
