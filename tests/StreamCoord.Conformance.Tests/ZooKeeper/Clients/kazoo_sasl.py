"""Logs in by DIGEST-MD5, and says what that is worth: kazoo_sasl.py ADDRESS USER PASSWORD WRONG_PASSWORD. Prints one word a line."""
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from kazoo.protocol.states import KeeperState
from kazoo.security import make_acl

address, user, password, wrong = sys.argv[1:]


def client(secret=None):
    options = secret and {"mechanism": "DIGEST-MD5", "username": user, "password": secret}
    made = KazooClient(hosts=address, sasl_options=options or None)
    made.start(30)
    return made


owner = client(password)
owner.create("/sasl", b"mine", acl=[make_acl("sasl", user, all=True)])
print(owner.get("/sasl")[0].decode())

stranger = client()
try:
    stranger.get("/sasl")
except NoAuthError:
    print("NoAuth")

impostor = KazooClient(hosts=address, sasl_options={"mechanism": "DIGEST-MD5", "username": user, "password": wrong})
ended = impostor.handler.event_object()
impostor.add_listener(lambda state: impostor.client_state == KeeperState.AUTH_FAILED and ended.set())
impostor.start_async()
print("AuthFailed" if ended.wait(30) else "still there")
owner.stop()
stranger.stop()
impostor.stop()
