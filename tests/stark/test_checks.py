"""A misspelt option is found at start, and the message names what would be right."""

import pytest
import stark
from django.core.management import call_command
from django.db import models
from stark.checks import check_config, check_configs, check_settings
from stark_testproject.warehouse.forms import ProductForm, RepriceForm
from stark_testproject.warehouse.models import Product, Supplier


def ids(model=Product, **options):
    config_class = type("Sample", (stark.ModelConfig,), options)
    return [each.id for each in check_config(config_class(model, stark.StarkSite()))]


def plain(config, request, queryset, form):
    """A function that nobody decorated."""


def act(name):
    return stark.action(label=name, name=name)(plain)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"operations": ("list", "erase")}, "stark.E003"),
        ({"list_display": ["nmae"]}, "stark.E004"),
        ({"list_display": ["category__nmae"]}, "stark.E004"),
        ({"detail_display": ["nmae"]}, "stark.E004"),
        ({"list_display": ["name"], "list_display_links": ["sku"]}, "stark.E005"),
        ({"list_display": ["name", "name"]}, "stark.E006"),
        ({"list_filter": ["nmae"]}, "stark.E007"),
        ({"list_filter": ["name"]}, "stark.E007"),
        ({"list_filter": [stark.DateFilter("name")]}, "stark.E007"),
        ({"list_filter": [stark.ChoiceFilter("page")]}, "stark.E008"),
        ({"list_filter": ["state", stark.Filter("state")]}, "stark.E009"),
        ({"search_fields": ["^nmae"]}, "stark.E010"),
        ({"search_fields": ["category"]}, "stark.E010"),
        ({"ordering": ["-nmae"]}, "stark.W011"),
        ({"list_views": [stark.View("a", "A", {"state": "new"})]}, "stark.E012"),
        (
            {"list_filter": ["state"], "list_views": [stark.View("a", "A", {})] * 2},
            "stark.E013",
        ),
        ({"actions": [plain]}, "stark.E014"),
        ({"actions": [act("list")]}, "stark.E015"),
        ({"actions": [act("a"), act("a")]}, "stark.E016"),
        ({"form_class": RepriceForm}, "stark.E017"),
        ({"model": Supplier, "form_class": ProductForm}, "stark.E017"),
        ({"fields": ["nmae"]}, "stark.E018"),
        ({"icon": "no-such-icon"}, "stark.E019"),
        ({"list_filters": ["state"]}, "stark.W020"),
    ],
)
def test_each_mistake_has_its_id(options, expected):
    assert ids(options.pop("model", Product), **options) == [expected]


def test_a_check_names_class_option_value_and_the_valid_names():
    config_class = type("Sample", (stark.ModelConfig,), {"list_filter": ["nmae"]})
    (message,) = check_config(config_class(Product, stark.StarkSite()))
    assert message.msg == "Sample.list_filter: 'nmae' is no field of Product."
    assert "name" in message.hint
    assert message.obj is config_class


def test_an_empty_config_is_right():
    assert ids() == []


def test_the_sample_project_is_right():
    assert check_configs() == []
    call_command("check")


def test_unknown_settings_are_errors_that_list_the_known(settings):
    settings.STARK = {"ACCES_POLICY": "x"}
    (message,) = check_settings()
    assert message.id == "stark.E001"
    assert "ACCESS_POLICY" in message.hint


@pytest.mark.parametrize("path", ["nowhere.Policy", "stark.ModelConfig", "stark.site"])
def test_a_policy_that_is_none_is_an_error(settings, path):
    settings.STARK = {"ACCESS_POLICY": path}
    assert [each.id for each in check_settings()] == ["stark.E002"]


def test_two_configs_of_a_model_need_two_names():
    site = stark.StarkSite()
    site.register(Product)
    with pytest.raises(stark.AlreadyRegistered, match=r"warehouse\.product"):
        site.register(Product)
    site.register(Product, name="second")
    assert [config.code for config in site.configs] == [
        "warehouse.product",
        "warehouse.product_second",
    ]


def test_an_unknown_code_names_the_known_ones():
    with pytest.raises(LookupError, match=r"warehouse\.product_plain"):
        stark.site.get("warehouse.nothing")


def test_routes_have_the_names_rights_and_methods_that_permissions_are_made_of(config):
    routes = {route.right: route for route in config.iter_routes()}
    assert routes["list"].url_name == "stark:warehouse_product_list"
    assert routes["change"].methods == ("GET", "POST")
    assert routes["archive"].url_name == "stark:warehouse_product_action_archive"
    assert routes["archive"].methods == ("POST",)
    plain = stark.site.get("warehouse.product_plain")
    assert [route.url_name for route in plain.iter_routes()] == [
        "stark:warehouse_product_plain_list",
        "stark:warehouse_product_plain_export",
    ]


def test_columns_tell_which_codes_they_require(config):
    codes = {code for column in config.columns.values() for code in column.requires}
    assert codes == {"warehouse.product:field.cost"}
    assert codes <= config.field_names()


def test_a_reverse_relation_is_a_column_with_one_prefetch():
    config = stark.ModelConfig(Product, stark.StarkSite())
    column = stark.Column("movement").bind(config)
    assert column.prefetch == ("movement",) or column.prefetch == ("movement_set",)
    assert isinstance(Product._meta.get_field("movement"), models.ManyToOneRel)
