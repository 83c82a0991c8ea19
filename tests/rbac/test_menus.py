"""The menu, the breadcrumbs and ``{% may %}`` as the user sees them."""

import re

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client
from django.utils import translation
from rbac import menus, services, snapshots
from rbac.exceptions import UnknownPermission
from rbac.models import Menu, Permission
from rbac_testapp.models import Tour


def _page(user, path, **kwargs):
    """The request as the view at ``path`` got it."""
    client = Client()
    client.force_login(user)
    return client.get(path, **kwargs).wsgi_request


def _titles(lines):
    return {line.title: [child.title for child in line.children] for line in lines}


def _render(text, request, **context):
    return Template("{% load rbac %}" + text).render(Context({"request": request} | context))


def test_a_role_sees_the_menus_and_entries_it_holds(guide, clerk, stranger):
    assert _titles(menus.menu_for(_page(guide, "/tours/"))) == {
        "Start": [],
        "Tours": ["All tours", "New tour", "Handbook"],
    }
    assert _titles(menus.menu_for(_page(clerk, "/tours/"))) == {
        "Start": [],
        "Tours": ["All tours", "New tour", "Handbook"],
        "Office": ["Report"],
    }
    assert _titles(menus.menu_for(_page(stranger, "/"))) == {"Start": []}


def test_a_superuser_sees_every_menu(chief):
    assert list(_titles(menus.menu_for(_page(chief, "/")))) == ["Start", "Tours", "Office"]


def test_nobody_logged_in_sees_no_menu(client, synced):
    assert menus.menu_for(client.get("/news/").wsgi_request) == []


def test_every_entry_shown_opens_and_every_entry_hidden_is_refused(guide, clerk, stranger, chief):
    everything = {
        child.code: child.url
        for line in menus.menu_for(_page(chief, "/"))
        for child in (line, *line.children)
        if child.url and child.url.startswith("/")
    }
    for user in (guide, clerk, stranger):
        shown = {
            child.code
            for line in menus.menu_for(_page(user, "/"))
            for child in (line, *line.children)
        }
        client = Client()
        client.force_login(user)
        for code, url in everything.items():
            expected = 200 if code in shown else 403
            assert client.get(url).status_code == expected, (user, code)


def test_the_entry_of_the_page_is_active_and_its_menu_open(guide):
    lines = {line.code: line for line in menus.menu_for(_page(guide, "/tours/"))}
    assert lines["tours"].is_open
    assert [child.is_active for child in lines["tours"].children] == [True, False, False]
    assert not lines["start"].is_active


def test_a_page_that_is_no_entry_marks_its_parents_entry(guide, clerk):
    lines = {line.code: line for line in menus.menu_for(_page(guide, "/tours/7/"))}
    assert [child.code for child in lines["tours"].children if child.is_active] == [
        "tours.tour:list"
    ]
    lines = {line.code: line for line in menus.menu_for(_page(clerk, "/tours/import/"))}
    assert [child.code for child in lines["tours"].children if child.is_active] == [
        "tours.tour:add"
    ]


def test_a_link_by_url_name_is_active_on_its_page(guide):
    (start, tours) = menus.menu_for(_page(guide, "/"))
    assert (start.url, start.is_active, tours.is_open) == ("/", True, False)


def test_on_a_refused_page_the_menu_still_shows_and_nothing_is_active(stranger):
    request = _page(stranger, "/tours/")
    assert [(line.title, line.is_active) for line in menus.menu_for(request)] == [("Start", False)]


def test_a_link_to_a_page_the_user_may_not_open_is_not_shown(guide, clerk):
    Menu.objects.create(code="report", title="Report link", link="tours:report")
    Menu.objects.create(code="export", title="Export link", link="export")
    shown = {line.title for line in menus.menu_for(_page(guide, "/"))}
    assert not shown & {"Report link", "Export link"}
    shown = {line.title for line in menus.menu_for(_page(clerk, "/"))}
    assert shown >= {"Report link", "Export link"}


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JavaScript:alert", "data:text.html", "//evil.example/", "nope"]
)
def test_a_link_that_runs_or_leads_nowhere_is_never_rendered(guide, link):
    Menu.objects.create(code="bad", title="Bad", link=link)
    request = _page(guide, "/")
    assert "Bad" not in {line.title for line in menus.menu_for(request)}
    assert "alert" not in _render("{% menu %}", request)


