"""`provenance actor`: who may sign what, as the ledger's own events.

Enrolments, grants and keys are events in the log like any other: signed by an
authority, by an actor that may pass its role on, or, for its own keys, by the
actor itself. Where the trust file asks for several authorities, each runs the
same command with its own key: on its own machine with --node, so that keys
stay where they are and the node goes on.

Over 500 lines: a command for each act, with its options.
"""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from provenance import actors
from provenance.claims.actor import (
    ACTOR_RELATION,
    ENROLLED,
    Grant,
    check_registry_body,
)
from provenance.claims.actor_json import actor_to_json
from provenance.claims.event import Event, make_event, parse_event
from provenance.claims.registry import Actor, TrustRegistry
from provenance.cli.arguments import (
    FILE,
    ITEM,
    TIME,
    signing_options,
)
from provenance.cli.inputs import read_input
from provenance.cli.program import PROGRAM, Commands
from provenance.cli.screen import Screen
from provenance.cli.where import where_options
from provenance.encoding.digest import Hash
from provenance.errors import (
    MalformedError,
    NotFoundError,
    within,
)
from provenance.intake.prepare import new_secret
from provenance.intake.signatory import find_signatory
from provenance.outputs import write_output
from provenance.reach.ledgers import WritableLedger
from provenance.reach.where import Where
from provenance.store.keyfile import read_key
from provenance.words.actors import SHORT, limits_of, since_entry, span_of

_MIN_SHORT = 8
_WHOLE_ID = re.compile(r"[0-9a-fA-F]{64}")
_MAX_REQUEST = 65_536


@click.group(cls=Commands)
def actor() -> None:
    """Enrol actors, grant them roles, change their keys."""


@actor.command()
@click.argument("actor_id", metavar="ACTOR", type=ITEM)
@click.option("--name", required=True, help="What people call it.")
@click.option(
    "--key",
    "key_file",
    type=FILE,
    required=True,
    help="The file with the actor's private key, which stays where it is.",
)
@click.option(
    "--origin", required=True, help="The ledger that is to enrol the actor."
)
@click.option(
    "--output", "-o", required=True, help="The file to write the request to."
)
def request(
    screen: Screen,
    actor_id: str,
    name: str,
    key_file: Path,
    origin: str,
    output: str,
) -> int:
    """Ask for ACTOR to be enrolled, without giving its key away.

    Send the file to an authority of the ledger, which enrols the actor with
    `actor enrol --request`.
    """
    event = actors.enrol(
        actor_id,
        name=name,
        signer=read_key(key_file),
        origin=origin,
    )
    write_output(output, event.data)
    screen.line("request to enrol ", actor_id, " in ", origin, ": ", output)
    screen.say(
        f"send it to an authority, which runs: {PROGRAM} actor enrol"
        f" --request {output} --key AUTHORITY.key"
    )
    return screen.result(
        "actor-request", 0, {"actor": actor_id, "file": output}
    )


@actor.command()
@click.argument("actor_id", metavar="[ACTOR]", type=ITEM, required=False)
@click.option("--name", help="What people call it.")
@click.option(
    "--actor-key",
    "actor_key_file",
    type=FILE,
    help="The file with the new actor's private key.",
)
@click.option(
    "--request",
    "request_file",
    help="The file that the actor made with `actor request`.",
)
@signing_options
@where_options
def enrol(
    screen: Screen,
    actor_id: str | None,
    name: str | None,
    actor_key_file: Path | None,
    request_file: str | None,
    key_file: Path,
    issuer: str | None,
    where: Where,
) -> int:
    """Enrol ACTOR with its first key.

    Give either the actor's id, name and key, or the request that it made
    itself. Its key shows that it holds it, and is not sent anywhere.
    """
    given = (actor_id, name, actor_key_file)
    if request_file is not None and given != (None, None, None):
        raise click.UsageError(
            "--request says who is enrolled: give no ACTOR, --name or"
            " --actor-key beside it"
        )
    with where.open_writable(screen.say) as ledger:
        if request_file is not None:
            event = _read_request(request_file)
        elif actor_id is None or name is None or actor_key_file is None:
            raise click.UsageError(
                "give ACTOR, --name and --actor-key, or --request"
            )
        else:
            event = actors.enrol(
                actor_id,
                name=name,
                signer=read_key(actor_key_file),
                origin=ledger.trust.origin,
            )
        subject = str(event.body["actor"])
        return _log(
            screen,
            ledger,
            event,
            (key_file, issuer),
            said=f"enrolled {subject}",
            has_effect=lambda registry: registry.knows(subject),
        )


