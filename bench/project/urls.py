import stark
from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls), path("stark/", stark.site.urls)]
