"""Fixtures for all tests of crm-notify: people, channels, and emptied memories."""

import copy

import pytest
from crm_notify import channels
from crm_notify.backends import memory
from django.core.cache import cache
from notify_testapp.backends import ScriptedBackend

pytest.register_assert_rewrite("crm_notify.testing.contract")


@pytest.fixture(autouse=True)
def _forget():
    """No message, breaker or scripted answer outlives its test."""
    cache.clear()
    yield
    memory.outbox.clear()
    for kept in (ScriptedBackend.script, ScriptedBackend.not_ready, ScriptedBackend.seen):
        kept.clear()
    channels.close_all()


@pytest.fixture
def person(db, django_user_model):
    """Makes users: ``person("li")`` has an address, ``person("wu", email="")`` has none."""

    def make(name, **values):
        return django_user_model.objects.create(
            name=name, **{"email": f"{name}@example.com", **values}
        )

    return make


@pytest.fixture
def li(person):
    return person("li")


@pytest.fixture
def configure(settings):
    """Change CRM_NOTIFY for one test: ``configure(DISPATCHER="worker")``."""

    def change(**values):
        merged = copy.deepcopy(settings.CRM_NOTIFY)
        for key, value in values.items():
            merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
        settings.CRM_NOTIFY = merged

    return change


@pytest.fixture
def scripted(configure):
    """A channel "scripted" and the event "customers.scripted"; answers come from its script."""
    configure(
        DISPATCHER="worker",
        CHANNELS={"scripted": {"BACKEND": "notify_testapp.backends.ScriptedBackend"}},
        EVENTS={"customers.assigned": {"channels": ["scripted"]}},
    )
    return ScriptedBackend
