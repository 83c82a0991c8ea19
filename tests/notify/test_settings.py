"""CRM_NOTIFY in both forms, and what ``manage.py check`` says about mistakes."""

import pytest
from crm_notify import channels
from crm_notify.checks import check_settings
from crm_notify.conf import notify_settings, parse
from django.core.checks import Error
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

MEMORY = "crm_notify.backends.memory.MemoryBackend"


def test_the_test_projects_settings_are_right():
    assert check_settings() == []


def test_the_short_form_names_channels_after_their_classes(settings):
    settings.CRM_NOTIFY = ["crm_notify.backends.email.EmailBackend", MEMORY]
    assert check_settings() == []
    assert list(notify_settings.channels) == ["email", "memory"]
    assert notify_settings.takes_any_event


def test_an_unknown_key_lists_the_known_ones(settings):
    settings.CRM_NOTIFY = {"CHANELS": {}}
    (error, *_rest) = check_settings()
    assert error == Error(
        "CRM_NOTIFY has the unknown key 'CHANELS'. Known: ADDRESS, BATCH_SIZE, BREAKER_CACHE, "
        "BREAKER_FAILURES, BREAKER_SECONDS, CHANNELS, DISPATCHER, EVENTS, LANGUAGE_OF, "
        "LEASE_SECONDS, RETRY_AFTER_SECONDS, RETRY_UNKNOWN_AFTER_SECONDS. "
        "Did you mean 'CHANNELS'?",
        id="crm_notify.E001",
    )


def test_no_channel_is_a_warning(settings):
    del settings.CRM_NOTIFY
    assert check_settings() == [
        CheckWarning(
            "CRM_NOTIFY names no channel: nothing can be sent.",
            hint='Add one to CRM_NOTIFY["CHANNELS"].',
            id="crm_notify.W001",
        )
    ]


@pytest.mark.parametrize(
    ("wrong", "number", "says"),
    [
        ("crm_notify", "E001", "must be a dict or a list"),
        ([7], "E002", "no class path"),
        ([{"BACKEND": MEMORY, "OPTIONS": {"key": "canary"}}], "E002", "of type dict"),
        ([MEMORY, MEMORY], "E002", "both named 'memory'"),
        ({"CHANNELS": []}, "E002", "must be a dict"),
        ({"CHANNELS": {"a": MEMORY}}, "E002", '"BACKEND"'),
        ({"CHANNELS": {"a": {"BACKEND": MEMORY, "OPTION": {}}}}, "E002", "BACKEND, OPTIONS"),
        ({"CHANNELS": {"a": {"BACKEND": MEMORY, "OPTIONS": []}}}, "E002", "OPTIONS"),
        ({"CHANNELS": {"a": {"BACKEND": "no.such.Backend"}}}, "E003", "can't be imported"),
        ({"CHANNELS": {"a": {"BACKEND": "decimal.Decimal"}}}, "E003", "lacks"),
        (
            {"CHANNELS": {"a": {"BACKEND": MEMORY, "OPTIONS": {"key": "canary"}}}},
            "E004",
            "no option 'key'",
        ),
        ({"EVENTS": []}, "E005", "must be a dict"),
        ({"EVENTS": {"e": []}}, "E005", "must be a dict"),
        ({"EVENTS": {"e": {"channel": ["a"]}}}, "E005", "channels, deadline_seconds, mode"),
        ({"EVENTS": {"e": {"channels": "memory"}}}, "E005", "list of channel names"),
        ({"EVENTS": {"e": {"channels": ["fax"]}}}, "E005", "Known: memory"),
        ({"EVENTS": {"e": {"channels": ["memory"], "mode": "any"}}}, "E006", "Known: all, first"),
        ({"DISPATCHER": "cellery"}, "E007", "Did you mean 'celery'?"),
        ({"DISPATCHER": "no.such.Dispatcher"}, "E007", "can't be imported"),
        ({"LEASE_SECONDS": 0}, "E008", "above 0"),
        ({"RETRY_AFTER_SECONDS": [1, "x"]}, "E008", "list of numbers"),
        ({"RETRY_UNKNOWN_AFTER_SECONDS": -1}, "E008", "above 0 or None"),
        (
            {"EVENTS": {"e": {"channels": ["memory"], "deadline_seconds": True}}},
            "E008",
            "number above 0",
        ),
    ],
)
def test_each_mistake_has_a_number_and_says_what_is_right(wrong, number, says, settings):
    if isinstance(wrong, dict):
        wrong = {"CHANNELS": {"memory": {"BACKEND": MEMORY}}, **wrong}
    settings.CRM_NOTIFY = wrong
    found = check_settings()
    assert [error.id for error in found] == [f"crm_notify.{number}"]
    assert says in found[0].msg
    assert "canary" not in found[0].msg


def test_a_mistake_is_an_error_when_used_too(settings):
    settings.CRM_NOTIFY = {"CHANELS": {}}
    with pytest.raises(ImproperlyConfigured, match="CHANELS"):
        _ = notify_settings.channels


def test_settings_are_read_live(settings, configure):
    first = channels.backend_for("memory")
    assert channels.backend_for("memory") is first
    configure(CHANNELS={"memory": {"BACKEND": "crm_notify.backends.console.ConsoleBackend"}})
    assert channels.backend_for("memory") is not first


words = st.text("abc.", max_size=4) | st.sampled_from(["BACKEND", "OPTIONS", "channels"])
json = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["CHANNELS", "EVENTS", "DISPATCHER", "LEASE_SECONDS", "OTHER"]), json
    )
)
def test_no_value_breaks_the_reading_of_settings(value):
    assert isinstance(parse(value).problems, list)
