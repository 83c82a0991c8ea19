import stark
from django.urls import path

urlpatterns = [path("stark/", stark.site.urls)]
