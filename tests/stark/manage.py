"""Serves the sample project: ``python manage.py migrate --run-syncdb && … runserver``."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stark_testproject.settings")
execute_from_command_line(sys.argv)
