"""For processes that a test starts: PostgreSQL, and a channel that writes into a pipe."""

import os

from notify_testapp.settings import *  # noqa: F403

CRM_NOTIFY = {
    "CHANNELS": {
        "file": {
            "BACKEND": "notify_testapp.backends.FileBackend",
            "OPTIONS": {"path": os.environ["NOTIFY_TEST_SENT"]},
        }
    },
    "EVENTS": {"customers.everywhere": {"channels": ["file"]}},
    "DISPATCHER": "worker",
}
