"""Changes, effects, rejects, memberships and promotions as JSON objects, with the same keys wherever they are
written."""

from typing import TYPE_CHECKING, Any

from segdsl.values.instants import instant_text

if TYPE_CHECKING:  # the help of all commands comes by here, and needs none of them
    from segdsl.backends.base import Membership, StoredEffect
    from segdsl.host.promotions import Promotion
    from segdsl.records.outcomes import Because, Change, Effect, Held, Reject


def change_line(change: "Change") -> dict[str, Any]:
    """A change of membership as a JSON object."""
    return {
        "customer": change.customer,
        "segment": change.segment,
        "change": "enters" if change.entered else "leaves",
        "time": instant_text(change.instant),
        **because_keys(change.because),
    }


def effect_line(effect: "Effect") -> dict[str, Any]:
    """An effect as a JSON object. The same id means the same effect; `mark` is there for one that comes late or is
    withdrawn."""
    return {
        "id": effect.id,
        "action": effect.action,
        "customer": effect.customer,
        "time": instant_text(effect.instant),
        "priority": effect.priority,
        "fields": effect.fields,
        **({"mark": effect.mark} if effect.mark else {}),
        **because_keys(effect.because),
    }


def stored_effect_line(stored: "StoredEffect") -> dict[str, Any]:
    """An effect of the outbox, or a dead letter, as a JSON object: the effect, how often it was tried, the instant
    before which it is left alone (null: it can be delivered now), and the last error."""
    return {
        **effect_line(stored.effect),
        "dead": stored.dead,
        "tries": stored.tries,
        "again": instant_text(stored.again) if stored.again and not stored.dead else None,
        "error": stored.error or None,
    }


def held_line(held: "Held") -> dict[str, Any]:
    """An effect that was held back as a JSON object: the effect, and what kept it back."""
    by = [
        {
            "kind": each.kind, "text": each.text, "place": each.place,
            **({"made": each.made, "since": instant_text(each.since)} if each.since is not None else {}),
        }
        for each in held.by
    ]  # fmt: skip
    return {**effect_line(held.effect), "held_by": by}


def reject_line(reject: "Reject") -> dict[str, Any]:
    """An input that was not taken as a JSON object."""
    return {
        "reason": reject.reason, "detail": reject.detail, "line": reject.place, "id": reject.id or None,
        "customer": reject.customer or None, "raw": reject.raw,
    }  # fmt: skip


def membership_line(membership: "Membership") -> dict[str, Any]:
    """A membership of a segment with its reason, as a JSON object."""
    return {"segment": membership.segment, "since": instant_text(membership.since), **because_keys(membership.because)}


def promotion_line(promotion: "Promotion") -> dict[str, Any]:
    """A promotion that a customer has, with its own bounds, as a JSON object; null where it has none."""
    bounds = {"from": promotion.begin, "until": promotion.end}
    told = {key: instant_text(instant) if instant is not None else None for key, instant in bounds.items()}
    return {"promotion": promotion.name, **told, "place": promotion.place}


def because_keys(because: "Because") -> dict[str, Any]:
    """Why, as keys of a JSON object; null where the clock did it, or no rule."""
    return {
        "event": because.cause or None, "rule": because.rule or None, "place": because.place or None,
        "reason": because.reason,
    }  # fmt: skip
