"""The enumerations of a customer, and the spellings under which files name them.

Stored values are stable ASCII codes: labels may be reworded or translated, codes never
change. ``*_NAMES`` map every spelling seen in files and older systems to its code.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

#: Full-width forms (and the ideographic space) to the characters on the keyboard.
HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


class Source(TextChoices):
    """Where a customer heard of the school; the sixteen of the institution's reports."""

    QQ_GROUP = "qq_group", _("QQ group")
    REFERRAL = "referral", _("Referral")
    WEBSITE = "website", _("Own website")
    BAIDU = "baidu", _("Baidu ads")
    SO360 = "so360", _("360 ads")
    SOGOU = "sogou", _("Sogou ads")
    TENCENT_CLASSROOM = "tencent_classroom", _("Tencent Classroom")
    GDT = "gdt", _("Guangdiantong ads")
    CAMPUS_TALK = "campus_talk", _("Campus talk")
    AGENT = "agent", _("Channel agent")
    CTO51 = "cto51", _("51CTO")
    ZHIHUITUI = "zhihuitui", _("Zhihuitui ads")
    AD_NETWORK = "ad_network", _("Ad network")
    DSP = "dsp", _("DSP")
    SEO = "seo", _("SEO")
    OTHER = "other", _("Other source")


class Gender(TextChoices):
    """As the customer gives it; blank where nobody asked."""

    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class Education(TextChoices):
    """Highest level reached, best known first."""

    KEY_UNIVERSITY = "key_university", _("Key university")
    BACHELOR = "bachelor", _("Regular bachelor")
    INDEPENDENT_COLLEGE = "independent_college", _("Independent college")
    PRIVATE_BACHELOR = "private_bachelor", _("Private bachelor")
    JUNIOR_COLLEGE = "junior_college", _("Junior college")
    PRIVATE_JUNIOR_COLLEGE = "private_junior_college", _("Private junior college")
    HIGH_SCHOOL = "high_school", _("High school")
    OTHER = "other", _("Other education")


class Experience(TextChoices):
    """Band of working experience when the customer came to us."""

    STUDENT = "student", _("Still at school")
    FRESH_GRADUATE = "fresh_graduate", _("Fresh graduate")
    UNDER_6_MONTHS = "under_6_months", _("Under 6 months")
    MONTHS_6_TO_12 = "months_6_to_12", _("6 to 12 months")
    YEARS_1_TO_3 = "years_1_to_3", _("1 to 3 years")
    YEARS_3_TO_5 = "years_3_to_5", _("3 to 5 years")
    OVER_5_YEARS = "over_5_years", _("Over 5 years")


class WorkState(TextChoices):
    """Whether the customer has a job at present."""

    IN_WORK = "in_work", _("In work")
    OUT_OF_WORK = "out_of_work", _("Out of work")


class Intent(TextChoices):
    """How near to enrolling the customer is, as the consultant judges after a talk."""

    NONE_SOON = "none_soon", _("No plan to enrol soon")
    WITHIN_MONTH = "within_month", _("Enrols within a month")
    WITHIN_2_WEEKS = "within_2_weeks", _("Enrols within 2 weeks")
    WITHIN_WEEK = "within_week", _("Enrols within a week")
    DEPOSIT_PAID = "deposit_paid", _("Deposit paid")
    ENROLLED = "enrolled", _("Enrolled already")
    ENROLLED_ELSEWHERE = "enrolled_elsewhere", _("Enrolled elsewhere")
    INVALID = "invalid", _("Not a customer")


class Channel(TextChoices):
    """How the consultant and the customer talked."""

    PHONE = "phone", _("Phone call")
    QQ = "qq", _("QQ chat")
    WECHAT = "wechat", _("WeChat message")
    EMAIL = "email", _("Mail")
    VISIT = "visit", _("Visit")
    OTHER = "other", _("Other channel")