@actor.command()
@click.argument("actor_id", metavar="ACTOR", type=ITEM)
@click.argument("role")
@click.option(
    "--prefix",
    "prefixes",
    multiple=True,
    help="A GS1 company prefix, or the beginning of another id, under which it"
    " may create items; * for any. Can be repeated.",
)
@click.option(
    "--place",
    "places",
    multiple=True,
    type=ITEM,
    help="A place where it may act; without any, everywhere. Can be repeated.",
)
@click.option(
    "--from", "start", type=TIME, help="The time from which on it holds."
)
@click.option("--until", type=TIME, help="The time until which it holds.")
@click.option(
    "--may-grant",
    is_flag=True,
    help="It may enrol others and pass the role on, within the same limits.",
)
@signing_options
@where_options
def grant(
    screen: Screen,
    actor_id: str,
    role: str,
    prefixes: tuple[str, ...],
    places: tuple[str, ...],
    start: int | None,
    until: int | None,
    may_grant: bool,
    key_file: Path,
    issuer: str | None,
    where: Where,
) -> int:
    """Let ACTOR act as ROLE, within limits."""
    given = Grant(actor_id, role, prefixes, places, start, until, may_grant)
    event = actors.grant(
        actor_id,
        role,
        prefixes=prefixes,
        places=places,
        start=start,
        until=until,
        may_grant=may_grant,
    )
    with where.open_writable(screen.say) as ledger:
        return _log(
            screen,
            ledger,
            event,
            (key_file, issuer),
            said=f"granted {role} to {actor_id}",
            has_effect=lambda registry: any(
                held.grant == given and held.revoked is None
                for held in registry.actor(actor_id).grants.values()
            ),
            grant=event.id.hex(),
        )


@actor.command("add-key")
@click.argument("actor_id", metavar="ACTOR", type=ITEM)
@click.option(
    "--new-key",
    "new_key_file",
    type=FILE,
    required=True,
    help="The file with the actor's further private key.",
)
@signing_options
@where_options
def add_key(
    screen: Screen,
    actor_id: str,
    new_key_file: Path,
    key_file: Path,
    issuer: str | None,
    where: Where,
) -> int:
    """Give ACTOR one more key, beside those it has."""
    new_signer = read_key(new_key_file)
    with where.open_writable(screen.say) as ledger:
        event = actors.add_key(
            actor_id,
            signer=new_signer,
            origin=ledger.trust.origin,
        )
        return _log(
            screen,
            ledger,
            event,
            (key_file, issuer),
            said=f"added a key to {actor_id}",
            has_effect=lambda registry: (
                new_signer.verifier.key_id in registry.actor(actor_id).keys
            ),
            key_id=new_signer.verifier.key_id.hex(),
        )


@actor.command()
@click.argument("actor_id", metavar="ACTOR", type=ITEM)
@click.option(
    "--new-key",
    "new_key_file",
    type=FILE,
    required=True,
    help="The file with the actor's next private key.",
)
@click.option(
    "--old",
    help="The id of the key that it replaces, or its first digits; by default"
    " the one that signs.",
)
@signing_options
@where_options
def rotate(
    screen: Screen,
    actor_id: str,
    new_key_file: Path,
    old: str | None,
    key_file: Path,
    issuer: str | None,
    where: Where,
) -> int:
    """Put a new key of ACTOR in the place of an old one.

    What the old key signed stays valid; from now on nothing signed with it is
    let in.
    """
    new_signer = read_key(new_key_file)
    old_id = old or read_key(key_file).verifier.key_id.hex()
    with where.open_writable(screen.say) as ledger:
        event = actors.rotate_key(
            actor_id,
            old=_find_key(ledger, actor_id, old_id),
            signer=new_signer,
            origin=ledger.trust.origin,
        )
        return _log(
            screen,
            ledger,
            event,
            (key_file, issuer),
            said=f"rotated the key of {actor_id}",
            has_effect=lambda registry: (
                new_signer.verifier.key_id in registry.actor(actor_id).keys
            ),
            key_id=new_signer.verifier.key_id.hex(),
        )


@actor.command()
@click.argument("actor_id", metavar="ACTOR", type=ITEM)
@click.argument("key_id", metavar="KEY-ID")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@signing_options
@where_options
def revoke(
    screen: Screen,
    actor_id: str,
    key_id: str,
    reason: str,
    key_file: Path,
    issuer: str | None,
    where: Where,
) -> int:
    """Revoke a key of ACTOR: from now on nothing signed with it is let in.

    KEY-ID is what `actor list` shows, or its first digits.
    """
    with where.open_writable(screen.say) as ledger:
        old = _find_key(ledger, actor_id, key_id)
        event = actors.revoke_key(actor_id, old=old, reason=reason)
        return _log(
            screen,
            ledger,
            event,
            (key_file, issuer),
            said=f"revoked key {old.hex()[:SHORT]} of {actor_id}",
            has_effect=lambda registry: (
                registry.actor(actor_id).keys[old].revoked is not None
            ),
            key_id=old.hex(),
        )


