"""What the pages tell people to write is right."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
import stark
from django.urls import path
from stark.checks import check_config
from stark.conf import DEFAULTS
from stark.options import ModelConfig

ROOT = Path(__file__).parents[2]


def blocks(text):
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def readme():
    return (ROOT / "packages/django-stark/README.md").read_text()


def test_the_config_of_the_five_minute_start_lists_products(readme):
    source = next(block for block in blocks(readme) if "@stark.register" in block)
    source = source.replace("warehouse.models", "stark_testproject.warehouse.models")
    site = stark.StarkSite("readme")
    source = source.replace("@stark.register(Product)", "@stark.register(Product, site=site)")
    exec(compile(source, "README.md", "exec"), {"site": site})
    (config,) = site.configs
    assert [column.name for column in config.columns.values()] == [
        "name",
        "sku",
        "supplier",
        "margin",
    ]
    assert check_config(config) == []
    assert path("stark/", site.urls).namespace == "readme"


def test_the_settings_of_the_start_are_those_of_this_project(readme, settings):
    assert 'INSTALLED_APPS += ["stark"]' in readme
    assert "stark" in settings.INSTALLED_APPS
    assert 'path("stark/", stark.site.urls)' in readme


def docs(name):
    page = ROOT / "docs" / name
    if not page.exists():
        pytest.fail(f"{page} is missing")
    return page.read_text()


def test_the_reference_names_every_option():
    page = docs("reference/stark/stark-config.md")
    options = [
        name
        for name, value in vars(ModelConfig).items()
        if not name.startswith("_") and not callable(value) and not hasattr(value, "__get__")
    ]
    assert len(options) > 25
    missing = [name for name in options if f"`{name}`" not in page]
    assert missing == []


def test_the_reference_names_every_setting():
    page = docs("reference/stark/stark-settings.md")
    assert set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) == set(DEFAULTS)


def test_the_how_to_is_the_code_that_the_tests_run():
    import inspect

    from stark_testproject.warehouse import stark as configs

    page = docs("howto/stark-batch-actions.md")
    source = inspect.getsource(configs.reprice.function)
    body = source[source.index("def reprice") :]
    assert body.strip() in page


def test_the_version_is_the_head_of_the_changelog():
    changelog = (ROOT / "packages/django-stark/CHANGELOG.md").read_text()
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE).group(1) == version("django-stark")


def test_every_public_name_exists_and_is_documented():
    pages = "".join(page.read_text() for page in (ROOT / "docs/reference/stark").iterdir())
    for name in stark.__all__:
        assert hasattr(stark, name)
    for name in ("Column", "Filter", "DateFilter", "ChoiceFilter", "View", "Fact", "Link"):
        assert f"stark.{name}" in pages
