"""What a project gets by installing the wheel: assets, icons, tags, translations."""

import datetime
import gettext
import re
from importlib.resources import files

import pytest
import stark
from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import get_language
from stark.icons import icon_names

PACKAGE = files("stark")


def render(text, **context):
    return Template("{% load stark %}" + text).render(Context(context))


@pytest.mark.parametrize(
    "name",
    [
        "theme.css",
        "stark.js",
        "icons.svg",
        "vendor/bootstrap.min.css",
        "vendor/bootstrap.bundle.min.js",
        "vendor/htmx.min.js",
    ],
)
def test_every_asset_is_in_the_package(name):
    assert finders.find(f"stark/{name}")


def test_the_sprite_has_exactly_the_listed_icons():
    sprite = (PACKAGE / "static/stark/icons.svg").read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == icon_names()
    assert len(icon_names()) > 150


def test_every_icon_a_template_or_module_names_is_in_the_sprite():
    used = set()
    for template in (PACKAGE / "templates/stark").iterdir():
        used |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    assert used
    assert used <= icon_names()


def test_icons_are_references_to_the_sprite():
    assert render('{% icon "search" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/stark/icons.svg#search"/></svg>'
    )


def test_an_unknown_icon_raises_where_developers_look():
    with pytest.raises(LookupError, match="no-such-icon"):
        render('{% icon "no-such-icon" %}')


def test_an_unknown_icon_shows_nothing_in_production(monkeypatch):
    from django.core import mail

    monkeypatch.delattr(mail, "outbox")
    assert render('{% icon "no-such-icon" %}') == ""


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As in the passport.")
    on = forms.DateField(required=False)
    agree = forms.BooleanField()
    size = forms.ChoiceField(choices=[("s", "Small")], widget=forms.RadioSelect)


def test_a_field_has_label_control_help_and_error_tied_together():
    html = render("{% field form.name %}", form=SampleForm({}))
    assert '<label class="form-label req" for="id_name">Name</label>' in html
    assert 'class="form-control is-invalid"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext">As in the passport.' in html
    assert html.count("aria-describedby") == html.count("aria-invalid") == 1


def test_extra_attributes_reach_the_control():
    html = render('{% field form.name autocomplete="off" %}', form=SampleForm())
    assert 'autocomplete="off"' in html


def test_dates_use_the_picker_and_its_format_in_every_language():
    form = SampleForm(initial={"on": datetime.date(2026, 7, 16)})
    with translation.override("zh-hans"):
        html = render("{% field form.on %}", form=form)
    assert 'type="date"' in html
    assert 'value="2026-07-16"' in html


def test_a_summary_is_there_only_when_something_is_wrong():
    assert render("{% form_summary form %}", form=SampleForm()).strip() == ""
    html = render("{% form_summary form %}", form=SampleForm({}))
    assert '<a href="#id_name">Name</a>' in html
    assert '<a href="#id_size_0">Size</a>' in html


def test_the_assets_tag_brings_htmx_without_eval_or_inline_styles():
    html = render("{% stark_assets %}")
    assert '{"includeIndicatorStyles":false,"allowEval":false}' in html
    assert html.index("bootstrap.min.css") < html.index("theme.css")


def test_every_message_has_a_chinese_translation():
    with (PACKAGE / "locale/zh_Hans/LC_MESSAGES/django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    texts = set()
    for template in (PACKAGE / "templates/stark").iterdir():
        texts |= set(re.findall(r'{% translate ["\']([^"\']+)["\']', template.read_text()))
    for module in [*PACKAGE.iterdir(), *(PACKAGE / "views").iterdir()]:
        if module.name.endswith(".py"):
            texts |= set(re.findall(r'\b(?:_|gettext_lazy)\(\s*"([^"]+)"', module.read_text()))
    assert len(texts) > 60
    missing = {text for text in texts if catalogue.gettext(text) == text and text != ": "}
    assert not missing


def test_the_list_reads_chinese(keeper, shelves, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    page = keeper.get("/stark/warehouse/product/", headers={"accept-language": "zh-hans"})
    text = page.content.decode()
    for words in ("新增product", "第 1–4 条，共 4 条", "筛选", "heavy、cold"):
        assert words in text


def test_names_of_fields_follow_the_language_of_each_request(config, monkeypatch):
    """A label is kept by the config for all requests, so it must not be text yet."""
    field = config.model._meta.get_field("is_fragile")
    monkeypatch.setattr(field, "verbose_name", lazy(lambda: f"fragile {get_language()}", str)())
    column, chips = stark.Column("is_fragile").bind(config), stark.Filter("is_fragile").bind(config)
    path = stark.Column("category__name").bind(config)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert str(column.label) == str(chips.label) == f"Fragile {language}"
    assert str(path.label) == "Category name"
