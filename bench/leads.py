"""A workbook of leads as market departments send them: the same one on every machine."""

import datetime
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = (
    "姓名", "性别", "手机号", "QQ", "微信号", "客户来源", "咨询课程", "咨询日期",
    "学历", "毕业院校", "工作经验", "备注",
)  # fmt: skip
COURSES = ("Linux基础", "Linux架构师", "Python自动化开发精英班", "Python自动化开发架构师班")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏"
GIVEN = "子豪晓雯骏静怡雨桐嘉欣凯若曦思远天佑佳琪梓涵浩然宇轩诗俊杰雅婷志强丽娜文博晨明语嫣建华"
SOURCES = (
    "qq群", "转介绍", "官网", "百度推广", "360推广", "搜狗推广", "腾讯课堂", "广点通", "高校宣讲",
    "渠道代理", "51CTO", "智汇推", "网盟", "DSP", "SEO", "其它",
)  # fmt: skip
EDUCATION = ("重点大学", "普通本科", "独立院校", "民办本科", "大专", "民办专科", "高中", "其他")
EXPERIENCE = (
    "在校生",
    "应届毕业",
    "半年以内",
    "半年至一年",
    "一年至三年",
    "三年至五年",
    "五年以上",
)
SCHOOLS = ("北京大学", "郑州大学", "河北工业大学", "山东科技大学", "江城理工大学", "")
NOTES = ("在职,周末班", "想转行", "下周电话联系", "对比两家机构，最关心就业率", "", "")
#: The first three digits of mainland mobile numbers.
PREFIXES = ("139", "138", "137", "150", "151", "152", "158", "159", "177", "186", "189", "199")
INVALID_SHARE, DUPLICATE_SHARE = 0.05, 0.03
_SEED = 20261001
_FIRST_DAY = datetime.date(2026, 1, 1)


def workbook(path: Path, rows: int) -> Path:
    """The workbook of ``rows`` leads at ``path``, written when it is not there yet."""
    if path.exists():
        return path
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with xlsxwriter.Workbook(str(partial)) as book:
        sheet = book.add_worksheet("客户")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(leads(rows), 1):
            for column, value in enumerate(row):
                if isinstance(value, datetime.date):
                    sheet.write_datetime(number, column, value, day)
                elif value != "":
                    sheet.write(number, column, value)
    partial.rename(path)
    return path


def leads(count: int) -> Iterator[list[Any]]:
    """``count`` rows: one in twenty can't be imported, three in a hundred repeat a phone."""
    dice = random.Random(_SEED)
    phones: list[str] = []
    for number in range(count):
        row = _lead(dice, number)
        lot = dice.random()
        if lot < INVALID_SHARE:
            _spoil(dice, row)
        elif lot < INVALID_SHARE + DUPLICATE_SHARE and phones:
            row[2] = dice.choice(phones)
        else:
            phones.append(row[2])
            row[2] = _written(dice, row[2])
        yield row


def _lead(dice: random.Random, number: int) -> list[Any]:
    name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))
    # An odd factor makes every number another phone.
    phone = PREFIXES[number % len(PREFIXES)] + f"{number * 7_919_111 % 100_000_000:08d}"
    courses = dice.sample(COURSES, dice.choice((1, 1, 1, 1, 2)))
    return [
        name,
        dice.choice("男女"),
        phone,
        str(100_000_000 + number * 7 + dice.randrange(7)) if dice.random() < 0.95 else "",
        f"wx_{number:x}_{dice.randrange(4096):x}" if dice.random() < 0.9 else "",
        dice.choice(SOURCES),
        "、".join(courses),
        _FIRST_DAY + datetime.timedelta(days=dice.randrange(270)),
        dice.choice(EDUCATION),
        dice.choice(SCHOOLS),
        dice.choice(EXPERIENCE),
        dice.choice(NOTES),
    ]


def _written(dice: random.Random, phone: str) -> str | float:
    """The phone as people and Excel write it."""
    lot = dice.random()
    if lot < 0.05:
        return float(phone)
    if lot < 0.10:
        return f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}"
    return phone


def _spoil(dice: random.Random, row: list[Any]) -> None:
    match dice.randrange(4):
        case 0:
            row[2] = row[2][:-2]
        case 1:
            row[0] = ""
        case 2:
            row[5] = "电视广告"
        case 3:
            row[7] = "2026年13月1日"
