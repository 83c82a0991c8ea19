"""The smallest valid rows."""

from __future__ import annotations

from typing import Any

import factory
from crm.customers.models import ConsultantLoad, Customer
from crm.enrolment.models import Course
from crm.org.models import Campus, Department, DepartmentFunction, User
from factory.django import DjangoModelFactory


class CampusFactory(DjangoModelFactory):
    class Meta:
        model = Campus
        django_get_or_create = ("name",)

    name = "River campus"


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department
        django_get_or_create = ("code",)

    code = "1001"
    name = "Sales"
    function = DepartmentFunction.SALES
    campus = factory.SubFactory(CampusFactory)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"u{n}")
    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    department = factory.SubFactory(DepartmentFactory)
    password = factory.django.Password("secret-7421")


class ConsultantFactory(UserFactory):
    """A consultant who receives customers; his load's fields as ``load__quota=4``."""

    @factory.post_generation
    def load(self, create: bool, extracted: Any, **fields: Any) -> None:
        ConsultantLoad.objects.create(user=self, **fields)


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course
        django_get_or_create = ("name",)

    name = "Linux"


class CustomerFactory(DjangoModelFactory):
    """In the pool."""

    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Customer {n}")
