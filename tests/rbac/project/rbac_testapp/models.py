from django.conf import settings
from django.db import models


class Department(models.Model):
    """A tree."""

    name = models.CharField(max_length=50)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )

    def __str__(self):
        return self.name


class Tour(models.Model):
    """Has an owner, and through him a department."""

    rbac_owner = "guide"
    rbac_department = "guide__department"

    name = models.CharField(max_length=50)
    guide = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)

    def __str__(self):
        return self.name


class Booking(models.Model):
    """Has several owners: a to-many path."""

    rbac_owner = "helpers"

    helpers = models.ManyToManyField(settings.AUTH_USER_MODEL)

    def __str__(self):
        return str(self.pk)


class Brochure(models.Model):
    """Says nothing about owners."""

    name = models.CharField(max_length=50)

    def __str__(self):
        return self.name
