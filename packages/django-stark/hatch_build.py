"""Copies Bootstrap, htmx and the icons we use from their wheels into ours.

Runs for wheels and for editable installs, so ``INSTALLED_APPS += ["stark"]`` is enough and
nobody else's files live in our repository.
"""

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Where each asset may be found: package, candidates inside it (first found wins), our name.
ASSETS = (
    ("django_include_bootstrap", ("static/css/bootstrap.min.css",), "bootstrap.min.css"),
    ("django_include_bootstrap", ("static/js/bootstrap.bundle.min.js",), "bootstrap.bundle.min.js"),
    (
        "django_htmx",
        ("static/django_htmx/htmx-2.min.js", "static/django_htmx/htmx.min.js"),
        "htmx.min.js",
    ),
)
SPRITE = ("js_lib_bootstrap_icons", ("static/bootstrap-icons/bootstrap-icons.svg",))
SYMBOL = re.compile(
    r'<symbol class="[^"]*"( viewBox="[^"]*") id="([^"]+)">(.*?)</symbol>', re.DOTALL
)


class AssetHook(BuildHookInterface):  # type: ignore[type-arg]
    """Fills ``static/stark/vendor`` and ``static/stark/icons.svg`` before the files are packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        static = Path(self.root) / "src" / "stark" / "static" / "stark"
        if self.target_name != "wheel":
            return
        vendor = static / "vendor"
        vendor.mkdir(parents=True, exist_ok=True)
        for package, candidates, name in ASSETS:
            text = _find(package, candidates).read_text(encoding="utf-8")
            # Source maps are not shipped; browsers would ask for them in vain.
            text = re.sub(r"/[/*]# sourceMappingURL=\S+( \*/)?", "", text)
            (vendor / name).write_text(text, encoding="utf-8")
        names = (static.parents[1] / "icons.txt").read_text(encoding="utf-8").split()
        (static / "icons.svg").write_text(_sprite(names), encoding="utf-8")

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002
        static = Path(self.root) / "src" / "stark" / "static" / "stark"
        shutil.rmtree(static / "vendor", ignore_errors=True)
        (static / "icons.svg").unlink(missing_ok=True)


def _find(package: str, candidates: tuple[str, ...]) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        message = f"{package} is not installed; it carries assets that stark ships."
        raise RuntimeError(message)
    folder = Path(spec.submodule_search_locations[0])
    for candidate in candidates:
        if (folder / candidate).exists():
            return folder / candidate
    message = f"{package} has none of {', '.join(candidates)}; look where it keeps them now."
    raise RuntimeError(message)


def _sprite(names: list[str]) -> str:
    """The symbols named in icons.txt, in that order; an unknown name stops the build."""
    found = {name: (box, body) for box, name, body in SYMBOL.findall(_find(*SPRITE).read_text())}
    unknown = sorted(set(names) - set(found))
    if unknown:
        message = f"icons.txt names icons that Bootstrap Icons does not have: {unknown}"
        raise RuntimeError(message)
    symbols = "".join(
        f'<symbol id="{name}"{found[name][0]}>{found[name][1]}</symbol>\n' for name in names
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'
