"""The seven tables, and the row that tells every process when they changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rbac import conf
from rbac.links import is_absolute, is_url_name
from rbac.scopes import Scope


def display_title(title: str) -> str:
    """``title`` in the reader's language; what an administrator typed comes back as it is.

    A capital that was put on a model's verbose name is no part of the message in the catalogue.
    """
    if not title:
        return ""  # gettext("") answers with the header of the catalogue
    translated = gettext(title)
    if translated == title:
        plain = title[0].lower() + title[1:]
        found = gettext(plain)
        return title if found == plain else found
    return translated


class Titled(models.Model):
    """A stable code, the English title, and whether the code declares it."""

    code = models.CharField(_("code"), max_length=150, unique=True)
    title = models.CharField(_("title"), max_length=200)
    is_declared = models.BooleanField(_("declared in code"), default=False, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return display_title(self.title)


class Menu(Titled):
    """A menu of level one, or a link in one."""

    icon = models.CharField(_("icon"), max_length=60, blank=True)
    order = models.IntegerField(_("order"), default=0)
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent menu"),
    )
    link = models.CharField(
        _("link"), max_length=500, blank=True, help_text=_("An absolute address or a URL name.")
    )

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def clean(self) -> None:
        """Refuse a third level and a link that is neither an address nor a URL name."""
        super().clean()
        if self.parent is not None and self.parent.parent_id is not None:
            raise ValidationError({"parent": _("Menus have two levels, not three.")})
        if self.link and not (is_absolute(self.link) or is_url_name(self.link)):
            raise ValidationError(
                {
                    "link": _(
                        "Give an address that starts with https://, http:// or /, or a URL name."
                    )
                }
            )


class PermissionGroup(Titled):
    """A heading under which permissions are granted together."""

    menu = models.ForeignKey(
        Menu,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="groups",
        verbose_name=_("menu"),
    )

    class Meta:
        verbose_name = _("permission group")
        verbose_name_plural = _("permission groups")
        ordering: ClassVar[list[str]] = ["pk"]


class Permission(Titled):
    """One thing somebody may do: a code, and the requests that do it."""

    url = models.CharField(_("URL name"), max_length=300, blank=True)
    is_regex = models.BooleanField(_("URL name is a pattern"), default=False)
    methods = models.JSONField(_("methods"), default=list, blank=True)
    also = models.JSONField(
        _("further URL names"),
        default=list,
        blank=True,
        help_text=_("Pairs of a URL name and its methods that the same right opens."),
    )
    group = models.ForeignKey(
        PermissionGroup,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="permissions",
        verbose_name=_("permission group"),
    )
    menu = models.ForeignKey(
        Menu,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="permissions",
        verbose_name=_("entry of the menu"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("shown under"),
    )
    icon = models.CharField(_("icon"), max_length=60, blank=True)
    order = models.IntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("permission")
        verbose_name_plural = _("permissions")
        ordering: ClassVar[list[str]] = ["order", "pk"]


class Role(Titled):
    """A set of permissions that people are given together."""

    permissions = models.ManyToManyField(
        Permission, through="RolePermission", related_name="roles", verbose_name=_("permissions")
    )
    users: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        conf.user_model_name(),
        through="UserRole",
        related_name="rbac_roles",
        verbose_name=_("users"),
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering: ClassVar[list[str]] = ["pk"]


class RolePermission(models.Model):
    """A grant: the role holds the permission, as far as the scope reaches."""

    role = models.ForeignKey(
        Role, on_delete=models.CASCADE, related_name="grants", verbose_name=_("role")
    )
    permission = models.ForeignKey(
        Permission, on_delete=models.CASCADE, related_name="grants", verbose_name=_("permission")
    )
    scope = models.CharField(
        _("data scope"), max_length=20, choices=Scope.choices, default=Scope.ALL
    )

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["role", "permission"], name="rbac_grant_once_per_permission"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=[value for value, _label in Scope.choices]),
                name="rbac_grant_known_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission} ({self.get_scope_display()})"


class UserRoleQuerySet(models.QuerySet["UserRole"]):
    """Filters over memberships."""

    def current(self) -> UserRoleQuerySet:
        """Memberships that have not run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class UserRole(models.Model):
    """A membership: the user holds the role, for good or until ``expires_at``."""

    user = models.ForeignKey(
        conf.user_model_name(),
        on_delete=models.CASCADE,
        related_name="rbac_memberships",
        verbose_name=_("user"),
    )
    role = models.ForeignKey(
        Role, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("role")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    objects = UserRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role membership")
        verbose_name_plural = _("role memberships")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role"], name="rbac_membership_once_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class PolicyVersion(models.Model):
    """One row of two random tokens; a process whose copy differs loads the policy again.

    Random, not counted: a counter would repeat its values after a rollback, and a process that
    had loaded the rolled-back state would take it for the next committed one.
    """

    #: Changes with menus, permissions, roles and grants.
    policy = models.CharField(max_length=32)
    #: Changes with memberships only, so that assigning a role does not recompile everything.
    members = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")

    def __str__(self) -> str:
        return f"{self.policy}/{self.members}"
