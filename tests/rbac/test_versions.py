"""A revoked right is refused at the next request, in every process and after every rollback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import rbac
from django.db import connection, transaction
from rbac import services, snapshots, versions
from rbac.models import Permission, Role, RolePermission, UserRole

HERE = Path(__file__).parent

#: Stands for another web worker: answers each line on stdin with whether the guide may list tours.
WORKER = """
import sys
import django
from django.conf import settings
import rbac_project.settings as project
project.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.test import Client
from django.contrib.auth import get_user_model
client = Client()
client.force_login(get_user_model().objects.get(email="two@example.org"))
for _line in sys.stdin:
    print(client.get("/tours/").status_code, flush=True)
"""


@pytest.fixture
def worker_database(tmp_path):
    """A database file that this process and the worker both open."""
    path = tmp_path / "shared.sqlite3"
    _in_new_process(path, "migrate", "--verbosity=0")
    _in_new_process(path, "rbac_sync", "--roles", "--verbosity=0")
    return path


def _environment():
    paths = [str(HERE / "project"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "DJANGO_SETTINGS_MODULE": "rbac_project.settings",
    }


def _in_new_process(path, *arguments):
    code = (
        "import sys, rbac_project.settings as project\n"
        "project.DATABASES['default']['NAME'] = sys.argv.pop(1)\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    )
    return _python(code, path, *arguments)


def _python(code, path, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, str(path), *arguments],
        env=_environment(),
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


def _service(path, body):
    setup = (
        "import sys, django, rbac_project.settings as project\n"
        "project.DATABASES['default']['NAME'] = sys.argv[1]\n"
        "django.setup()\n"
        "from django.contrib.auth import get_user_model\n"
        "from rbac import services\n"
        "users = get_user_model().objects\n"
    )
    _python(setup + body, path)


def test_a_right_revoked_in_one_process_is_refused_by_another_at_its_next_request(worker_database):
    _service(
        worker_database,
        "user = users.create_user(key='two', email='two@example.org', password='x')\n"
        "services.user_role_assign(user=user, role='guide')\n",
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(worker_database)],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask():
        worker.stdin.write("?\n")
        worker.stdin.flush()
        return worker.stdout.readline().strip()

    try:
        assert ask() == "200"
        _service(
            worker_database,
            "services.role_revoke(actor=None, role='guide', permission='tours.tour:list')\n",
        )
        assert ask() == "403"
        _service(
            worker_database,
            "services.role_grant(actor=None, role='guide', permission='tours.tour:list')\n",
        )
        assert ask() == "200"
        _service(
            worker_database,
            "services.user_role_remove(user=users.get(key='two'), role='guide')\n",
        )
        assert ask() == "403"
    finally:
        worker.stdin.close()
        worker.wait(timeout=30)
        worker.stdout.close()


def test_every_write_changes_the_version(guide):
    writes = [
        lambda: services.role_grant(actor=None, role="guide", permission="tours.report:read"),
        lambda: services.role_revoke(actor=None, role="guide", permission="tours.report:read"),
        lambda: services.user_role_assign(user=guide, role="clerk"),
        lambda: services.user_role_remove(user=guide, role="clerk"),
        lambda: Role.objects.create(code="new", title="New"),
        lambda: Permission.objects.get(code="tours.tour:add").save(),
        lambda: RolePermission.objects.first().delete(),
        lambda: UserRole.objects.first().delete(),
        lambda: services.user_role_assign(user=guide, role="clerk"),
        lambda: guide.delete(),
    ]
    seen = {versions.read()}
    for write in writes:
        write()
        assert versions.read() not in seen
        seen.add(versions.read())


def test_a_membership_change_keeps_the_compiled_policy(guide, clerk):
    before = snapshots.current()
    services.user_role_assign(user=guide, role="clerk")
    after = snapshots.current()
    assert after is not before
    assert after.policy is before.policy


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_grant_is_never_seen_again(synced):
    from conftest import make_account

    user = make_account("user")
    services.user_role_assign(user=user, role="guide")
    assert not rbac.can(user, "tours.report:read")
    with transaction.atomic():
        services.role_grant(actor=None, role="guide", permission="tours.report:read")
        assert rbac.can(user, "tours.report:read")
        transaction.set_rollback(True)
    assert not rbac.can(user, "tours.report:read")
    services.user_role_assign(user=user, role="guide")
    assert not rbac.can(user, "tours.report:read")


def test_a_request_that_writes_sees_its_own_write_and_its_own_rollback(guide):
    with snapshots.pinned():
        assert not rbac.can(guide, "tours.report:read")
        with transaction.atomic():
            services.role_grant(actor=None, role="guide", permission="tours.report:read")
            assert rbac.can(guide, "tours.report:read")
            transaction.set_rollback(True)
        assert not rbac.can(guide, "tours.report:read")


def test_a_warm_request_costs_one_query_by_primary_key(as_guide, django_assert_num_queries):
    as_guide.get("/tours/7/map/")
    with django_assert_num_queries(3) as captured:  # session, user, version
        as_guide.get("/tours/7/map/")
    (version_query,) = [q["sql"] for q in captured.captured_queries if "policyversion" in q["sql"]]
    assert '"id" = 1' in version_query


def test_a_public_view_costs_no_query(client, synced, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/news/")


def test_the_policy_compiles_in_four_queries_whatever_its_size(synced, django_assert_num_queries):
    from rbac.compiled import compile_policy

    Permission.objects.bulk_create(
        Permission(code=f"x.y:v{n}", title=f"V{n}", url=f"name{n}", methods=["GET"])
        for n in range(300)
    )
    with django_assert_num_queries(4):
        policy = compile_policy()
    assert "x.y:v299" in policy.permissions


def test_ten_thousand_permissions_decide_without_a_query(guide, django_assert_num_queries):
    from rbac import policies
    from rbac.policies import Outcome

    Permission.objects.bulk_create(
        Permission(code=f"x.y:v{n}", title=f"V{n}", url=f"name{n}", methods=["GET"])
        for n in range(10_000)
    )
    versions.change_policy()
    with snapshots.pinned():
        subject = policies.subject_of(guide)
        policies.decide(subject, method="GET", url_name="name1", view=None)
        with django_assert_num_queries(0):
            for n in range(0, 10_000, 100):
                answer = policies.decide(subject, method="GET", url_name=f"name{n}", view=None)
                assert answer.outcome is Outcome.DENIED


def test_an_empty_database_denies_and_does_not_fail(db, client):
    assert _version_rows() == 0
    assert client.get("/tours/").status_code == 302


def _version_rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rbac_policyversion")
        return cursor.fetchone()[0]
