"""The reference names the settings that the code knows: no more, no fewer."""

import importlib
import re

import pytest
from suitekit import PACKAGES, ROOT

KEY = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)


@pytest.mark.parametrize("distribution", PACKAGES)
def test_the_settings_page_lists_exactly_the_keys_of_conf(distribution):
    module, part = PACKAGES[distribution]
    (page,) = (ROOT / "docs" / "reference" / part).glob("*settings.md")
    documented = KEY.findall(page.read_text("utf-8"))
    assert sorted(documented) == sorted(set(documented)), "a key is documented twice"
    assert set(documented) == known_keys(module)


def known_keys(module: str) -> set[str]:
    conf = importlib.import_module(f"{module}.conf")
    if hasattr(conf, "DEFAULTS"):
        return set(conf.DEFAULTS)
    return set(conf.RbacSettings.known)


def test_the_readme_shows_both_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in readme
    assert "make test" in readme


def test_every_target_of_the_makefile_that_documents_name_exists():
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    for name in ("README.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text("utf-8")
        assert set(re.findall(r"`(?:[A-Z]+=\S+ )?make ([a-z-]+)", text)) <= targets
