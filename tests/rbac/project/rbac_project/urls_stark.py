import stark
from django.urls import path

from rbac_project.urls import urlpatterns as own

urlpatterns = [*own, path("stark/", stark.site.urls)]
