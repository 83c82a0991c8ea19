"""Addresses of the flows that are no plain list or form."""

from django.urls import path

from crm.customers import views

app_name = "customers"
urlpatterns = [
    path("add/", views.customers.add, name="add"),
    path("<int:pk>/", views.customers.detail, name="detail"),
    path("<int:pk>/follow-ups/", views.customers.follow_up_add, name="follow_up_add"),
    path("<int:pk>/claim/", views.customers.claim, name="claim"),
    path("<int:pk>/release/", views.customers.release, name="release"),
    path("imports/upload/", views.imports.upload, name="import_upload"),
    path("imports/template.xlsx", views.imports.template, name="import_template"),
    path("imports/<int:pk>/", views.imports.detail, name="import_detail"),
    path("imports/<int:pk>/start/", views.imports.start, name="import_start"),
    path("imports/<int:pk>/cancel/", views.imports.cancel, name="import_cancel"),
    path("imports/<int:pk>/errors.xlsx", views.imports.errors, name="import_errors"),
]
