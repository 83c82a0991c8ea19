"""``rbac.can``, ``rbac.scope``: who holds what, as far as it reaches."""

from datetime import timedelta

import pytest
import rbac
import time_machine
from conftest import make_account
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rbac import services
from rbac.exceptions import UnknownPermission
from rbac.models import Role
from rbac.scopes import Scope
from rbac_testapp.models import Booking, Brochure, Department, Tour


@pytest.fixture
def tree(north):
    """north > harbour > pier, and south beside them."""
    harbour = Department.objects.create(name="harbour", parent=north)
    pier = Department.objects.create(name="pier", parent=harbour)
    south = Department.objects.create(name="south")
    return {"north": north, "harbour": harbour, "pier": pier, "south": south}


@pytest.fixture
def tours(tree, guide):
    """One tour per department, one of the guide's own, one of nobody."""
    found = {"mine": Tour.objects.create(name="mine", guide=guide)}
    for name, department in tree.items():
        owner = make_account(name, department=department)
        found[name] = Tour.objects.create(name=name, guide=owner)
    found["nobody"] = Tour.objects.create(name="nobody")
    return found


def _grant(scope, code="tours.tour:detail"):
    services.role_grant(actor=None, role="guide", permission=code, scope=scope)


def _reached(user, code="tours.tour:detail"):
    return set(rbac.scope(user, code, Tour.objects.all()).values_list("name", flat=True))


EXPECTED = {
    Scope.OWN: {"mine"},
    Scope.DEPARTMENT: {"mine", "north"},
    Scope.DEPARTMENT_BELOW: {"mine", "north", "harbour", "pier"},
    Scope.ALL: {"mine", "north", "harbour", "pier", "south", "nobody"},
}


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_reaches_exactly_its_rows(guide, tours, scope):
    _grant(scope)
    assert _reached(guide) == EXPECTED[scope]


@pytest.mark.parametrize("scope", Scope)
def test_asking_for_one_object_and_for_the_list_agree(guide, tours, scope):
    _grant(scope)
    one_by_one = {
        name for name, tour in tours.items() if rbac.can(guide, "tours.tour:detail", tour)
    }
    assert one_by_one == EXPECTED[scope]


def test_without_the_grant_nothing_is_reached(stranger, tours):
    assert _reached(stranger) == set()
    assert not rbac.can(stranger, "tours.tour:detail", tours["mine"])


def test_nobody_logged_in_reaches_nothing(tours):
    assert _reached(AnonymousUser()) == set()
    assert not rbac.can(AnonymousUser(), "tours.tour:list")


def test_scopes_add_up_over_the_roles_that_grant_this_permission(guide, tours):
    Role.objects.create(code="helper", title="Helper")
    services.role_grant(
        actor=None, role="helper", permission="tours.tour:detail", scope="department"
    )
    services.role_grant(actor=None, role="helper", permission="tours.tour:add", scope="all")
    services.user_role_assign(user=guide, role="helper")
    assert _reached(guide) == EXPECTED[Scope.DEPARTMENT]


@pytest.mark.parametrize("wide", ["tours.tour:list", "tours.report:read"])
def test_a_wide_scope_of_another_permission_widens_nothing(guide, tours, wide):
    _grant("own")
    _grant("all", wide)
    assert _reached(guide) == {"mine"}


def test_a_model_without_owner_is_not_reached_by_own(guide, tours):
    _grant("own")
    Brochure.objects.create(name="b")
    assert not rbac.scope(guide, "tours.tour:detail", Brochure.objects.all()).exists()
    assert not rbac.can(guide, "tours.tour:detail", Brochure.objects.get())


def test_a_user_without_department_gets_no_rows_of_no_department(guide, tours):
    _grant("department_below")
    guide.department = None
    guide.save()
    assert _reached(guide) == set()


def test_without_departments_of_department_scopes_reach_nothing(guide, tours, settings):
    _grant("department")
    settings.RBAC = {key: settings.RBAC[key] for key in ("PUBLIC", "LOGIN_ONLY")}
    assert _reached(guide) == set()


def test_departments_are_read_live(guide, tours, tree):
    _grant("department")
    assert _reached(guide) == EXPECTED[Scope.DEPARTMENT]
    guide.department = tree["south"]
    guide.save()
    assert _reached(guide) == {"mine", "south"}


def test_several_owners_never_repeat_a_row(guide, clerk, synced):
    _grant("own")
    booking = Booking.objects.create()
    booking.helpers.add(guide, clerk)
    other = Booking.objects.create()
    other.helpers.add(clerk)
    reached = rbac.scope(guide, "tours.tour:detail", Booking.objects.all())
    assert list(reached) == [booking]
    assert rbac.can(guide, "tours.tour:detail", booking)
    assert not rbac.can(guide, "tours.tour:detail", other)


