"""Batch actions: selection, question, deed, report."""

import pytest
from conftest import LIST, make_product
from stark_testproject.warehouse.models import Product

ARCHIVE, REPRICE, COUNT = (f"{LIST}action/{name}/" for name in ("archive", "reprice", "count"))


def archived():
    return set(Product.objects.filter(archived=True).values_list("name", flat=True))


def test_ticked_rows_are_done_and_the_list_comes_back_as_it_was(keeper, shelves):
    keys = [each.pk for each in shelves[:2]]
    response = keeper.post(ARCHIVE, {"pk": keys, "state": "sort=-name&page=2"})
    assert response.url == f"{LIST}?sort=-name"
    assert archived() == {"Hammer", "Anvil"}
    assert "Done: 2 rows" in keeper.get(LIST).content.decode()


def test_all_matching_are_those_of_the_list(keeper, shelves):
    keeper.post(ARCHIVE, {"all": "2", "state": "state=new"})
    assert archived() == {"Hammer", "Ice"}


def test_all_matching_is_refused_when_their_number_has_changed(keeper, shelves):
    response = keeper.post(ARCHIVE, {"all": "3", "state": "state=new"})
    assert response.status_code == 409
    assert "You chose 3 rows, now there are 2." in response.content.decode()
    assert archived() == set()


def test_the_number_is_checked_again_when_the_question_is_answered(keeper, shelves):
    page = keeper.post(REPRICE, {"all": "2", "state": "state=new"}).content.decode()
    assert '<input type="hidden" name="all" value="2">' in page
    make_product(name="Late")
    data = {"all": "2", "state": "state=new", "confirmed": "1", "percent": "10"}
    assert keeper.post(REPRICE, data).status_code == 409


def test_nothing_selected_does_nothing_and_says_so(keeper, shelves):
    response = keeper.post(ARCHIVE, {"state": ""}, follow=True)
    assert "Select at least one row." in response.content.decode()
    assert archived() == set()


@pytest.mark.parametrize("data", [{"pk": "x"}, {"all": "many"}, {"keys": ",,"}])
def test_a_selection_that_makes_no_sense_does_nothing(keeper, shelves, data):
    assert keeper.post(ARCHIVE, data).status_code == 302
    assert archived() == set()


def test_a_state_that_is_not_valid_does_nothing(keeper, shelves):
    assert keeper.post(ARCHIVE, {"all": "4", "state": "secret=1"}).status_code == 400
    assert archived() == set()


def test_an_action_with_a_form_asks_first_and_keeps_the_keys_in_one_field(keeper, shelves):
    keys = [each.pk for each in shelves]
    response = keeper.post(REPRICE, {"pk": keys})
    page = response.content.decode()
    assert f'name="keys" value="{",".join(map(str, keys))}"' in page
    assert 'name="percent"' in page
    assert Product.objects.filter(price=0).count() == 4


def test_a_wrong_answer_asks_again(keeper, product):
    data = {"keys": str(product.pk), "confirmed": "1", "percent": "99"}
    response = keeper.post(REPRICE, data)
    assert response.status_code == 422
    assert "less than or equal to 50" in response.content.decode()
    assert Product.objects.get().price == 10


def test_a_right_answer_does_it(keeper, product):
    data = {"keys": str(product.pk), "confirmed": "1", "percent": "10"}
    assert keeper.post(REPRICE, data).status_code == 302
    assert Product.objects.get().price == 11


def test_rows_that_failed_are_reported_one_by_one(keeper, shelves):
    keys = ",".join(str(each.pk) for each in shelves)
    page = keeper.post(REPRICE, {"keys": keys, "confirmed": "1", "percent": "5"}).content.decode()
    assert "Done: 3. Not done: 1." in page
    assert '<th scope="row">Bread</th><td>It is gone.</td>' in page


def test_a_row_that_left_the_list_meanwhile_is_reported(keeper, product):
    page = keeper.post(COUNT, {"pk": [product.pk, 999999]}).content.decode()
    assert "It is no longer in your list." in page
    assert "1 counted" in page


def test_a_message_of_the_action_is_shown_on_the_list(keeper, product):
    response = keeper.post(COUNT, {"pk": [product.pk]}, follow=True)
    assert "1 counted" in response.content.decode()


def test_an_action_that_breaks_leaves_nothing_behind(keeper, shelves, config, monkeypatch):
    from dataclasses import replace

    def half_done(config, request, queryset):
        queryset.update(archived=True)
        raise RuntimeError("power cut")

    broken = replace(config.bound_actions["archive"], function=half_done)
    monkeypatch.setitem(config.bound_actions, "archive", broken)
    with pytest.raises(RuntimeError):
        keeper.post(ARCHIVE, {"pk": [shelves[0].pk]})
    assert archived() == set()


def test_the_list_offers_each_action_at_its_own_url(keeper, product):
    page = keeper.get(LIST).content.decode()
    for url in (ARCHIVE, REPRICE, COUNT):
        assert f'formaction="{url}"' in page
