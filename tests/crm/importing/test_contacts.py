"""Contacts are stored in one spelling, and what is no contact is refused with its cure."""

import phonenumbers
import pytest
from crm.customers.contacts import (
    QUICK,
    ContactError,
    ContactKind,
    normalise,
    normalise_email,
    normalise_phone,
    normalise_qq,
    normalise_wechat,
)
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        " 13800138000 ",
        "+86 138-0013-8000",
        "+8613800138000",
        "008613800138000",
        "8613800138000",
        "013800138000",
        "138 0013 8000",
        "138.0013.8000",
        "(138) 0013 8000",
        "１３８００１３８０００",
        "＋８６　１３８－００１３－８０００",
        "\u202d13800138000\u202c",
        "\u00a013800138000",
    ],
)
def test_every_way_to_write_a_mobile_number_gives_the_same_digits(typed):
    assert normalise_phone(typed) == "13800138000"


def test_a_landline_loses_its_leading_zero():
    assert normalise_phone("010-62345678") == "1062345678"


def test_a_foreign_number_keeps_its_country():
    assert normalise_phone("+1 (650) 253-0000") == "+16502530000"
    assert normalise_phone("0016502530000") == "+16502530000"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1380013800", "phone_short"),
        ("1234", "phone_short"),
        ("138001380001", "phone_long"),
        ("12345678901", "phone_unassigned"),
        ("13800138000/13900139000", "phone_characters"),
        ("13800138000 or 13900139000", "phone_characters"),
        ("call me", "phone_characters"),
        ("", "phone_characters"),
        ("1.38E+10", "phone_shortened"),
        ("+999123456789", "phone_unassigned"),
    ],
)
def test_what_is_no_phone_number_is_refused_by_kind(typed, code):
    with pytest.raises(ContactError) as refused:
        normalise_phone(typed)
    assert refused.value.code == code


def test_a_short_number_says_how_many_digits_are_missing_in_both_languages():
    with pytest.raises(ContactError) as refused:
        normalise_phone("1380013800")
    assert refused.value.message == ("1 digit is missing: mainland numbers have 11, this has 10.")
    with translation.override("zh-hans"):
        assert refused.value.message == "少 1 位数字：大陆手机号是 11 位，现在是 10 位。"
        assert refused.value.cure == "补全为 11 位。"


def library_answer(text: str) -> str | None:
    """What the phonenumbers library itself says of a text of digits."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    return national if number.country_code == 86 else f"+{number.country_code}{national}"


def our_answer(text: str) -> str | None:
    try:
        return normalise_phone(text)
    except ContactError:
        return None


prefixes = st.sampled_from(["", "+86", "0086", "86", "0"])
likely = st.from_regex(r"1[0-9]{10}", fullmatch=True)


@given(prefixes, st.one_of(likely, st.from_regex(r"[0-9]{3,13}", fullmatch=True)))
@example("", "16100000000")
@example("", "17400000000")
@example("", "17900000000")
@example("0", "12593138000")
def test_the_fast_path_agrees_with_the_phonenumbers_library(prefix, digits):
    assert our_answer(prefix + digits) == library_answer(prefix + digits)


def test_every_mobile_range_agrees_with_the_phonenumbers_library():
    numbers = [f"{prefix}123456" for prefix in range(10000, 20000, 7)]
    different = [number for number in numbers if our_answer(number) != library_answer(number)]
    assert different == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12345", "12345"),
        ("12345678901", "12345678901"),
        ("1119293664@qq.com", "1119293664"),
        ("1119293664@QQ.com", "1119293664"),
        (" １２３４５６ ", "123456"),
    ],
)
def test_a_qq_number_is_its_digits(typed, stored):
    assert normalise_qq(typed) == stored


@pytest.mark.parametrize(
    "typed", ["1234", "123456789012", "012345", "zhang@qq.com", "12345@163.com", ""]
)
def test_what_is_no_qq_number_is_refused(typed):
    with pytest.raises(ContactError) as refused:
        normalise_qq(typed)
    assert refused.value.code == "qq_shape"


def test_a_wechat_id_is_trimmed_and_lower_case():
    assert normalise_wechat("  WX_Abc-1 ") == "wx_abc-1"


@pytest.mark.parametrize("typed", ["", "a", "同手机", "two words", "x" * 41])
def test_what_is_no_wechat_id_is_refused(typed):
    with pytest.raises(ContactError) as refused:
        normalise_wechat(typed)
    assert refused.value.code == "wechat_shape"


def test_an_email_address_is_lower_case():
    assert normalise_email(" Li.Lei@Example.COM ") == "li.lei@example.com"
    assert normalise_email("ｌｉ＠example.com") == "li@example.com"


@pytest.mark.parametrize(
    "typed", ["", "li", "li@", "@example.com", "li@example", f"{'x' * 300}@example.com"]
)
def test_what_is_no_email_address_is_refused(typed):
    with pytest.raises(ContactError) as refused:
        normalise_email(typed)
    assert refused.value.code == "email_shape"


@given(st.sampled_from(ContactKind.values), st.text(max_size=40))
@example("phone", "010-62345678")
@example("phone", "0016502530000")
def test_what_is_stored_is_read_again_unchanged(kind, text):
    try:
        stored = normalise(kind, text)
    except ContactError as refused:
        words = [refused.message, refused.cure]
    else:
        words = [stored]
        assert normalise(kind, stored) == stored
    assert all(words)


addresses = st.from_regex(
    r"[a-z0-9._+\-]{1,70}@[a-z0-9\-]{1,45}(\.[a-z]{1,14}){1,3}", fullmatch=True
)


@given(
    st.sampled_from(ContactKind.values),
    st.one_of(
        addresses,
        st.from_regex(r"[a-z0-9_\-]{1,45}", fullmatch=True),
        st.from_regex(r"\+?[0-9]{4,15}(@qq\.com)?", fullmatch=True),
    ),
)
@example("email", f"{'a' * 64}@example.com")
@example("email", f"{'a' * 300}@example.com")
def test_the_quick_look_changes_no_answer(kind, text):
    if quick := QUICK[kind](text):
        assert normalise(kind, text) == quick[1]
