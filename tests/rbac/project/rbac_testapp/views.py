import rbac
from django.http import HttpResponse
from django.shortcuts import render


def page(request, **kwargs):
    """Does the same whatever the method, as careless views do."""
    opened_by = getattr(request.rbac, "permission", None)
    return HttpResponse(f"page opened by {opened_by}")


def shell(request, **kwargs):
    return render(request, "rbac_testapp/shell.html", request.GET.dict() | kwargs)


@rbac.public
def news(request):
    return HttpResponse("news")


@rbac.login_only
def profile(request):
    return HttpResponse("profile")


@rbac.requires("tours.report:export")
def export(request):
    return HttpResponse("export")
