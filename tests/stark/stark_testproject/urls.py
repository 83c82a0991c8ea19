from django.urls import path

import stark

urlpatterns = [path("stark/", stark.site.urls)]
