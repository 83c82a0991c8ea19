"""One customer: his page, adding, claiming, releasing, following up."""

from __future__ import annotations

from typing import Any

import rbac
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.customers import selectors
from crm.customers.clocks import follow_due_at
from crm.customers.errors import (
    CapReachedError,
    DuplicateCustomerError,
    NotYoursError,
    OverdueError,
    RuleError,
)
from crm.customers.forms import CustomerForm, FollowUpForm, ReleaseForm
from crm.customers.models import ConsultantLoad, Customer
from crm.customers.services import follow_ups, intake, tenures
from crm.org.models import User


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer's page: contacts, clocks, notes, who had him."""
    customer = selectors.customer_get(actor=request.user, pk=pk)
    return _page(request, customer, FollowUpForm())


@require_POST
def follow_up_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a note; the same submission twice is one note."""
    customer = selectors.customer_get(actor=request.user, pk=pk)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, form, status=422)
    data = form.cleaned_data
    try:
        note = follow_ups.follow_up_add(
            actor=request.user,
            customer=customer,
            text=data["text"],
            channel=data["channel"],
            intent=data["intent"],
            next_contact_at=data["next_contact_at"],
            submission=data["submission"],
        )
    except (NotYoursError, OverdueError) as refusal:
        messages.error(request, str(refusal))
        # What was typed stays on the page: it can be copied elsewhere.
        customer.refresh_from_db()
        return _page(request, customer, form, status=409)
    messages.success(
        request,
        _("Saved. The follow-up clock runs until %(due)s.")
        % {"due": _moment(follow_due_at(since=note.written_at))},
    )
    return redirect(customer)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Enter a customer: a consultant's becomes his own, operations' goes to the distributor."""
    own = rbac.can(request.user, "customers.customer_my:list")
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        create = intake.customer_create_own if own else intake.customer_create_distributed
        try:
            customer = create(
                actor=request.user,
                fields=form.profile,
                contacts=form.cleaned_data["contacts"],
                courses=form.cleaned_data["courses"],
            )
        except (DuplicateCustomerError, CapReachedError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _added(customer))
            return redirect(customer if _may_open(request.user, customer) else "customers:add")
    status = 422 if form.is_bound else 200
    context = {"form": form, "own": own, "load": _load(request.user)}
    return render(request, "customers/add.html", context, status=status)


@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pool customer."""
    customer = selectors.customer_get(actor=request.user, pk=pk)
    try:
        tenures.customer_claim(actor=request.user, customer=customer)
    except RuleError as refusal:
        messages.error(request, str(refusal))
        return redirect("stark:customers_customer_pool_list")
    messages.success(request, _("%(name)s is yours now.") % {"name": customer})
    return redirect(customer)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a customer of one's own back to the pool, with a reason."""
    customer = selectors.customer_get(actor=request.user, pk=pk)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tenures.customer_release(
                actor=request.user, customer=customer, memo=form.cleaned_data["memo"]
            )
        except NotYoursError as refusal:
            messages.error(request, str(refusal))
            return redirect("stark:customers_customer_my_list")
        messages.success(request, _("%(name)s is in the pool now.") % {"name": customer})
        return redirect("stark:customers_customer_my_list")
    return render(
        request,
        "customers/release.html",
        {"form": form, "customer": customer, "crumbs": _crumbs(customer)},
        status=422 if form.is_bound else 200,
    )


def _page(
    request: HttpRequest, customer: Customer, form: FollowUpForm, *, status: int = 200
) -> HttpResponse:
    user: User = request.user
    owners = selectors.tenures_of(customer=customer)
    previous, following = selectors.neighbours(actor=user, customer=customer)
    context: dict[str, Any] = {
        "customer": customer,
        "contacts": selectors.contact_lines(actor=user, customer=customer),
        "form": form,
        "follow_due_after": follow_due_at(since=timezone.now()),
        "timeline": selectors.timeline(customer=customer),
        "tenures": owners,
        "previous": previous,
        "following": following,
        "is_mine": customer.owner_id == user.pk,
        "was_mine": any(t.user_id == user.pk and t.ended_at for t in owners),
        "crumbs": [{"title": str(customer)}],
        "now": timezone.now(),
    }
    return render(request, "customers/detail.html", context, status=status)


def _crumbs(customer: Customer) -> list[dict[str, str]]:
    return [
        {"title": str(customer), "url": customer.get_absolute_url()},
        {"title": _("Release to the pool")},
    ]


def _added(customer: Customer) -> str:
    if customer.owner is None:
        return _("%(name)s is saved and in the pool.") % {"name": customer}
    return _("%(name)s is saved; responsible: %(owner)s.") % {
        "name": customer,
        "owner": customer.owner,
    }


def _may_open(user: User, customer: Customer) -> bool:
    return selectors.customers_visible(actor=user).filter(pk=customer.pk).exists() and rbac.can(
        user, "customers.customer:detail"
    )


def _load(user: User) -> ConsultantLoad | None:
    return ConsultantLoad.objects.filter(user=user).first()


def _moment(value: Any) -> str:
    from crm.common.templatetags.crm import deadline

    return deadline(value)
