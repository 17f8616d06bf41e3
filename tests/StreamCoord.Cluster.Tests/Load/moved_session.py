"""A session of kazoo moves from the ZooKeeper of the first argument to that of the second one. Prints what becomes of a write to the third one by the connection that it has left, and what is there then."""

import os
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException

FIRST, SECOND, PATH = sys.argv[1:4]

older = KazooClient(hosts=FIRST, timeout=20)
older.start(30)
older.create(PATH, b"older")
newer = KazooClient(hosts=SECOND, timeout=20, client_id=older.client_id)
newer.start(30)
same = newer.client_id[0] == older.client_id[0]
newer.set(PATH, b"newer")
try:
    older.set(PATH, b"too late")
    outcome = "written"
except KazooException as failure:
    outcome = type(failure).__name__
print(f"{'same' if same else 'another'} session: {outcome}, {newer.get(PATH)[0].decode()}", flush=True)
# Without stop(), which would wait for a session that the other one has.
os._exit(0)