_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """``text`` as names are compared: half-width, no spaces, lower case."""
    return _SPACES.sub("", text.translate(HALF_WIDTH)).casefold()


def spellings(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Invert ``{code: spellings}`` to ``{folded spelling: code}``; a code spells itself.

    Raises: ValueError, when two codes claim one spelling.
    """
    found: dict[str, str] = {}
    for code, names in table.items():
        for name in (code, *names):
            if found.setdefault(fold(name), str(code)) != code:
                message = f"{name!r} is claimed by both {found[fold(name)]!r} and {code!r}"
                raise ValueError(message)
    return found


SOURCE_NAMES: Final = spellings(
    {
        Source.QQ_GROUP: ("qq群", "QQ group", "QQ群聊"),
        Source.REFERRAL: ("内部转介绍", "转介绍", "Referral"),
        Source.WEBSITE: ("官方网站", "官网", "Own website"),
        Source.BAIDU: ("百度推广", "百度", "Baidu ads"),
        Source.SO360: ("360推广", "360", "360 ads"),
        Source.SOGOU: ("搜狗推广", "搜狗", "Sogou ads"),
        Source.TENCENT_CLASSROOM: ("腾讯课堂", "Tencent Classroom"),
        Source.GDT: ("广点通", "Guangdiantong ads"),
        Source.CAMPUS_TALK: ("高校宣讲", "校园宣讲", "Campus talk"),
        Source.AGENT: ("渠道代理", "代理", "Channel agent"),
        Source.CTO51: ("51cto",),
        Source.ZHIHUITUI: ("智汇推", "Zhihuitui ads"),
        Source.AD_NETWORK: ("网盟", "Ad network"),
        Source.DSP: ("DSP",),
        Source.SEO: ("SEO",),
        Source.OTHER: ("其它", "其他", "Other source"),
    }
)
GENDER_NAMES: Final = spellings(
    {
        Gender.MALE: ("男", "男性", "先生", "M"),
        Gender.FEMALE: ("女", "女性", "女士", "F"),
    }
)
EDUCATION_NAMES: Final = spellings(
    {
        Education.KEY_UNIVERSITY: ("重点大学", "重点本科", "Key university"),
        Education.BACHELOR: ("普通本科", "Regular bachelor"),
        Education.INDEPENDENT_COLLEGE: ("独立院校", "独立学院", "Independent college"),
        Education.PRIVATE_BACHELOR: ("民办本科", "Private bachelor"),
        Education.JUNIOR_COLLEGE: ("大专", "Junior college"),
        Education.PRIVATE_JUNIOR_COLLEGE: ("民办专科", "民办大专", "Private junior college"),
        Education.HIGH_SCHOOL: ("高中", "High school"),
        Education.OTHER: ("其他", "其它", "Other education"),
    }
)
EXPERIENCE_NAMES: Final = spellings(
    {
        Experience.STUDENT: ("在校生", "在校", "Still at school"),
        Experience.FRESH_GRADUATE: ("应届毕业", "应届毕业生", "应届", "Fresh graduate"),
        Experience.UNDER_6_MONTHS: ("半年以内", "半年内", "Under 6 months"),
        Experience.MONTHS_6_TO_12: ("半年至一年", "半年到一年", "6 to 12 months"),
        Experience.YEARS_1_TO_3: ("一年至三年", "1-3年", "1年至3年", "1 to 3 years"),
        Experience.YEARS_3_TO_5: ("三年至五年", "3-5年", "3年至5年", "3 to 5 years"),
        Experience.OVER_5_YEARS: ("五年以上", "5年以上", "Over 5 years"),
    }
)
WORK_STATE_NAMES: Final = spellings(
    {
        WorkState.IN_WORK: ("在职", "在岗", "是", "有工作", "In work", "yes"),
        WorkState.OUT_OF_WORK: ("无业", "离职", "待业", "否", "Out of work", "no"),
    }
)
