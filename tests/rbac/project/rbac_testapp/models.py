from django.conf import settings
from django.db import models


class Department(models.Model):
    name = models.CharField(max_length=50)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )


class Tour(models.Model):
    """Has an owner, and through him a department."""

    rbac_owner = "guide"
    rbac_department = "guide__department"

    name = models.CharField(max_length=50)
    guide = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)


class Booking(models.Model):
    """Has several owners: a to-many path."""

    rbac_owner = "helpers"

    helpers = models.ManyToManyField(settings.AUTH_USER_MODEL)


class Brochure(models.Model):
    """Says nothing about owners."""

    name = models.CharField(max_length=50)
