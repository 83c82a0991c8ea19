"""Marks on views: they protect by themselves, and never spread to the function elsewhere."""

import pytest
import rbac
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from rbac.exceptions import UnknownPermission
from rbac_testapp import views


@method_decorator(rbac.public, name="dispatch")
class Classy(View):
    def get(self, request):
        return HttpResponse("classy")


@rbac.requires("tours.report:export")
async def aexport(request):
    return HttpResponse("export")


async def anews(request):
    return HttpResponse("news")


urlpatterns = [
    path("login/", views.page, name="login"),
    path("classy/", Classy.as_view(), name="classy"),
    path("instance/", rbac.login_only(Classy.as_view()), name="instance"),
    path("plain/", views.page, name="plain"),
    path("opened/", rbac.public(views.page), name="opened"),
    path("aexport/", aexport, name="aexport"),
    path("anews/", rbac.public(anews), name="anews"),
]


def test_a_decorated_function_is_open_only_where_the_decorated_one_is_routed(
    client, synced, settings
):
    settings.ROOT_URLCONF = __name__
    assert client.get("/opened/").status_code == 200
    assert client.get("/plain/").status_code == 302


def test_class_based_and_async_views_can_be_marked(client, synced, settings):
    settings.ROOT_URLCONF = __name__
    assert client.get("/classy/").content == b"classy"
    assert client.get("/anews/").content == b"news"
    assert client.get("/instance/").status_code == 302  # the outermost mark counts


def test_an_async_view_that_requires_a_code_is_refused_and_opened(client, guide, clerk, settings):
    settings.ROOT_URLCONF = __name__
    client.force_login(guide)
    assert client.get("/aexport/").status_code == 403
    client.force_login(clerk)
    assert client.get("/aexport/").status_code == 200


def test_requires_holds_without_the_middleware(rf, guide, clerk):
    request = rf.get("/")
    for user in (guide, AnonymousUser()):
        request.user = user
        with pytest.raises(PermissionDenied):
            views.export(request)
        with pytest.raises(PermissionDenied):
            async_to_sync(aexport)(request)
    request.user = clerk
    assert views.export(request).status_code == 200


def test_a_misspelt_requirement_is_an_error_not_an_open_door(rf, clerk):
    request = rf.get("/")
    request.user = clerk
    with pytest.raises(UnknownPermission):
        rbac.requires("tours.report:exprot")(views.page)(request)


def test_several_requirements_must_all_be_held(client, guide, clerk, settings):
    both = rbac.requires("tours.tour:list")(views.export)
    assert both.rbac_requires == ("tours.report:export", "tours.tour:list")


@pytest.mark.parametrize("mark", [rbac.public, rbac.login_only, rbac.requires("a.b:c")])
def test_a_class_is_not_a_view(mark):
    with pytest.raises(TypeError, match="method_decorator"):
        mark(Classy)