@actor.command("revoke-grant")
@click.argument("actor_id", metavar="ACTOR", type=ITEM)
@click.argument("grant_id", metavar="GRANT-ID")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@signing_options
@where_options
def revoke_grant(
    screen: Screen,
    actor_id: str,
    grant_id: str,
    reason: str,
    key_file: Path,
    issuer: str | None,
    where: Where,
) -> int:
    """End a grant of ACTOR, and what was passed on from it.

    GRANT-ID is what `actor list` shows, or its first digits.
    """
    with where.open_writable(screen.say) as ledger:
        granted_by = _find(
            lambda: ledger.actor(actor_id).grants,
            grant_id,
            f"grant of {actor_id}",
        )
        event = actors.revoke_grant(
            actor_id,
            granted_by=granted_by,
            reason=reason,
        )
        return _log(
            screen,
            ledger,
            event,
            (key_file, issuer),
            said=f"revoked grant {granted_by.hex()[:SHORT]} of {actor_id}",
            has_effect=lambda registry: (
                registry.actor(actor_id).grants[granted_by].revoked is not None
            ),
            grant=granted_by.hex(),
        )


@actor.command("list")
@click.argument("actor_id", metavar="[ACTOR]", type=ITEM, required=False)
@where_options
def list_actors(screen: Screen, actor_id: str | None, where: Where) -> int:
    """Show the actors with their keys and grants, or one of them.

    Of a node, one actor is shown as its own trail proves it; a list of all is
    the node's word.
    """
    with where.open_readable(screen.say) as ledger:
        told = []
        for known in (
            ledger.actors() if actor_id is None else [ledger.actor(actor_id)]
        ):
            _print_actor(screen, known)
            if screen.is_json:
                told.append(actor_to_json(known))
        if actor_id is None and ledger.actors_rest_on:
            screen.say(ledger.actors_rest_on)
    return screen.result("actors", 0, {"actors": told})


def _read_request(file: str) -> Event:
    with within(file):
        event = parse_event(read_input(file, limit=_MAX_REQUEST))
        if event.body.get("type") != ENROLLED:
            raise MalformedError("this is not a request to enrol an actor")
        check_registry_body(event.body, event.items)
    # Each authority says it in an event of its own: a log has each once.
    return make_event(event.body, event.items, secret=new_secret())


def _log(
    screen: Screen,
    ledger: WritableLedger,
    event: Event,
    signing: tuple[Path, str | None],
    *,
    said: str,
    has_effect: Callable[[TrustRegistry], bool],
    **members: str,
) -> int:
    """Log the registry event *event*, and say whether it took effect."""
    signatory = find_signatory(ledger.find_owner, *signing)
    (subject,) = [i.id for i in event.items if i.relation == ACTOR_RELATION]
    log_index = ledger.append(event, signatory)
    screen.line(said, f": entry {log_index}")
    registry = ledger.registry_after(log_index, subject)
    is_done = None if registry is None else has_effect(registry)
    if is_done is None:
        screen.line(
            f"it is logged; whether it is in effect yet, {PROGRAM} actor list"
            f" {subject} tells when the node has shown that entry"
        )
    elif not is_done:
        screen.line(
            f"not in effect yet: {ledger.trust.threshold} authorities must say"
            " so, each with this command and its own key"
        )
    return screen.result(
        "actor-change",
        0,
        {
            "actor": subject,
            "act": event.body["type"],
            "log_index": log_index,
            "signed_by": signatory.issuer,
            "in_effect": is_done,
            **members,
        },
    )


def _find_key(ledger: WritableLedger, actor_id: str, start: str) -> Hash:
    return _find(
        lambda: ledger.actor(actor_id).keys, start, f"key of {actor_id}"
    )


def _find(known: Callable[[], Iterable[Hash]], start: str, what: str) -> Hash:
    """Return the one id that starts like this; of a whole one nobody is asked.

    A stolen key can so be revoked while a node cannot prove what it knows.
    """
    if _WHOLE_ID.fullmatch(start):
        return Hash(bytes.fromhex(start))
    found = [i for i in known() if i.hex().startswith(start.lower())]
    if len(start) < _MIN_SHORT or len(found) != 1:
        raise NotFoundError(
            f"{start!r} names {len(found)} {what}, not one: give the id as"
            f" `{PROGRAM} actor list` shows it, {_MIN_SHORT} digits at least"
        )
    return found[0]


def _print_actor(screen: Screen, known: Actor) -> None:
    """Print *known* with its keys and grants, those that ended too."""
    kind = "  authority" if known.is_authority else ""
    screen.line((known.id, "strong"), "  ", known.name, kind)
    for key_id, held_key in known.keys.items():
        screen.line(f"  key    {key_id.hex()[:SHORT]}  ", span_of(held_key))
    for held in known.grants.values():
        ended = (
            "" if held.revoked is None else f", revoked by entry {held.revoked}"
        )
        screen.line(
            f"  grant  {held.id.hex()[:SHORT]}  ",
            held.grant.role,
            *limits_of(held.grant),
            f"  {since_entry(held.added)}{ended}",
        )
