"""The policy of a project: the one in force, and how it is changed."""

from dashboard.model.person import Permission
from dashboard.model.policy import Policy
from dashboard.policy.load import default_text, parse
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.store import candidates, policies


def current_text(context: Context, project: str) -> str:
    """Give the text of the policy in force: the project's own, or the default that comes with the product."""
    own = policies.current(context.store, project)
    return own[1] if own else default_text()


def current(context: Context, project: str) -> Policy:
    """Give the policy in force."""
    return parse(current_text(context, project))


def is_default(context: Context, project: str) -> bool:
    """Say whether nobody has set a policy for the project."""
    return policies.current(context.store, project) is None


def change(context: Context, project: str, text: str) -> Policy:
    """Put another policy in force. Evaluations under the old one fall stale, and whoever changes it may not sign.

    Raises:
        AccessError: the person may not change policies.
        PolicyError: the text is no policy; nothing was changed.
        NotFoundError: there is no such project.
    """
    context.require(Permission.POLICY)
    read = parse(text)
    candidates.project(context.store, project)
    own = policies.current(context.store, project)
    if own and own[0] == read.digest:
        return read
    policies.set(context.store, project, text, read.digest, by=context.person.login, at=context.clock())
    facts: dict[str, log.Fact] = {"digest": read.digest, "name": read.name, "version": read.version}
    log.append(context, "policy.changed", facts, project=project)
    return read
