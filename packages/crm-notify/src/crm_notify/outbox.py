"""``notify``: writes messages into the outbox, in the caller's transaction."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, router, transaction
from django.utils import timezone

from crm_notify.channels import backend_for
from crm_notify.conf import notify_settings
from crm_notify.dispatch import dispatch_on_commit
from crm_notify.exceptions import ContextError, KeyConflictError
from crm_notify.models import Delivery, Message, Reason, State, ordered_uuid
from crm_notify.outcomes import Content
from crm_notify.policy import Plan, Recipient, plan_for, recipients_of
from crm_notify.rendering import render

#: Keys asked for in one SELECT; SQLite takes no more than 999 parameters in its older builds.
KEYS_PER_QUERY = 900


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to send: the arguments of ``notify``, for ``notify_many``."""

    event: str
    to: Any
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    #: Same key, same message: it is sent once however often it is asked for.
    key: str | None = None
    #: Channels instead of the event's own.
    channels: Sequence[str] | None = None


def notify(
    event: str,
    *,
    to: Any,
    context: Mapping[str, Any] | None = None,
    key: str | None = None,
    channels: Sequence[str] | None = None,
) -> Message:
    """Put one message into the outbox; it is sent after the transaction has committed.

    ``to`` is a user, several users, or with ``channels`` a plain address; None for channels
    without recipients. Templates get the context and ``recipient`` (the user or None).
    The same key with the same event, context and recipients returns the first message.

    Raises: UnknownEventError, UnknownChannelError; KeyConflictError, same key for something
        else; ContextError; TemplateDoesNotExist.
    Queries: two inserts, and one select when there is a key, however many recipients.
    Effects: dispatches after commit; a rolled back transaction sends nothing.
    """
    return notify_many([Notice(event, to, context or {}, key, channels)])[0]


def notify_many(notices: Iterable[Notice]) -> list[Message]:
    """``notify`` for many notices at once, with the same few statements for all of them.

    Returns their messages in order. All or none: one notice that can't be taken raises.
    """
    prepared = [_prepare(notice) for notice in notices]
    if not prepared:
        return []
    using = router.db_for_write(Message)
    alone = len(prepared) == 1 and connections[using].in_atomic_block
    if alone:  # one key conflict leaves nothing behind, so the savepoint can be spared
        return _store(prepared, using)
    with transaction.atomic(using=using):
        return _store(prepared, using)


@dataclass(slots=True)
class _Prepared:
    message: Message
    deliveries: list[Delivery]
    has_key: bool


def _prepare(notice: Notice) -> _Prepared:
    plan = plan_for(notice.event, notice.channels)
    recipients = recipients_of(notice.to, has_channels=notice.channels is not None)
    now = timezone.now()
    message = Message(
        id=ordered_uuid(),
        event=notice.event,
        payload_hash=payload_hash(notice, recipients),
        mode=plan.mode,
        deadline_at=None if plan.deadline is None else now + plan.deadline,
        created_at=now,
    )
    message.key = notice.key or str(message.id)
    deliveries = [
        delivery
        for recipient in _with_robots(plan, recipients)
        for delivery in _deliveries(message, plan, recipient, notice)
    ]
    return _Prepared(message, deliveries, has_key=notice.key is not None)


def _with_robots(plan: Plan, recipients: list[Recipient]) -> list[Recipient]:
    """The recipients, and one without key for the channels that have none."""
    robots = any(backend_for(alias).address_attribute is None for alias in plan.channels)
    nobody = Recipient(key="", language=_first_language(recipients))
    return [*recipients, nobody] if robots else recipients


def _first_language(recipients: list[Recipient]) -> str:
    return recipients[0].language if recipients else notify_settings.default_language


def _deliveries(
    message: Message, plan: Plan, recipient: Recipient, notice: Notice
) -> list[Delivery]:
    """One recipient's rows: all due, or in mode "first" one due and the rest standing by."""
    made: list[Delivery] = []
    unreachable: list[Delivery] = []
    for rank, alias in enumerate(plan.channels):
        is_robot = backend_for(alias).address_attribute is None
        if is_robot != (recipient.key == ""):
            continue
        delivery = Delivery(
            message=message,
            channel=alias,
            recipient=recipient.key,
            user=recipient.user,
            address=recipient.address_on(alias),
            rank=rank,
            created_at=message.created_at,
        )
        if not delivery.address and not is_robot:
            delivery.state, delivery.reason = State.SUPPRESSED, Reason.NO_ADDRESS
            unreachable.append(delivery)
            continue
        _fill(delivery, notice, recipient)
        if plan.mode == "all" or not made:
            delivery.next_at = message.created_at
        made.append(delivery)
    return made + unreachable


def _fill(delivery: Delivery, notice: Notice, recipient: Recipient) -> None:
    context = {**notice.context, "recipient": recipient.user}
    content: Content = render(notice.event, delivery.channel, context, language=recipient.language)
    delivery.subject, delivery.text = content.subject, content.text
    delivery.html, delivery.url = content.html, content.url


def _store(prepared: list[_Prepared], using: str) -> list[Message]:
    wanted = [one.message for one in prepared]
    Message.objects.using(using).bulk_create(wanted, ignore_conflicts=True)
    stored = _stored_messages(prepared, using)
    results: list[Message] = []
    deliveries: list[Delivery] = []
    for one in prepared:
        first = stored.get(one.message.key, one.message)
        if first.payload_hash != one.message.payload_hash:
            raise KeyConflictError(one.message.key)
        if first.id == one.message.id:
            deliveries.extend(one.deliveries)
        results.append(first)
    if deliveries:
        Delivery.objects.using(using).bulk_create(deliveries)
        due = {delivery.message_id for delivery in deliveries if delivery.next_at is not None}
        if due:
            dispatch_on_commit(due, using=using)
    return results


def _stored_messages(prepared: list[_Prepared], using: str) -> dict[str, Message]:
    """Who holds each key now: our row, or one that was there before (or earlier in the list)."""
    keys = sorted({one.message.key for one in prepared if one.has_key})
    stored: dict[str, Message] = {}
    for start in range(0, len(keys), KEYS_PER_QUERY):
        chunk = Message.objects.using(using).filter(key__in=keys[start : start + KEYS_PER_QUERY])
        stored.update({message.key: message for message in chunk})
    return stored


def payload_hash(notice: Notice, recipients: list[Recipient]) -> str:
    """Hash over event, context and recipients, the same in every process.

    Raises: ContextError for a value without a stable form.
    """
    try:
        canonical = json.dumps(
            [notice.event, notice.context, sorted(recipient.key for recipient in recipients)],
            cls=_StableEncoder,
            sort_keys=True,
            ensure_ascii=False,
        )
    except TypeError as error:
        raise ContextError(
            f"The context of {notice.event!r} can't be hashed: {error} Give text, numbers, "
            f"dates, lists, dicts or saved model instances."
        ) from error
    return hashlib.sha256(canonical.encode()).hexdigest()


class _StableEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, models.Model):
            return [o._meta.label, str(o.pk)]
        return super().default(o)
