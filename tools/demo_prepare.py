"""Brings the demo's database up to date and fills it once; prints the accounts as JSON.

One process for all of it: importing the site is what takes the time.
"""

import sys

import django
from django.core.management import call_command


def main() -> None:
    """Migrate, load what is missing, and print the accounts alone on standard output."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    call_command("load_demo", stdout=sys.stderr)
    call_command("load_demo", accounts=True)


if __name__ == "__main__":
    main()
