"""Every address of the site. All of it is behind rbac: what nobody declares is refused."""

import stark
from crm.common import views as common
from crm.org import views as org
from django.urls import include, path

urlpatterns = [
    path("", common.home, name="home"),
    path("login/", org.LoginView.as_view(), name="login"),
    path("logout/", org.LogoutView.as_view(), name="logout"),
    path("password/", org.PasswordChangeView.as_view(), name="password_change"),
    path("preferences/theme/", org.theme, name="theme"),
    path("preferences/language/", org.language, name="language"),
    path("inbox/", common.inbox, name="inbox"),
    path("inbox/read/", common.inbox_read, name="inbox_read"),
    path("healthz", common.healthz, name="healthz"),
    path("readyz", common.readyz, name="readyz"),
    path("customers/", include("crm.customers.urls")),
    path("stark/", stark.site.urls),
]

handler403 = "crm.common.views.forbidden"
handler404 = "crm.common.views.not_found"
handler500 = "crm.common.views.server_error"
