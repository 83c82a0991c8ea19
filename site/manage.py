#!/usr/bin/env python
"""The CRM's command line."""

import os
import sys


def main() -> None:
    """Run one management command with the settings of DJANGO_SETTINGS_MODULE."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
