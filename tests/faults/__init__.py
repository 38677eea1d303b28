"""What a store does when something breaks: the process is killed, the server or the connection goes away, the disk is
full, two write at once, the clock is set back. Nothing may be lost, and nothing may count twice.

`shop.py` makes rules and events that use all that a store keeps; `whole.py` says what a store holds, so that two can be
compared; `forking.py` runs things in processes of their own, which may be killed; `killing.py` kills them at a chosen
point; `cutting.py` stands between a client and its server and cuts them off.
"""
