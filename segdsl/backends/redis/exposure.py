"""Who else could write to a store or read it, and what could be lost: a sentence each, with what to do."""

from segdsl.backends.redis.failures import LostError
from segdsl.backends.redis.wire import Wire
from segdsl.diagnostics.errors import StoreError

ASKED = ("appendonly", "appendfsync", "save", "maxmemory-policy", "maxmemory")


def exposed(wire: Wire) -> list[str]:
    found = _open_to_others(wire)
    config = _config(wire)
    if config is None:
        return found
    found += _lasting(wire, config)
    policy = config.get("maxmemory-policy", "noeviction")
    if policy != "noeviction" and config.get("maxmemory", "0") != "0":
        found.append(
            f"the server of the store {wire.address} may throw away parts of it when its memory is full "
            f"(maxmemory-policy {policy}): set maxmemory-policy noeviction"
        )
    return found


def _open_to_others(wire: Wire) -> list[str]:
    address = wire.address
    found = []
    if address.password is None and not address.local:
        found.append(
            f"whoever reaches the server of the store {address} can read and write it: set a password there "
            "(requirepass, or a user of its own), and give it in the URL or as REDISCLI_AUTH"
        )
    if address.kind == "redis" and not address.local:
        found.append(
            f"what goes to the server of the store {address} and comes from it can be read and changed on the way: use "
            "rediss:// if the network between is not your own"
        )
    return found


def _lasting(wire: Wire, config: dict[str, str]) -> list[str]:
    """What could be lost when the server ends."""
    if config.get("appendonly") == "yes":
        if config.get("appendfsync") == "no":
            return [
                f"what was committed last to the store {wire.address} can be lost when the machine of its server dies "
                "(appendfsync no): set appendfsync everysec, by which it is a second at most, or always"
            ]
        return []
    since = "since it last saved all of it" if config.get("save") else "altogether, as it saves nothing"
    return [
        f"what was committed to the store {wire.address} can be lost when its server ends, {since} (appendonly no): "
        "set appendonly yes, and appendfsync everysec or always"
    ]


def _config(wire: Wire) -> dict[str, str] | None:
    """What the server says of how it is set up; None where it does not let us ask."""
    found: dict[str, str] = {}
    for name in ASKED:
        try:
            (flat,) = wire.checked([("CONFIG", "GET", name)])
        except (LostError, StoreError):
            return None
        pairs = zip(flat[::2], flat[1::2], strict=True)
        found.update({key.decode(): value.decode("utf-8", "replace") for key, value in pairs})
    return found
