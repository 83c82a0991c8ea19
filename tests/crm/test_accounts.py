"""Accounts: one table, one login page, argon2, axes (PRODUCT 40)."""

from __future__ import annotations

import importlib

import pytest
from crm.org.models import User
from django.urls import reverse
from factories import UserFactory


@pytest.fixture
def someone(db):
    return UserFactory(username="S001", email="an@example.com", password="secret-7421")


@pytest.mark.parametrize("name", ["S001", "an@example.com", "AN@example.com", " S001 "])
def test_login_takes_staff_number_or_e_mail(someone, client, name):
    response = client.post(reverse("login"), {"username": name, "password": "secret-7421"})

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(someone.pk)


@pytest.mark.parametrize(
    ("name", "password"), [("S001", "wrong"), ("nobody", "secret-7421"), ("S001", "")]
)
def test_a_wrong_login_says_the_same_whoever_it_was(someone, client, name, password):
    response = client.post(reverse("login"), {"username": name, "password": password})

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_disabled_account_can_not_log_in_and_an_open_session_ends(someone, client):
    client.post(reverse("login"), {"username": "S001", "password": "secret-7421"})
    assert client.get(reverse("home")).status_code == 200
    User.objects.update(is_active=False)

    assert client.get(reverse("home")).status_code == 302
    client.post(reverse("login"), {"username": "S001", "password": "secret-7421"})
    assert client.get(reverse("home")).status_code == 302


def test_guessing_locks_the_account_on_this_computer(someone, client, settings):
    settings.AXES_ENABLED = True
    for _guess in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("login"), {"username": "S001", "password": "wrong"})

    response = client.post(reverse("login"), {"username": "S001", "password": "secret-7421"})

    assert response.status_code == 429
    assert "_auth_user_id" not in client.session


def test_logout_is_a_post(someone, client):
    client.force_login(someone, backend="crm.org.backends.LoginBackend")

    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("home")).status_code == 302


def test_the_session_ends_with_the_browser_unless_wanted(someone, client):
    client.post(reverse("login"), {"username": "S001", "password": "secret-7421"})
    assert client.session.get_expire_at_browser_close()
    client.logout()
    client.post(reverse("login"), {"username": "S001", "password": "secret-7421", "keep": "on"})
    assert not client.session.get_expire_at_browser_close()


def test_a_password_can_be_changed_and_the_session_goes_on(someone, client):
    client.force_login(someone, backend="crm.org.backends.LoginBackend")

    response = client.post(
        reverse("password_change"),
        {
            "old_password": "secret-7421",
            "new_password1": "another-8532",
            "new_password2": "another-8532",
        },
    )

    assert response.status_code == 302
    someone.refresh_from_db()
    assert someone.check_password("another-8532")
    assert client.get(reverse("home")).status_code == 200


def test_two_accounts_may_have_no_e_mail_but_not_the_same(db):
    for _person in range(2):
        assert UserFactory(email="").email is None
    UserFactory(email="an@example.com")
    with pytest.raises(Exception, match=r"(?i)unique"):
        UserFactory(email="an@example.com")


def test_the_first_password_hasher_is_argon2():
    base = importlib.import_module("config.settings.base")

    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_an_administrator_adds_staff_with_a_password_entered_twice(cast, login):
    url = reverse("stark:org_user_add")
    form = {
        "username": "S009",
        "name": "新同事",
        "department": cast.wang.department_id,
        "is_active": "on",
        "password": "winter-5528",
        "password_again": "winter-5529",
    }
    client = login(cast.admin)

    refused = client.post(url, form)
    assert refused.status_code != 302
    assert not User.objects.filter(username="S009").exists()
    client.post(url, {**form, "password_again": "winter-5528"})

    added = User.objects.get(username="S009")
    assert added.check_password("winter-5528")
    assert added.kind == "staff"
