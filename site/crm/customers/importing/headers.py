"""The columns an import understands, and the names under which people write them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from crm.customers.choices import fold, spellings

#: Columns in the order of the template.
FIELDS: Final = (
    "name",
    "gender",
    "phone",
    "qq",
    "wechat",
    "email",
    "source",
    "courses",
    "consulted_on",
    "education",
    "school",
    "major",
    "experience",
    "in_work",
    "company",
    "salary",
    "note",
)
CONTACT_FIELDS: Final = ("phone", "qq", "wechat", "email")
#: Columns that our own error workbook adds; read again, they say nothing.
ADDED_FIELDS: Final = ("row_number", "reason")

HEADER_NAMES: Final = spellings(
    {
        "name": ("姓名", "客户姓名", "客户名称", "学生姓名", "学员姓名", "名字", "Full name",
                 "Customer", "Customer name"),
        "gender": ("性别", "Sex"),
        "phone": ("手机号", "手机", "手机号码", "电话", "电话号码", "联系电话", "联系方式",
                  "Mobile", "Mobile phone", "Mobile number", "Phone number", "Telephone", "Tel"),
        "qq": ("QQ号", "QQ号码", "QQ number"),
        "wechat": ("微信", "微信号", "微信号码", "WeChat ID", "Weixin"),
        "email": ("邮箱", "电子邮箱", "邮件", "电子邮件", "E-mail", "Mail", "Email address"),
        "source": ("客户来源", "来源", "来源渠道", "渠道", "Lead source", "Channel"),
        "courses": ("咨询课程", "意向课程", "课程", "感兴趣的课程", "Course",
                    "Courses of interest", "Course of interest"),
        "consulted_on": ("咨询日期", "咨询时间", "登记日期", "日期", "Date", "Consultation date",
                         "Consulted on", "Consulted"),
        "education": ("学历", "Education level", "Degree"),
        "school": ("毕业院校", "毕业学校", "院校", "学校", "University", "College"),
        "major": ("专业", "所学专业", "Field of study"),
        "experience": ("工作经验", "工作年限", "经验", "Working experience", "Work experience"),
        "in_work": ("在职状态", "是否在职", "工作状态", "Work state", "In work", "Working"),
        "company": ("公司", "工作单位", "单位", "所在公司", "Employer"),
        "salary": ("薪资", "月薪", "工资", "目前薪资", "薪水", "Monthly salary", "Wage"),
        "note": ("备注", "说明", "客户备注", "Notes", "Memo", "Remark", "Remarks"),
        "row_number": ("行号", "原行号", "Row number", "Row no."),
        "reason": ("原因", "错误原因", "未导入原因", "Reason"),
    }
)  # fmt: skip

_BRACKETS: Final = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")


def field_of(title: Any) -> str | None:
    """The field that a header cell names, or None: ``手机号 *(必填)`` is the phone."""
    if not isinstance(title, str):
        return None
    folded = fold(title)
    return HEADER_NAMES.get(folded) or HEADER_NAMES.get(_BRACKETS.sub("", folded).rstrip("*:"))


def column_letter(index: int) -> str:
    """The letter above the 0-based column ``index``: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def header_score(row: Sequence[Any]) -> int:
    """How many fields ``row`` names; 0 without a name column, for then it is no header."""
    named = {field_of(title) for title in row if title} - {None}
    return len(named) if "name" in named else 0
