"""Nobody hands out more than he holds: not another code, not wider, not longer."""

from datetime import datetime, timedelta

import pytest
import rbac
from conftest import make_account
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from rbac import services, versions
from rbac.exceptions import EscalationRefused, UnknownPermission
from rbac.models import Role, RolePermission, UserRole


@pytest.fixture
def trainee(synced):
    """A role nobody of the cast holds."""
    return Role.objects.create(code="trainee", title="Trainee")


def test_the_system_grants_and_revokes(trainee, stranger):
    services.user_role_assign(user=stranger, role=trainee)
    services.role_grant(actor=None, role="trainee", permission="tours.report:read")
    assert rbac.can(stranger, "tours.report:read")
    assert services.role_revoke(actor=None, role="trainee", permission="tours.report:read")
    assert not rbac.can(stranger, "tours.report:read")
    assert not services.role_revoke(actor=None, role="trainee", permission="tours.report:read")


def test_a_second_grant_changes_the_scope_and_adds_no_row(trainee):
    services.role_grant(actor=None, role=trainee, permission="tours.tour:list", scope="own")
    services.role_grant(actor=None, role=trainee, permission="tours.tour:list", scope="all")
    assert RolePermission.objects.get(role=trainee).scope == "all"


def test_somebody_grants_what_he_holds(clerk, trainee):
    grant = services.role_grant(
        actor=clerk, role=trainee, permission="tours.tour:list", scope="own"
    )
    assert (grant.role, grant.permission.code, grant.scope) == (trainee, "tours.tour:list", "own")


def test_nobody_grants_what_he_does_not_hold(guide, trainee):
    before = versions.read()
    with pytest.raises(EscalationRefused, match=r"tours\.report:read"):
        services.role_grant(actor=guide, role=trainee, permission="tours.report:read")
    assert not trainee.grants.exists()
    assert versions.read() == before


def test_nobody_grants_wider_than_he_holds(guide, trainee):
    services.role_grant(actor=guide, role=trainee, permission="tours.tour:detail", scope="own")
    with pytest.raises(EscalationRefused):
        services.role_grant(actor=guide, role=trainee, permission="tours.tour:detail", scope="all")
    assert trainee.grants.get().scope == "own"


def test_a_grant_is_for_good_so_a_temporary_holder_cannot_give_it(stranger, trainee):
    soon = timezone.now() + timedelta(days=1)
    services.user_role_assign(user=stranger, role="clerk", expires_at=soon)
    with pytest.raises(EscalationRefused):
        services.role_grant(actor=stranger, role=trainee, permission="tours.tour:list")


def test_nobody_edits_a_role_he_holds(clerk):
    with pytest.raises(EscalationRefused, match="yourself"):
        services.role_grant(actor=clerk, role="clerk", permission="tours.tour:list")
    with pytest.raises(EscalationRefused, match="yourself"):
        services.role_revoke(actor=clerk, role="clerk", permission="tours.tour:list")


def test_nobody_revokes_what_he_does_not_hold(guide):
    with pytest.raises(EscalationRefused):
        services.role_revoke(actor=guide, role="clerk", permission="tours.report:read")
    assert RolePermission.objects.filter(permission__code="tours.report:read").exists()


def test_somebody_assigns_a_role_he_covers(clerk, stranger):
    services.user_role_assign(actor=clerk, user=stranger, role="guide")
    assert rbac.can(stranger, "tours.tour:list")


def test_nobody_assigns_a_role_that_grants_more_than_he_holds(guide, stranger):
    with pytest.raises(EscalationRefused, match=r"tours\.report:read"):
        services.user_role_assign(actor=guide, user=stranger, role="clerk")
    with pytest.raises(EscalationRefused):
        services.user_role_assign(actor=guide, user=guide, role="clerk")
    assert not UserRole.objects.filter(role__code="clerk").exists()


def test_nobody_assigns_longer_than_he_holds_not_even_to_himself(stranger, synced):
    end = timezone.now() + timedelta(days=7)
    services.user_role_assign(user=stranger, role="clerk", expires_at=end)
    other = make_account("other")
    services.user_role_assign(actor=stranger, user=other, role="guide", expires_at=end)
    for user in (other, stranger):
        for later in (None, end + timedelta(seconds=1)):
            with pytest.raises(EscalationRefused):
                services.user_role_assign(actor=stranger, user=user, role="clerk", expires_at=later)


def test_an_expired_actor_hands_out_nothing(stranger, synced):
    services.user_role_assign(
        user=stranger, role="clerk", expires_at=timezone.now() - timedelta(seconds=1)
    )
    with pytest.raises(EscalationRefused):
        services.user_role_assign(
            actor=stranger,
            user=make_account("other"),
            role="guide",
            expires_at=timezone.now() - timedelta(hours=1),
        )


def test_an_inactive_actor_hands_out_nothing_superuser_or_not(clerk, chief, stranger):
    for actor in (clerk, chief):
        actor.is_active = False
        with pytest.raises(EscalationRefused):
            services.user_role_assign(actor=actor, user=stranger, role="guide")


def test_nobody_removes_from_a_role_that_grants_more_than_he_holds(guide, clerk):
    with pytest.raises(EscalationRefused):
        services.user_role_remove(actor=guide, user=clerk, role="clerk")
    assert services.user_role_remove(actor=clerk, user=guide, role="guide")
    assert not rbac.can(guide, "tours.tour:list")


def test_a_superuser_hands_out_everything_unless_the_project_says_otherwise(
    chief, trainee, settings
):
    services.role_grant(actor=chief, role=trainee, permission="tours.report:read")
    settings.RBAC = settings.RBAC | {"SUPERUSER_BYPASS": False}
    with pytest.raises(EscalationRefused):
        services.role_grant(actor=chief, role=trainee, permission="tours.report:export")


def test_a_refusal_is_a_403_for_a_view_that_lets_it_pass():
    assert issubclass(EscalationRefused, PermissionDenied)


def test_assigning_again_moves_the_end(stranger, synced):
    end = timezone.now() + timedelta(days=1)
    services.user_role_assign(user=stranger, role="guide", expires_at=end)
    services.user_role_assign(user=stranger, role="guide")
    assert UserRole.objects.get(user=stranger).expires_at is None


def test_an_end_without_time_zone_is_refused(stranger, synced):
    naive = datetime(2030, 1, 1)  # noqa: DTZ001 - the mistake under test
    with pytest.raises(ValueError, match="time zone"):
        services.user_role_assign(user=stranger, role="guide", expires_at=naive)


def test_unknown_roles_permissions_and_scopes_are_named(trainee, stranger):
    with pytest.raises(LookupError, match="'pilot'"):
        services.user_role_assign(user=stranger, role="pilot")
    with pytest.raises(UnknownPermission, match=r"tours\.tour:fly"):
        services.role_grant(actor=None, role=trainee, permission="tours.tour:fly")
    with pytest.raises(ValueError, match="galaxy"):
        services.role_grant(actor=None, role=trainee, permission="tours.tour:list", scope="galaxy")
