"""``ModelConfig``: what a project says about a model; nothing here runs a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model, QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from stark.actions import Action
from stark.columns import Column
from stark.filters import BaseFilter, make_filter
from stark.parts import Fact, Link, View
from stark.roles import Role, Route
from stark.search import split_field
from stark.writers import ModelWriter, Writer

if TYPE_CHECKING:
    from stark.sites import StarkSite


class ModelConfig:
    """Options of a registered model; subclass it and say only what differs."""

    #: Singular and plural for titles and buttons. Default: the model's verbose names.
    label: Any = None
    label_plural: Any = None
    #: Where a menu lists this config: code of the menu, title, order and icon name.
    menu: str | None = None
    menu_title: Any = None
    menu_order: int = 0
    icon: str | None = None
    #: The rights and URLs that exist.
    operations: ClassVar[Sequence[str]] = ("list", "add", "change", "delete", "detail", "export")

    list_display: ClassVar[Sequence[str | Column]] = ("__str__",)
    #: Columns that link to the object. Default: the first.
    list_display_links: ClassVar[Sequence[str] | None] = None
    list_filter: ClassVar[Sequence[str | BaseFilter]] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    search_placeholder: Any = ""
    #: Tabs after "All".
    list_views: ClassVar[Sequence[View]] = ()
    #: Name of the first tab, which has no conditions.
    list_all_label: Any = None
    ordering: ClassVar[Sequence[str]] = ()
    list_per_page: int = 20
    list_select_related: ClassVar[Sequence[str]] = ()
    list_prefetch_related: ClassVar[Sequence[Any]] = ()
    actions: ClassVar[Sequence[Action]] = ()
    #: What to do when there is nothing yet.
    empty_text: Any = ""

    form_class: type[BaseModelForm[Any]] | None = None
    add_form_class: type[BaseModelForm[Any]] | None = None
    change_form_class: type[BaseModelForm[Any]] | None = None
    fields: ClassVar[Sequence[str] | None] = None
    #: Sections of the form: title and {"fields": […], "description": …}, as in the admin.
    fieldsets: ClassVar[Sequence[tuple[Any, dict[str, Any]]]] = ()
    #: What the detail page shows. Default: every field of the model.
    detail_display: ClassVar[Sequence[str | Column]] = ()
    writer: Writer = ModelWriter()

    def __init__(self, model: type[Model], site: StarkSite, name: str = "") -> None:
        self.model = model
        self.opts = model._meta
        self.site = site
        self.name = name
        if self.label is None:
            self.label = self.opts.verbose_name
        if self.label_plural is None:
            self.label_plural = capfirst(self.opts.verbose_name_plural)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"

    # What a project may override.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:  # noqa: ARG002
        """The rows this config is about, before any access rule."""
        return self.model._default_manager.all()

    def object_url(self, request: HttpRequest, obj: Any) -> str | None:
        """Where a row links to: its detail page, else its form, else nowhere."""
        from stark.access import Access

        access = Access.of(request)
        for role in (Role.DETAIL, Role.CHANGE):
            if access.allows(self, role):
                return self.url(role, obj)
        return None

    def page_facts(self, request: HttpRequest) -> Sequence[Fact]:  # noqa: ARG002
        """Facts beside the title of the list."""
        return ()

    def header_links(self, request: HttpRequest) -> Sequence[Link]:  # noqa: ARG002
        """Buttons in the head of the list, before "Add"."""
        return ()

    def row_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:  # noqa: ARG002
        """Links in the last cell of a row."""
        return ()

    def row_class(self, request: HttpRequest, obj: Any) -> str:  # noqa: ARG002
        """CSS class of a row, such as "is-off"."""
        return ""

    def get_form_class(
        self,
        request: HttpRequest,  # noqa: ARG002
        role: str,
    ) -> type[BaseModelForm[Any]] | None:
        """The declared form for adding or changing; None builds one from the model."""
        own = self.add_form_class if role == Role.ADD else self.change_form_class
        return own or self.form_class

    def get_form_kwargs(self, request: HttpRequest, role: str, obj: Any) -> dict[str, Any]:  # noqa: ARG002
        """Extra keyword arguments of the form."""
        return {}

    # Names and addresses.

    @property
    def key(self) -> str:
        suffix = f"_{self.name}" if self.name else ""
        return f"{self.opts.model_name}{suffix}"

    @property
    def code(self) -> str:
        """Stem of the permission codes: ``customers.customer_my``."""
        return f"{self.opts.app_label}.{self.key}"

    @property
    def url_prefix(self) -> str:
        return f"{self.opts.app_label}_{self.key}"

    def url_name(self, right: str) -> str:
        """URL name of a role or action, with namespace."""
        kind = "" if right in set(Role) else "action_"
        return f"{self.site.name}:{self.url_prefix}_{kind}{right}"

    def url(self, role: str, obj: Any = None) -> str:
        """Address of a role or action, of ``obj`` where the role takes one."""
        right = str(role)
        if right in set(Role) and Role(right).takes_object:
            return reverse(self.url_name(right), kwargs={"pk": str(obj.pk)})
        return reverse(self.url_name(right))

    def iter_routes(self) -> Iterator[Route]:
        """Every URL of this config with the right it asks for."""
        for role in Role:
            if role in self.operations:
                yield Route(self.url_name(role), str(role), role.methods, role.label)
        for each in self.bound_actions.values():
            yield Route(self.url_name(each.name), each.name, ("POST",), each.label)

    def operates(self, role: str) -> bool:
        """Whether the role (or action) exists here at all."""
        return role in self.operations or str(role) in self.bound_actions

    # Declarations, resolved once.

    @cached_property
    def columns(self) -> dict[str, Column]:
        return {column.name: column for column in self._bind(self.list_display)}

    @cached_property
    def detail_columns(self) -> dict[str, Column]:
        given = self.detail_display or [
            field.name
            for field in (*self.opts.fields, *self.opts.many_to_many)
            if not field.primary_key and not getattr(field, "parent_link", False)
        ]
        return {column.name: column for column in self._bind(given)}

    def _bind(self, given: Sequence[str | Column]) -> list[Column]:
        found = []
        for each in given:
            column = each if isinstance(each, Column) else Column(each)
            if column.name == "__str__":
                column = Column("__str__", label=capfirst(self.label), value=str)
            found.append(column.bind(self))
        return found

    @cached_property
    def filters(self) -> dict[str, BaseFilter]:
        bound = [make_filter(each, self) for each in self.list_filter]
        return {each.name: each for each in bound}

    @cached_property
    def views(self) -> dict[str, View]:
        return {view.name: view for view in self.list_views}

    @cached_property
    def bound_actions(self) -> dict[str, Action]:
        return {each.name: each for each in self.actions if isinstance(each, Action)}

    def get_action(self, name: str) -> Action:
        """Raises: LookupError, when the config has no such action."""
        try:
            return self.bound_actions[name]
        except KeyError:
            message = f"{self.code} has no action {name!r}."
            raise LookupError(message) from None

    def field_names(self) -> frozenset[str]:
        """Every name an access policy can grant: fields, columns, filters, column codes."""
        names = {field.name for field in self.opts.get_fields()}
        for column in (*self.columns.values(), *self.detail_columns.values()):
            names.update(column.fields)
        for each in self.filters.values():
            names.update(each.fields)
        names.update(split_field(name)[0].split("__", 1)[0] for name in self.search_fields)
        return frozenset(names)

    def add_title(self) -> str:
        return _("Add %(label)s") % {"label": self.label}
