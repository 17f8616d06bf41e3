"""Connects over TLS with a certificate, and says what that is worth: kazoo_tls.py ADDRESS CA SUBJECT CERTIFICATE KEY OTHER_CERTIFICATE OTHER_KEY. Prints one word a line."""
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from kazoo.security import make_acl

address, ca, subject, certificate, key, other_certificate, other_key = sys.argv[1:]


def client(certificate, key):
    made = KazooClient(hosts=address, use_ssl=True, ca=ca, certfile=certificate, keyfile=key)
    made.start(30)
    return made


owner = client(certificate, key)
owner.create("/tls", b"mine", acl=[make_acl("x509", subject, all=True)])
print(owner.get("/tls")[0].decode())

stranger = client(other_certificate, other_key)
try:
    stranger.get("/tls")
except NoAuthError:
    print("NoAuth")
owner.stop()
stranger.stop()