def test_two_owners_of_one_department_do_not_repeat_a_row(guide, monkeypatch):
    monkeypatch.setattr(Booking, "rbac_department", "helpers__department", raising=False)
    _grant("department")
    booking = Booking.objects.create()
    booking.helpers.add(guide, make_account("mate", department=guide.department))
    assert list(rbac.scope(guide, "tours.tour:detail", Booking.objects.all())) == [booking]


def test_somebody_elses_model_can_be_registered(guide, monkeypatch):
    from rbac import scopes

    monkeypatch.setattr(scopes, "_registered", {})
    _grant("own")
    assert not rbac.can(guide, "tours.tour:detail", guide)
    rbac.scopes.register(type(guide), owner="pk", department="department")
    assert rbac.can(guide, "tours.tour:detail", guide)
    people = type(guide).objects.all()
    assert list(rbac.scope(guide, "tours.tour:detail", people)) == [guide]


def test_an_unsaved_object_is_judged_by_the_owner_it_has(guide, clerk):
    _grant("own")
    assert rbac.can(guide, "tours.tour:detail", Tour(guide=guide))
    assert not rbac.can(guide, "tours.tour:detail", Tour(guide=clerk))
    assert not rbac.can(guide, "tours.tour:detail", Tour())


def test_asking_for_loaded_objects_costs_no_query(guide, django_assert_num_queries):
    from rbac import snapshots

    _grant("own")
    tours = [Tour(guide_id=guide.pk) for _ in range(20)]
    with snapshots.pinned():
        rbac.can(guide, "tours.tour:detail", tours[0])
        with django_assert_num_queries(0):
            assert all(rbac.can(guide, "tours.tour:detail", tour) for tour in tours)


def test_departments_are_asked_for_once_per_request(guide, tours, django_assert_num_queries):
    from rbac import snapshots

    _grant("department_below")
    rows = list(Tour.objects.select_related("guide"))
    with snapshots.pinned():
        rbac.can(guide, "tours.tour:detail", rows[0])
        with django_assert_num_queries(0):
            for tour in rows:
                rbac.can(guide, "tours.tour:detail", tour)


def test_an_unknown_code_is_an_error_not_an_answer(guide, chief):
    for user in (guide, chief, AnonymousUser()):
        with pytest.raises(UnknownPermission, match=r"tours\.tour:fly"):
            rbac.can(user, "tours.tour:fly")
        with pytest.raises(UnknownPermission):
            rbac.scope(user, "tours.tour:fly", Tour.objects.all())


def test_what_is_no_model_instance_has_no_scope(guide):
    with pytest.raises(TypeError, match="model instance"):
        rbac.can(guide, "tours.tour:detail", "7")


def test_a_declared_code_that_is_not_in_the_database_is_known_and_denied(guide):
    from rbac.models import Permission

    Permission.objects.get(code="tours.report:export").delete()
    assert not rbac.can(guide, "tours.report:export")


def test_an_inactive_user_holds_nothing_superuser_or_not(guide, chief):
    for user in (guide, chief):
        user.is_active = False
        assert not rbac.can(user, "tours.tour:list")


def test_a_membership_ends_at_its_time_in_a_warm_process(stranger):
    now = timezone.now()
    services.user_role_assign(user=stranger, role="guide", expires_at=now + timedelta(hours=1))
    with time_machine.travel(now + timedelta(minutes=59), tick=False):
        assert rbac.can(stranger, "tours.tour:list")
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        assert not rbac.can(stranger, "tours.tour:list")


def test_when_one_membership_ends_the_others_stay(stranger):
    now = timezone.now()
    services.user_role_assign(user=stranger, role="guide", expires_at=now + timedelta(hours=1))
    services.user_role_assign(user=stranger, role="clerk", expires_at=now + timedelta(hours=2))
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        assert rbac.can(stranger, "tours.report:read")
    with time_machine.travel(now + timedelta(minutes=90), tick=False):
        assert rbac.can(stranger, "tours.report:read")
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        assert not rbac.can(stranger, "tours.report:read")


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    grants=st.dictionaries(st.sampled_from(["one", "two", "three"]), st.sampled_from(list(Scope)))
)
def test_more_roles_never_reach_less(guide, tours, grants):
    """The reach of several roles is the union of what each reaches alone."""
    from django.db import transaction

    with transaction.atomic():
        services.user_role_remove(user=guide, role="guide")
        union = set()
        for code, scope in grants.items():
            role = Role.objects.create(code=code, title=code)
            services.role_grant(actor=None, role=role, permission="tours.tour:detail", scope=scope)
            services.user_role_assign(user=guide, role=role)
            union |= EXPECTED[scope]
        assert _reached(guide) == union
        assert {
            name for name, tour in tours.items() if rbac.can(guide, "tours.tour:detail", tour)
        } == union
        transaction.set_rollback(True)


def test_the_scope_restricts_what_the_queryset_already_excludes(guide, tours):
    _grant("all")
    kept = rbac.scope(guide, "tours.tour:detail", Tour.objects.filter(models.Q(name="south")))
    assert [tour.name for tour in kept] == ["south"]