def test_an_entry_without_an_address_does_not_break_the_page(guide):
    entry = Permission.objects.get(code="tours.tour:add")
    entry.url = "tours:gone"
    entry.save()
    assert _titles(menus.menu_for(_page(guide, "/tours/")))["Tours"] == ["All tours", "Handbook"]


def test_titles_come_in_the_readers_language_from_the_english_source(guide):
    assert Menu.objects.get(code="tours").title == "Tours"
    request = _page(guide, "/tours/")
    with translation.override("zh-hans"):
        tours = menus.menu_for(request)[1]
        assert tours.title == "行程"
        assert tours.children[0].title == "全部行程"
        assert str(Menu.objects.get(code="tours")) == "行程"
    assert menus.menu_for(request)[1].title == "Tours"


def test_a_title_typed_by_hand_comes_back_as_it_is(guide):
    menu = Menu.objects.get(code="start")
    menu.title = "Ahoy & co"
    menu.save()
    request = _page(guide, "/")
    with translation.override("zh-hans"):
        assert menus.menu_for(request)[0].title == "Ahoy & co"
    assert "Ahoy &amp; co" in _render("{% menu %}", request)


def test_badges_are_shown_beside_their_entry_and_nought_is_not(guide, settings):
    settings.RBAC = settings.RBAC | {"MENU_BADGES": "rbac_testapp.org.badges"}
    html = _render("{% menu %}", _page(guide, "/tours/"))
    assert 'aria-current="page">All tours <span class="n">3</span></a>' in html
    assert '/tours/add/">New tour</a>' in html


def test_badges_are_not_asked_for_where_no_menu_is_rendered(guide, settings):
    settings.RBAC = settings.RBAC | {"MENU_BADGES": "rbac_testapp.org.broken"}
    client = Client()
    client.force_login(guide)
    assert client.get("/tours/7/map/").status_code == 200


def test_the_menu_has_the_markup_of_the_theme(guide, settings):
    settings.RBAC = settings.RBAC | {"ICON_SPRITE": "stark/icons.svg"}
    html = re.sub(r"\s*\n\s*", "", _render("{% menu %}", _page(guide, "/tours/")))
    icon = '<svg class="i" aria-hidden="true"><use href="/static/stark/icons.svg#{}"/></svg>'
    assert html == (
        f'<div class="menu"><a href="/">{icon.format("house")}Start</a>'
        f"<details open><summary>{icon.format('map')}Tours</summary><ul>"
        '<li><a href="/tours/" aria-current="page">All tours</a></li>'
        '<li><a href="/tours/add/">New tour</a></li>'
        '<li><a href="https://example.org/handbook">Handbook</a></li>'
        "</ul></details></div>"
    )


def test_without_a_sprite_there_are_no_icons(guide):
    assert "<svg" not in _render("{% menu %}", _page(guide, "/tours/"))


def test_the_tags_hand_their_lists_over(guide):
    request = _page(guide, "/tours/7/")
    html = _render(
        "{% menu as items %}{{ items|length }}{% breadcrumbs as trail %}"
        "{% for c in trail %}/{{ c.title }}{% endfor %}",
        request,
    )
    assert html == "2/Tours/All tours/Tour"


def test_breadcrumbs_lead_from_the_menu_to_the_page(guide):
    html = re.sub(r"\s*\n\s*", "", _render("{% breadcrumbs %}", _page(guide, "/tours/7/")))
    assert html == (
        '<nav class="crumbs" aria-label="Breadcrumbs"><ol>'
        '<li><a href="/tours/">Tours</a></li><li><a href="/tours/">All tours</a></li>'
        '<li><span aria-current="page">Tour</span></li></ol></nav>'
    )


