"""Adding, changing, deleting, and coming back."""

import pytest
from conftest import LIST, make_product
from django.core.exceptions import ValidationError
from stark.writers import ModelWriter
from stark_testproject.warehouse.models import Movement, Product, Tag


def data_of(product, **changes):
    data = {
        "sku": product.sku,
        "name": product.name,
        "state": product.state,
        "category": product.category_id,
        "price": product.price,
        "cost": product.cost,
        "stock": product.stock,
    }
    return {**data, **changes}


def test_adding_saves_the_object_with_its_tags_and_returns_to_its_row(keeper, product):
    tag = Tag.objects.create(name="heavy")
    response = keeper.post(f"{LIST}add/", data_of(product, sku="NEW", name="New", tags=[tag.pk]))
    new = Product.objects.get(sku="NEW")
    assert list(new.tags.all()) == [tag]
    assert response.url == f"{LIST}#r{new.pk}"
    assert "Saved: New" in keeper.get(LIST).content.decode()


def test_save_and_add_another_opens_an_empty_form(keeper, product):
    response = keeper.post(f"{LIST}add/?back=q%3Dla", data_of(product, sku="NEW", again="1"))
    assert response.url == f"{LIST}add/?back=q%3Dla"


def test_changing_returns_to_the_list_as_it_was(keeper, product):
    page = keeper.get(f"{LIST}?q=lamp&sort=-price").content.decode()
    assert f"/{product.pk}/detail/?back=q%3Dlamp%26sort%3D-price" in page
    url = f"{LIST}{product.pk}/change/?back=q%3Dlamp%26sort%3D-price"
    assert 'value="q=lamp&amp;sort=-price"' in keeper.get(url).content.decode()
    response = keeper.post(url, data_of(product, name="Lamp 2", back="q=lamp&sort=-price"))
    assert response.url == f"{LIST}?q=lamp&sort=-price#r{product.pk}"
    assert Product.objects.get().name == "Lamp 2"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "next=/admin/", "q=%00"]
)
def test_only_a_state_of_this_list_is_a_way_back(keeper, product, back):
    response = keeper.post(f"{LIST}{product.pk}/change/", data_of(product, back=back))
    assert response.url == f"{LIST}#r{product.pk}"


def test_errors_are_at_their_fields_and_in_a_summary_with_links(keeper, product):
    response = keeper.post(f"{LIST}{product.pk}/change/", data_of(product, price=-1, sku=""))
    page = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_price">Price</a>' in page
    assert 'id="id_price_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_sku_helptext id_sku_error"' in page
    assert "2 fields need a change" in page
    assert Product.objects.get().price == 10


def test_fields_stand_in_their_sections_and_the_rest_follows(keeper, product):
    sections = keeper.get(f"{LIST}add/").context["sections"]
    assert [section.title for section in sections] == ["Product", "Money", ""]
    assert "notes" in [bound.name for bound in sections[2].fields]


def test_date_fields_use_the_picker_of_the_browser(keeper, product):
    page = keeper.get(f"{LIST}add/").content.decode()
    assert 'type="datetime-local" name="received_at"' in page


def test_a_model_without_options_gets_a_form_and_a_list(keeper, db):
    assert keeper.post("/stark/warehouse/tag/add/", {"name": "wet"}).status_code == 302
    assert "wet" in keeper.get("/stark/warehouse/tag/").content.decode()


class Refusing(ModelWriter):
    def save(self, request, config, form, role):
        super().save(request, config, form, role)
        raise ValidationError({"name": "No lamps today.", "archived": "Nor this."})

    def delete(self, request, config, obj):
        raise ValidationError("It is needed.")


def test_what_a_writer_refuses_is_shown_in_the_form(keeper, product, config, monkeypatch):
    monkeypatch.setattr(config, "writer", Refusing())
    response = keeper.post(f"{LIST}{product.pk}/change/", data_of(product))
    page = response.content.decode()
    assert response.status_code == 422
    assert "No lamps today." in page
    assert "Nor this." in page


def test_what_a_writer_refuses_to_delete_stays(keeper, product, config, monkeypatch):
    monkeypatch.setattr(config, "writer", Refusing())
    response = keeper.post(f"{LIST}{product.pk}/delete/")
    assert response.status_code == 409
    assert "It is needed." in response.content.decode()
    assert Product.objects.exists()


def test_deleting_shows_what_goes_with_it_and_then_does_it(keeper, product):
    Movement.objects.create(product=product, amount=1)
    page = keeper.get(f"{LIST}{product.pk}/delete/").content.decode()
    assert 'Movements <span class="num">1</span>' in page
    response = keeper.post(f"{LIST}{product.pk}/delete/", {"back": "q=lamp"})
    assert response.url == f"{LIST}?q=lamp"
    assert not Product.objects.exists()


def test_what_others_need_is_not_deleted(keeper, product):
    url = f"/stark/warehouse/category/{product.category_id}/delete/"
    assert "cannot be deleted" in keeper.get(url).content.decode()
    assert keeper.post(url).status_code == 409
    assert Product.objects.exists()


def test_a_detail_shows_every_field_and_the_way_back(keeper, product):
    make_product(name="Other")
    page = keeper.get(f"{LIST}{product.pk}/detail/?back=q%3Dlamp").content.decode()
    assert "<dt>SKU</dt><dd>LAMP</dd>" in page
    assert f'href="{LIST}?q=lamp#r{product.pk}"' in page


def test_a_post_without_its_token_is_refused(product, db):
    from conftest import make_person
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person("someone@example.com", "change", "delete"))
    assert client.post(f"{LIST}{product.pk}/delete/").status_code == 403
    assert Product.objects.exists()
