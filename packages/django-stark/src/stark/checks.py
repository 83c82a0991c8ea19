"""System checks: every option that names something is looked up at start."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from stark.access import AccessPolicy
from stark.actions import Action
from stark.conf import DEFAULTS, conf
from stark.icons import icon_names
from stark.options import ModelConfig
from stark.paths import find_path
from stark.roles import Role
from stark.search import split_field
from stark.sites import site
from stark.state import RESERVED


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """E001 unknown key of STARK, E002 ACCESS_POLICY that is none."""
    found: list[CheckMessage] = [
        Error(
            f"settings.STARK has an unknown key {key!r}.",
            hint=f"Known keys: {', '.join(sorted(DEFAULTS))}.",
            id="stark.E001",
        )
        for key in conf.unknown_keys()
    ]
    try:
        policy = conf.access_policy
    except ImportError as error:
        found.append(Error(f'STARK["ACCESS_POLICY"] cannot be imported: {error}', id="stark.E002"))
        return found
    if not (isinstance(policy, type) and issubclass(policy, AccessPolicy)):
        found.append(
            Error(f'STARK["ACCESS_POLICY"] is no stark.AccessPolicy: {policy!r}', id="stark.E002")
        )
    return found


def check_configs(**_kwargs: Any) -> list[CheckMessage]:
    """Everything wrong with the registered configs."""
    return [message for config in site.configs for message in check_config(config)]


def check_config(config: ModelConfig) -> list[CheckMessage]:
    """Everything wrong with one config."""
    found: list[CheckMessage] = []
    for check in (
        _operations,
        _columns,
        _links,
        _filters,
        _search,
        _ordering,
        _views,
        _actions,
        _forms,
        _icon,
        _misspelt,
    ):
        found.extend(check(config))
    return found


def _error(config: ModelConfig, number: int, option: str, problem: str, hint: str = "") -> Error:
    message = f"{type(config).__name__}.{option}: {problem}"
    return Error(message, hint=hint or None, obj=type(config), id=f"stark.E{number:03d}")


def _known(names: Iterable[str]) -> str:
    return f"Known: {', '.join(names)}."


def _operations(config: ModelConfig) -> Iterator[CheckMessage]:
    for name in config.operations:
        if name not in set(Role):
            yield _error(
                config, 3, "operations", f"{name!r} is no operation.", _known(map(str, Role))
            )


def _field_names(config: ModelConfig) -> str:
    return _known(sorted(field.name for field in config.opts.get_fields()))


def _columns(config: ModelConfig) -> Iterator[CheckMessage]:
    for option in ("list_display", "detail_display"):
        try:
            config._bind(getattr(config, option))
        except LookupError as error:
            yield _error(config, 4, option, str(error), _field_names(config))


def _links(config: ModelConfig) -> Iterator[CheckMessage]:
    names = [each if isinstance(each, str) else each.name for each in config.list_display]
    for name in config.list_display_links or ():
        if name not in names:
            yield _error(config, 5, "list_display_links", f"{name!r} is no column.", _known(names))
    for name in {name for name in names if names.count(name) > 1}:
        yield _error(config, 6, "list_display", f"{name!r} is there twice.")


def _filters(config: ModelConfig) -> Iterator[CheckMessage]:
    keys: list[str] = []
    for each in config.filters.values():
        for problem in each.problems():
            yield _error(config, 7, "list_filter", problem, _field_names(config))
        keys.extend(each.keys)
    for key in keys:
        if key in RESERVED:
            yield _error(config, 8, "list_filter", f"{key!r} is a reserved key.", _known(RESERVED))
    names = [each if isinstance(each, str) else each.name for each in config.list_filter]
    for key in {key for key in keys if keys.count(key) > 1} | _twice(names):
        yield _error(config, 9, "list_filter", f"two filters use the key {key!r}.")


def _twice(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _search(config: ModelConfig) -> Iterator[CheckMessage]:
    for name in config.search_fields:
        path = find_path(config.model, split_field(name)[0])
        if path is None or path.is_relation:
            yield _error(
                config, 10, "search_fields", f"{name!r} is no field.", _field_names(config)
            )


def _ordering(config: ModelConfig) -> Iterator[CheckMessage]:
    for name in config.ordering:
        if isinstance(name, str) and find_path(config.model, name.lstrip("-")) is None:
            # Annotations of get_queryset() cannot be known here, so this is not an error.
            yield CheckWarning(
                f"{type(config).__name__}.ordering: {name!r} is no field of the model.",
                hint="Fine when get_queryset() annotates it. " + _field_names(config),
                obj=type(config),
                id="stark.W011",
            )


def _views(config: ModelConfig) -> Iterator[CheckMessage]:
    keys = [key for each in config.filters.values() for key in each.keys]
    for view in config.list_views:
        for key in view.conditions:
            if key not in keys:
                problem = f"view {view.name!r} has the condition {key!r}, which no filter knows."
                yield _error(config, 12, "list_views", problem, _known(keys))
    for name in _twice([view.name for view in config.list_views]):
        yield _error(config, 13, "list_views", f"two views are named {name!r}.")


def _actions(config: ModelConfig) -> Iterator[CheckMessage]:
    for each in config.actions:
        if not isinstance(each, Action):
            yield _error(config, 14, "actions", f"{each!r} has no @stark.action(label=…).")
        elif each.name in set(Role) or each.name in {"history", "options", "popup"}:
            yield _error(config, 15, "actions", f"{each.name!r} is the name of a role.")
    for name in _twice([each.name for each in config.actions if isinstance(each, Action)]):
        yield _error(config, 16, "actions", f"two actions are named {name!r}.")


def _forms(config: ModelConfig) -> Iterator[CheckMessage]:
    for option in ("form_class", "add_form_class", "change_form_class"):
        form = getattr(config, option)
        model = getattr(getattr(form, "_meta", None), "model", None)
        if form is not None and (model is None or not issubclass(config.model, model)):
            problem = f"{form.__name__} is no ModelForm of {config.model.__name__}."
            yield _error(config, 17, option, problem)
    names = {field.name for field in config.opts.get_fields()}
    for name in config.fields or ():
        if name not in names:
            yield _error(config, 18, "fields", f"{name!r} is no field.", _field_names(config))


def _icon(config: ModelConfig) -> Iterator[CheckMessage]:
    for option, name in [
        ("icon", config.icon),
        *(("actions", each.icon) for each in config.bound_actions.values()),
    ]:
        if name and name not in icon_names():
            close = difflib.get_close_matches(name, icon_names())
            yield _error(config, 19, option, f"there is no icon {name!r}.", _known(close))


def _misspelt(config: ModelConfig) -> Iterator[CheckMessage]:
    """W020: an attribute that is nearly an option."""
    options = [name for name in vars(ModelConfig) if not name.startswith("_")]
    for name, value in vars(type(config)).items():
        if name in options or name.startswith("_") or callable(value):
            continue
        close = difflib.get_close_matches(name, options, n=1, cutoff=0.85)
        if close:
            yield CheckWarning(
                f"{type(config).__name__}.{name} is no option of stark.",
                hint=f"Did you mean {close[0]!r}?",
                obj=type(config),
                id="stark.W020",
            )
