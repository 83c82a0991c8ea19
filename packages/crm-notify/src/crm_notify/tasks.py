"""Where Celery's ``autodiscover_tasks()`` looks; nothing else imports this."""

from crm_notify.contrib.celery import drain

__all__ = ["drain"]