def test_breadcrumbs_end_with_what_the_page_adds(guide):
    extra = [{"title": "Harbour <b>", "url": "/x/"}, Tour(name="t"), {"title": "Edit"}]
    extra[1].title = "Boat"
    request = _page(guide, "/tours/7/")
    html = _render("{% breadcrumbs %}", request, crumbs=extra)
    assert '<a href="/x/">Harbour &lt;b&gt;</a>' in html
    assert "<span>Boat</span>" in html
    assert '<span aria-current="page">Edit</span>' in html
    assert "Tour<" not in html.replace("Tours<", "")


def test_breadcrumbs_of_an_entry_end_with_the_entry(guide):
    html = _render("{% breadcrumbs %}", _page(guide, "/tours/"))
    assert '<span aria-current="page">All tours</span>' in html


def test_a_page_outside_the_menu_has_no_empty_breadcrumbs(guide):
    assert _render("{% breadcrumbs %}", _page(guide, "/profile/")).strip() == ""


def test_may_answers_for_the_user_and_for_one_object(guide, clerk):
    request = _page(guide, "/tours/")
    text = '{% may "tours.tour:add" as ok %}{{ ok }} {% may "tours.report:read" as ok %}{{ ok }}'
    assert _render(text, request) == "True False"
    text = '{% may "tours.tour:detail" tour as ok %}{{ ok }}'
    assert _render(text, request, tour=Tour(guide=guide)) == "True"
    assert _render(text, request, tour=Tour(guide=clerk)) == "False"


def test_may_with_an_object_that_is_not_there_is_not_the_wider_question(guide):
    request = _page(guide, "/tours/")
    text = '{% may "tours.tour:detail" tour as ok %}{{ ok }}'
    assert _render(text, request, tour=None) == "False"
    with pytest.raises(TypeError, match="model instance"):
        _render(text, request)


def test_may_raises_for_an_unknown_code(guide):
    request = _page(guide, "/tours/")
    for text in (
        '{% may "tours.tour:ad" as ok %}',
        '{% may "tours.tour:ad" tour as ok %}',
        '{% if 1 %}{% may "tours.tour:ad" as ok %}{% if ok %}x{% endif %}{% endif %}',
    ):
        with pytest.raises(UnknownPermission, match=r"tours\.tour:ad"):
            _render(text, request, tour=None)


def test_a_tag_without_a_request_says_what_is_missing(guide):
    for text in ("{% menu %}", "{% breadcrumbs %}", '{% may "tours.tour:add" %}'):
        with pytest.raises(TemplateSyntaxError, match="context processor"):
            Template("{% load rbac %}" + text).render(Context({}))


@pytest.mark.parametrize("text", ["{% menu items %}", "{% breadcrumbs as %}", "{% menu as a b %}"])
def test_a_misspelt_tag_is_an_error(text):
    with pytest.raises(TemplateSyntaxError):
        Template("{% load rbac %}" + text)


def test_a_large_warm_menu_and_a_hundred_questions_cost_no_query(guide, django_assert_num_queries):
    for number in range(10):
        menu = Menu.objects.create(code=f"m{number}", title=f"M{number}")
        Permission.objects.bulk_create(
            Permission(
                code=f"m{number}.e:v{n}", title=f"E{n}", url="home", methods=["GET"], menu=menu
            )
            for n in range(20)
        )
    for permission in Permission.objects.filter(code__startswith="m"):
        services.role_grant(actor=None, role="guide", permission=permission)
    request = _page(guide, "/tours/")
    text = "{% load rbac %}{% menu %}" + '{% may "tours.tour:add" as ok %}' * 100
    template = Template(text)
    with snapshots.pinned():
        html = template.render(Context({"request": request}))
        assert html.count("<li>") == 203
        with django_assert_num_queries(0):
            template.render(Context({"request": request}))


def test_grants_change_the_menu_of_the_next_page(guide):
    assert "Office" not in _titles(menus.menu_for(_page(guide, "/")))
    services.role_grant(actor=None, role="guide", permission="tours.report:read")
    assert "Office" in _titles(menus.menu_for(_page(guide, "/")))
