"""A local Wiro: the account of a newcomer, and the server of the tests. A process of its own.

Run it with ``python -m cartoonmix_desktop.sandbox --state DIR``; it speaks the API's wire over HTTP
and WebSocket on loopback, draws its pictures itself, and imports nothing of the program but `core`.
"""
