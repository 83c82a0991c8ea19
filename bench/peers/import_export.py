"""The import of leads as a careful developer writes it with django-import-export.

Bulk mode as its documentation has it (``use_bulk``, ``batch_size``, ``skip_diff``,
``clean_model_instances``, one transaction). Generous: it normalises contacts with our own
quick functions, looks up every contact of the file in a few queries before the first row, needs
no query to find an instance, and writes contacts and courses in bulk, which
the library itself does not do. It distributes nobody and keeps no list of problems to mend.
"""

from typing import Any

from crm.common.text import pinyin_of
from crm.customers import choices
from crm.customers.contacts import ContactError, normalise
from crm.customers.importing.normalise import CellError, cell_date
from crm.customers.models import ContactPoint, Customer
from crm.customers.models.customer import identity_of
from crm.customers.states import PoolReason
from crm.enrolment.models import Course
from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets

CONTACTS = {"手机号": "phone", "QQ": "qq", "微信号": "wechat"}
BATCH_ROWS = 1_000


class ChoiceWidget(widgets.CharWidget):
    """The code of a spelling."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(coerce_to_string=True, allow_blank=True)
        self.names = names

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if not value:
            return ""
        try:
            return self.names[choices.fold(str(value))]
        except KeyError:
            raise ValueError(f"{value} is none of the choices") from None


class DayWidget(widgets.DateWidget):
    """A day, as a date cell or written."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return cell_date(value) if value else None
        except CellError as error:
            raise ValueError(error.code) from None


class TextWidget(widgets.CharWidget):
    """Text, empty rather than NULL."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value).strip()


class CustomerResource(resources.ModelResource):
    name = fields.Field("name", "姓名", TextWidget())
    gender = fields.Field("gender", "性别", ChoiceWidget(choices.GENDER_NAMES))
    source = fields.Field("source", "客户来源", ChoiceWidget(choices.SOURCE_NAMES))
    consulted_on = fields.Field("consulted_on", "咨询日期", DayWidget())
    education = fields.Field("education", "学历", ChoiceWidget(choices.EDUCATION_NAMES))
    school = fields.Field("school", "毕业院校", TextWidget())
    experience = fields.Field("experience", "工作经验", ChoiceWidget(choices.EXPERIENCE_NAMES))
    note = fields.Field("note", "备注", TextWidget())

    class Meta:
        model = Customer
        fields = ("name", "gender", "source", "consulted_on", "education", "school",
                  "experience", "note")  # fmt: skip
        use_bulk = True
        batch_size = BATCH_ROWS
        skip_diff = True
        skip_html_diff = True
        clean_model_instances = True
        force_init_instance = True  # a row never changes a customer who is there already
        use_transactions = True

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.courses = dict(Course.objects.values_list("name", "pk"))
        identities = {
            identity_of(kind, found)
            for column, kind in CONTACTS.items()
            for value in dataset[column]
            if (found := contact(kind, value))
        }
        known = ContactPoint.objects.in_bulk(identities, field_name="identity")
        self.taken: set[str] = set(known)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        contacts = {}
        for column, kind in CONTACTS.items():
            if row[column] not in {None, ""}:
                value = contact(kind, row[column])
                if value is None:
                    raise ValidationError({kind: f"{row[column]} is no {kind}"})
                contacts[kind] = value
        if not contacts:
            raise ValidationError("A customer needs a contact.")
        if any(identity_of(*item) in self.taken for item in contacts.items()):
            raise ValidationError("There is a customer with this contact.")
        names = [name for name in str(row["咨询课程"] or "").split("、") if name]
        if unknown := [name for name in names if name not in self.courses]:
            raise ValidationError(f"There is no course {unknown[0]}.")
        row["contacts"] = contacts
        row["courses"] = [self.courses[name] for name in names]

    def before_save_instance(self, instance: Customer, row: Any, **kwargs: Any) -> None:
        # Only now is the row sure to become a customer.
        self.taken.update(identity_of(*item) for item in row["contacts"].items())
        instance.pinyin, instance.initials = pinyin_of(instance.name)
        instance.pool_reason = PoolReason.ENTERED
        instance._bench_row = row

    def bulk_create(self, *args: Any, **kwargs: Any) -> None:
        made = list(self.create_instances)
        super().bulk_create(*args, **kwargs)
        ContactPoint.objects.bulk_create(
            [
                ContactPoint(
                    customer_id=one.pk, kind=kind, value=value, identity=identity_of(kind, value)
                )
                for one in made
                for kind, value in one._bench_row["contacts"].items()
            ],
            batch_size=BATCH_ROWS,
        )
        link = Customer.courses.through
        link.objects.bulk_create(
            [
                link(customer_id=one.pk, course_id=course)
                for one in made
                for course in one._bench_row["courses"]
            ],
            batch_size=BATCH_ROWS,
        )


def contact(kind: str, value: Any) -> str | None:
    """The normalised contact; None for what is none."""
    if isinstance(value, float | int):
        value = str(int(value))
    try:
        return normalise(kind, str(value)) if value else None
    except ContactError:
        return None


class UncheckedResource(CustomerResource):
    """The same without the models' own validation: the columns' widgets alone judge a row."""

    class Meta:
        clean_model_instances = False
