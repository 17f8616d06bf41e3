"""Clients of kazoo that take turns at a lock, at the ZooKeeper of the first argument, below the path of the second one, with the seed of the third one, until standard input ends.

Whoever holds the lock writes: a transaction that checks that its own node of the lock is still there, and creates a node below /writes that is named by the fencing token, which is the czxid of that node of the lock.
Each write and what came of it is printed as a line of JSON. At SIGUSR1 it tells on standard error where each thread is.
"""

import faulthandler
import json
import random
import signal
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, NoNodeError
from kazoo.handlers.threading import KazooTimeoutError

ADDRESS, PATH, SEED = sys.argv[1:4]
HOLDERS = 3
WRITES_MAX = 8
SESSION_SECONDS = 4
ACQUIRE_SECONDS = 10
PAUSE_SECONDS = 0.02
STOP = threading.Event()
PRINTING = threading.Lock()


def report(**line):
    with PRINTING:
        print(json.dumps(line), flush=True)


def connect():
    client = KazooClient(hosts=ADDRESS, timeout=SESSION_SECONDS, connection_retry={"max_tries": -1, "delay": 0.05, "max_delay": 0.5})
    client.start(ACQUIRE_SECONDS)
    return client


class Holder:
    def __init__(self, number, seed):
        self._number = number
        self._random = random.Random(seed)
        self._written = 0
        self._client = None

    def run(self):
        while not STOP.is_set():
            try:
                self._client = self._client or connect()
                self._take_a_turn()
            except (KazooException, KazooTimeoutError) as failure:
                report(failure=type(failure).__name__)
                self._end()
        self._end()

    # Its node of the lock goes with its session, whatever has become of the requests.
    def _end(self):
        if self._client:
            self._client.stop()
            self._client.close()
            self._client = None

    def _take_a_turn(self):
        lock = self._client.Lock(PATH + "/lock", str(self._number))
        if not lock.acquire(timeout=ACQUIRE_SECONDS):
            return
        node = PATH + "/lock/" + lock.node
        stat = self._client.exists(node)
        for _ in range(self._random.randint(1, WRITES_MAX)):
            if stat is None or not self._write(node, stat.czxid):
                break
            time.sleep(self._random.random() * PAUSE_SECONDS)
        lock.release()

    # True unless it was refused. Who does not hear what has become of it goes on: others must have been kept out, or it is.
    def _write(self, node, token):
        self._written += 1
        name = f"{token}-{self._number}-{self._written}"
        transaction = self._client.transaction()
        transaction.check(node, 0)
        transaction.create(f"{PATH}/writes/{name}-", sequence=True)
        began = time.monotonic_ns()
        try:
            results = transaction.commit()
            outcome = "Refused" if isinstance(results[0], NoNodeError) else "Unknown" if isinstance(results[1], Exception) else "Written"
        except (KazooException, KazooTimeoutError):
            outcome = "Unknown"
        report(name=name, outcome=outcome, began=began, ended=time.monotonic_ns())
        return outcome != "Refused"


def prepare():
    while not STOP.is_set():
        try:
            client = connect()
            client.ensure_path(PATH + "/lock")
            client.ensure_path(PATH + "/writes")
            client.stop()
            client.close()
            return
        except (KazooException, KazooTimeoutError) as failure:
            report(failure=type(failure).__name__)


def run_holders():
    prepare()
    holders = [threading.Thread(target=Holder(i, f"{SEED}-{i}").run) for i in range(HOLDERS)]
    for holder in holders:
        holder.start()
    for holder in holders:
        holder.join()


faulthandler.register(signal.SIGUSR1)
working = threading.Thread(target=run_holders)
working.start()
sys.stdin.read()
STOP.set()
working.join()
