from rbac_testapp.models import Department


def departments_of(user):
    """Own department, and every one below it."""
    own = [user.department_id] if user.department_id else []
    below, layer = [], own
    while layer:
        layer = list(Department.objects.filter(parent_id__in=layer).values_list("pk", flat=True))
        below += layer
    return own, below


def badges(request):
    return {"tours.tour:list": 3, "tours.tour:add": 0}


def broken():
    raise AssertionError("the menu was not rendered, so nobody needs its badges")
