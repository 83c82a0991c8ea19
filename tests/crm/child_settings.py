"""Settings of the processes that tests start and kill."""

import os

from config.settings.test import *  # noqa: F403

MEDIA_ROOT = os.environ.get("CRM_CHILD_MEDIA", "")
