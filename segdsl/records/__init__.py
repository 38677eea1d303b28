"""What travels: inputs into the engine (events and the host's word), outcomes out of it (changes, effects, rejects).

Tagged msgspec structs, because all of it is stored or sent. Imports only `values`. A new kind of input goes into
`inputs.py` and into the `match` of `engines/reference.py`; the type checker names the other places.
"""
