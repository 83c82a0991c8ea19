from django.urls import include, path, re_path
from rbac_testapp import views

tours = (
    [
        path("", views.shell, name="list"),
        path("add/", views.shell, name="add"),
        path("<int:pk>/", views.shell, name="detail"),
        path("<int:pk>/map/", views.page, name="map"),
        path("<int:pk>/rename/", views.page, name="rename"),
        path("import/", views.shell, name="import_upload"),
        path("import/progress/", views.page, name="import_progress"),
        path("import/secret/", views.page, name="import_upload_secret"),
        path("report/", views.shell, name="report"),
        re_path(r"^files/(?P<name>[\s\S]+)$", views.page, name="file"),
    ],
    "tours",
)
vendor = ([path("ping/", views.page, name="ping"), path("raw/", views.page)], "vendor")

urlpatterns = [
    path("", views.shell, name="home"),
    path("login/", views.page, name="login"),
    path("news/", views.news, name="news"),
    path("profile/", views.profile, name="profile"),
    path("export/", views.export, name="export"),
    path("forgotten/", views.page, name="forgotten"),
    path("nameless/", views.page),
    path("tours/", include(tours)),
    path("vendor/", include(vendor)),
]
