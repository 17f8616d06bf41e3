"""Runs kazoo's recipes, unchanged, at the ZooKeeper of the first argument; says of each case whether it went well, in one line of JSON."""

import datetime
import json
import sys
import threading
import time
import traceback
import uuid

from kazoo.client import KazooClient
from kazoo.exceptions import (
    AuthFailedError, BadVersionError, CancelledError, InvalidACLError, LockTimeout, NoAuthError, NodeExistsError, NoNodeError, NotEmptyError,
    NoChildrenForEphemeralsError, RolledBackError, RuntimeInconsistency)
from kazoo.protocol.states import EventType, KazooState
from kazoo.recipe.barrier import Barrier, DoubleBarrier
from kazoo.recipe.cache import TreeCache, TreeEvent
from kazoo.recipe.lease import MultiNonBlockingLease, NonBlockingLease
from kazoo.recipe.partitioner import SetPartitioner
from kazoo.recipe.watchers import PatientChildrenWatch
from kazoo.security import CREATOR_ALL_ACL, make_acl, make_digest_acl, make_digest_acl_credential

LIMIT = 30
ADDRESS = sys.argv[1]
CASES = []


def case(run):
    CASES.append(run)
    return run


class Bench:
    """The clients and threads of one case, below a path of its own."""

    def __init__(self, name):
        self.path = f"/kazoo/{name}-{uuid.uuid4().hex}"
        self._clients = []

    def client(self, **options):
        client = KazooClient(hosts=ADDRESS, timeout=10, **options)
        client.start(LIMIT)
        self._clients.append(client)
        return client

    def kill(self, client):
        """Its session ends; the client does not ask for that."""
        client.stop()

    def end(self):
        for client in self._clients:
            client.stop()
            client.close()


class Background:
    """A call in a thread of its own."""

    def __init__(self, call):
        self._result = None
        self._error = None
        self._done = threading.Event()

        def run():
            try:
                self._result = call()
            except BaseException as error:  # It belongs to whoever asks for the result.
                self._error = error
            self._done.set()

        threading.Thread(target=run, daemon=True).start()

    @property
    def done(self):
        return self._done.is_set()

    def result(self):
        assert self._done.wait(LIMIT), "the call has not come back"
        if self._error is not None:
            raise self._error
        return self._result


def eventually(condition):
    """Waits for what happens by itself."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "it has not come to that"
        threading.Event().wait(0.005)


def raises(error, call, *arguments, **options):
    try:
        result = call(*arguments, **options)
    except error:
        return
    raise AssertionError(f"{error.__name__} was expected and {result!r} came")


@case
def tutorial(bench):
    zk = KazooClient(hosts=ADDRESS)
    zk.start()
    zk.create('/test_znode', b'test_data', ephemeral=True)
    zk.stop()
    other = bench.client()
    assert other.exists('/test_znode') is None


@case
def basics(bench):
    zk = bench.client()
    zk.ensure_path(bench.path)
    a = f"{bench.path}/a"
    path, stat = zk.create(a, b"one", include_data=True)
    assert path == a and stat.version == 0 and stat.data_length == 3
    raises(NodeExistsError, zk.create, a)
    raises(NoNodeError, zk.create, f"{a}/b/c")
    zk.create(f"{a}/b/c", b"", makepath=True)
    raises(NotEmptyError, zk.delete, a)
    assert zk.set(a, b"two").version == 1
    raises(BadVersionError, zk.set, a, b"three", version=0)
    data, stat = zk.get(a)
    assert data == b"two" and stat.numChildren == 1 and stat.ephemeralOwner == 0
    assert zk.get_children(a) == ["b"]
    children, stat = zk.get_children(a, include_data=True)
    assert children == ["b"] and stat.version == 1
    assert [zk.create(f"{a}/s-", sequence=True)[-10:] for _ in range(3)] == ["0000000001", "0000000002", "0000000003"]
    zk.create(f"{a}/e", ephemeral=True)
    raises(NoChildrenForEphemeralsError, zk.create, f"{a}/e/x")
    assert zk.get(f"{a}/e")[1].ephemeralOwner == zk.client_id[0]
    assert zk.sync(a) == a
    zk.delete(a, recursive=True)
    assert zk.exists(a) is None
    assert [zk.exists_async(bench.path) for _ in range(100)][-1].get(timeout=LIMIT) is not None


@case
def chroot(bench):
    bench.client().ensure_path(f"{bench.path}/root")
    zk = bench.client()
    zk.chroot = f"{bench.path}/root"
    zk.create("/a", b"x")
    assert bench.client().get(f"{bench.path}/root/a")[0] == b"x"


@case
def lock(bench):
    one, other = bench.client(), bench.client()
    first, second = one.Lock(bench.path, "one"), other.Lock(bench.path, "other")
    with first:
        assert not second.acquire(blocking=False)
        raises(LockTimeout, second.acquire, timeout=0.1)
        waiting = Background(second.acquire)
        eventually(lambda: len(second.contenders()) == 2)
        assert second.contenders() == ["one", "other"]
        assert not waiting.done
    assert waiting.result()
    assert second.is_acquired and not first.is_acquired
    waiting = Background(first.acquire)
    eventually(lambda: len(one.get_children(bench.path)) == 2)
    bench.kill(other)
    assert waiting.result()
    first.release()
    waiting = Background(lambda: one.Lock(bench.path, "x").acquire())
    assert waiting.result()


@case
def lock_is_fair(bench):
    order = []
    holder = bench.client().Lock(bench.path)
    holder.acquire()
    waiting = []
    for i in range(5):
        mine = bench.client().Lock(bench.path, str(i))

        def take(mine=mine, i=i):
            with mine:
                order.append(i)

        waiting.append(Background(take))
        eventually(lambda: len(holder.contenders()) == i + 2)
    holder.release()
    for each in waiting:
        each.result()
    assert order == list(range(5)), order


@case
def lock_cancelled(bench):
    one, other = bench.client().Lock(bench.path), bench.client().Lock(bench.path)
    one.acquire()
    waiting = Background(other.acquire)
    eventually(lambda: len(one.contenders()) == 2)
    other.cancel()
    raises(CancelledError, waiting.result)
    eventually(lambda: len(one.contenders()) == 1)


@case
def read_and_write_lock(bench):
    clients = [bench.client() for _ in range(3)]
    reading, also_reading, writing = clients[0].ReadLock(bench.path, "r"), clients[1].ReadLock(bench.path, "r2"), clients[2].WriteLock(bench.path, "w")
    assert reading.acquire(timeout=LIMIT) and also_reading.acquire(timeout=LIMIT)
    waiting = Background(writing.acquire)
    eventually(lambda: len(writing.contenders()) == 3)
    late = bench.client().ReadLock(bench.path, "late")
    assert not late.acquire(blocking=False)
    reading.release()
    assert not waiting.done
    also_reading.release()
    assert waiting.result()
    raises(LockTimeout, reading.acquire, timeout=0.1)
    waiting = Background(late.acquire)
    writing.release()
    assert waiting.result()


@case
def semaphore(bench):
    clients = [bench.client() for _ in range(3)]
    one, two, three = (client.Semaphore(bench.path, str(i), max_leases=2) for i, client in enumerate(clients))
    assert one.acquire() and two.acquire()
    assert not three.acquire(blocking=False)
    assert sorted(three.lease_holders()) == ["0", "1"]
    waiting = Background(three.acquire)
    eventually(lambda: len(clients[0].get_children(f"{bench.path}")) >= 2)
    assert not waiting.done
    bench.kill(clients[0])
    assert waiting.result()
    assert sorted(two.lease_holders()) == ["1", "2"]


@case
def election(bench):
    clients = [bench.client() for _ in range(3)]
    elections = [client.Election(bench.path, str(i)) for i, client in enumerate(clients)]
    led, resign = [], [threading.Event() for _ in clients]

    def lead(i):
        led.append(i)
        assert resign[i].wait(LIMIT)

    running = []
    for i, each in enumerate(elections):
        running.append(Background(lambda each=each, i=i: each.run(lead, i)))
        eventually(lambda: len(elections[0].contenders()) == i + 1)
    assert elections[0].contenders() == ["0", "1", "2"]
    eventually(lambda: led == [0])
    resign[0].set()
    eventually(lambda: led == [0, 1])
    elections[2].cancel()
    running[2].result()
    resign[1].set()
    running[1].result()
    assert led == [0, 1]


@case
def barrier(bench):
    one, other = Barrier(bench.client(), bench.path), Barrier(bench.client(), bench.path)
    assert other.wait(0)
    one.create()
    assert other.wait(0.1) is False
    waiting = Background(lambda: other.wait(LIMIT))
    assert one.remove()
    assert waiting.result()
    assert not one.remove()


@case
def double_barrier(bench):
    barriers = [DoubleBarrier(bench.client(), bench.path, 3, str(i)) for i in range(3)]
    entering = [Background(each.enter) for each in barriers[:2]]
    watcher = bench.client()
    eventually(lambda: watcher.exists(bench.path) is not None and len(watcher.get_children(bench.path)) == 2)
    assert not any(each.done for each in entering)
    barriers[2].enter()
    for each in entering:
        each.result()
    assert all(each.participating for each in barriers)
    leaving = [Background(each.leave) for each in barriers]
    for each in leaving:
        each.result()
    eventually(lambda: not watcher.get_children(bench.path))


@case
def queue(bench):
    one, other = bench.client().Queue(bench.path), bench.client().Queue(bench.path)
    assert one.get() is None
    for value, priority in ((b"c", 100), (b"d", 100), (b"b", 50), (b"a", 10)):
        one.put(value, priority)
    assert len(other) == 4
    assert [other.get() for _ in range(5)] == [b"a", b"b", b"c", b"d", None]
    one.put(b"x")
    one.put(b"y")
    taken = [Background(lambda each=each: each.get()) for each in (one, other)]
    assert sorted(each.result() for each in taken) == [b"x", b"y"]


@case
def locking_queue(bench):
    clients = [bench.client() for _ in range(2)]
    one, other = (client.LockingQueue(bench.path) for client in clients)
    one.put(b"low", 200)
    one.put_all([b"high", b"higher"], 10)
    assert one.get(1) == b"high"
    assert other.get(1) == b"higher"
    assert one.holds_lock() and one.consume() and not one.holds_lock()
    assert other.release()
    assert one.get(1) == b"higher" and one.consume()
    waiting = Background(lambda: other.get(LIMIT))
    assert waiting.result() == b"low"
    late = Background(lambda: one.get(LIMIT))
    bench.kill(clients[1])
    assert late.result() == b"low" and one.consume()
    assert one.get(0.1) is None and len(one) == 0


@case
def counter(bench):
    counters = [bench.client().Counter(bench.path, default=0) for _ in range(3)]

    def count(mine):
        for _ in range(20):
            mine += 1

    running = [Background(lambda mine=mine: count(mine)) for mine in counters]
    for each in running:
        each.result()
    assert counters[0].value == 60, counters[0].value
    counters[0] -= 10
    assert counters[1].value == 50 and counters[0].pre_value == 60
    half = bench.client().Counter(f"{bench.path}-f", default=0.5)
    half += 1.25
    assert half.value == 1.75


@case
def party(bench):
    clients = [bench.client() for _ in range(3)]
    parties = [client.Party(bench.path, f"m{i}") for i, client in enumerate(clients)]
    for each in parties:
        each.join()
    assert sorted(parties[0]) == ["m0", "m1", "m2"] and len(parties[1]) == 3
    parties[0].leave()
    assert sorted(parties[1]) == ["m1", "m2"]
    bench.kill(clients[2])
    eventually(lambda: list(parties[1]) == ["m1"])


@case
def shallow_party(bench):
    clients = [bench.client() for _ in range(2)]
    parties = [client.ShallowParty(bench.path, f"m{i}") for i, client in enumerate(clients)]
    for each in parties:
        each.join()
    assert sorted(parties[0]) == ["m0", "m1"]
    bench.kill(clients[1])
    eventually(lambda: list(parties[0]) == ["m0"])


@case
def set_partitioner(bench):
    things = tuple(range(6))
    clients = [bench.client() for _ in range(3)]
    partitioners = [SetPartitioner(client, bench.path, things, identifier=str(i), time_boundary=0.2) for i, client in enumerate(clients)]

    def settle(active):
        def settled():
            for each in active:
                assert not each.failed
                if each.release:
                    each.release_set()
                elif each.allocating:
                    each.wait_for_acquire(0.05)
            return all(each.acquired for each in active) and sorted(thing for each in active for thing in each) == list(things)

        eventually(settled)

    settle(partitioners)
    assert all(len(list(each)) == 2 for each in partitioners)
    partitioners[0].finish()
    settle(partitioners[1:])
    bench.kill(clients[1])
    settle(partitioners[2:])


@case
def data_watch(bench):
    zk, writer = bench.client(), bench.client()
    seen = []

    @zk.DataWatch(bench.path)
    def changed(data, stat, event):
        seen.append((data, stat and stat.version, event and event.type))

    assert seen == [(None, None, None)]
    writer.create(bench.path, b"1", makepath=True)
    eventually(lambda: seen[-1] == (b"1", 0, EventType.CREATED))
    writer.set(bench.path, b"2")
    eventually(lambda: seen[-1] == (b"2", 1, EventType.CHANGED))
    writer.delete(bench.path)
    eventually(lambda: seen[-1] == (None, None, EventType.DELETED))
    writer.create(bench.path, b"again")
    eventually(lambda: seen[-1] == (b"again", 0, EventType.CREATED))
    assert len(seen) == 5


@case
def children_watch(bench):
    zk, writer = bench.client(), bench.client()
    writer.ensure_path(bench.path)
    seen = []

    @zk.ChildrenWatch(bench.path)
    def changed(children):
        seen.append(sorted(children))
        return len(seen) < 4

    writer.create(f"{bench.path}/a")
    eventually(lambda: seen[-1] == ["a"])
    writer.create(f"{bench.path}/b", ephemeral=True)
    eventually(lambda: seen[-1] == ["a", "b"])
    bench.kill(writer)
    eventually(lambda: seen[-1] == ["a"])
    zk.create(f"{bench.path}/c")
    zk.sync(bench.path)
    assert seen == [[], ["a"], ["a", "b"], ["a"]], seen


@case
def patient_children_watch(bench):
    zk = bench.client()
    zk.ensure_path(bench.path)
    result = PatientChildrenWatch(zk, bench.path, time_boundary=0.2).start()
    zk.create(f"{bench.path}/a")
    children, changed = result.get(timeout=LIMIT)
    assert children == ["a"]
    zk.create(f"{bench.path}/b")
    assert changed.get(timeout=LIMIT) is not None


@case
def tree_cache(bench):
    zk, writer = bench.client(), bench.client()
    writer.ensure_path(f"{bench.path}/a/b")
    writer.set(f"{bench.path}/a", b"x")
    events = []
    cache = TreeCache(zk, bench.path)
    cache.listen(lambda event: events.append((event.event_type, event.event_data and event.event_data.path[len(bench.path):])))
    cache.start()
    eventually(lambda: (TreeEvent.INITIALIZED, None) in events)
    assert cache.get_data(f"{bench.path}/a").data == b"x" and set(cache.get_children(f"{bench.path}/a")) == {"b"}
    writer.set(f"{bench.path}/a", b"y")
    eventually(lambda: (TreeEvent.NODE_UPDATED, "/a") in events and cache.get_data(f"{bench.path}/a").data == b"y")
    writer.create(f"{bench.path}/a/b/c", b"z")
    eventually(lambda: (TreeEvent.NODE_ADDED, "/a/b/c") in events)
    writer.delete(f"{bench.path}/a", recursive=True)
    eventually(lambda: (TreeEvent.NODE_REMOVED, "/a") in events and cache.get_data(f"{bench.path}/a", "none") == "none")
    cache.close()


@case
def non_blocking_lease(bench):
    one, other = bench.client(), bench.client()
    hour = datetime.timedelta(hours=1)
    assert NonBlockingLease(one, bench.path, hour, identifier="one")
    assert not NonBlockingLease(other, bench.path, hour, identifier="other")
    assert NonBlockingLease(one, bench.path, hour, identifier="one")
    later = lambda: datetime.datetime.utcnow() + 2 * hour
    assert NonBlockingLease(other, bench.path, hour, identifier="other", utcnow=later)


@case
def multi_non_blocking_lease(bench):
    hour = datetime.timedelta(hours=1)
    held = [bool(MultiNonBlockingLease(bench.client(), 2, bench.path, hour, identifier=str(i))) for i in range(3)]
    assert held == [True, True, False], held


@case
def transactions(bench):
    zk = bench.client()
    zk.ensure_path(bench.path)
    a, b = f"{bench.path}/a", f"{bench.path}/b"
    made = zk.transaction()
    made.create(a, b"1")
    made.check(a, 0)
    made.set_data(a, b"2")
    made.create(f"{a}/s-", sequence=True)
    made.create(b, ephemeral=True)
    made.delete(b)
    results = made.commit()
    assert results[0] == a and results[1] is True and results[2].version == 1 and results[3] == f"{a}/s-0000000000" and results[4] == b and results[5] is True, results
    failing = zk.transaction()
    failing.create(b)
    failing.check(a, 99)
    failing.delete(a)
    results = failing.commit()
    assert [type(result) for result in results] == [RolledBackError, BadVersionError, RuntimeInconsistency], results
    assert zk.exists(b) is None
    with zk.transaction() as managed:
        managed.create(b)
    assert zk.exists(b) is not None


@case
def authentication(bench):
    ann = bench.client(auth_data=[("digest", "ann:secret")])
    ann.ensure_path(bench.path)
    secret = f"{bench.path}/secret"
    ann.create(secret, b"x", acl=[make_digest_acl("ann", "secret", all=True)])
    ann.create(f"{bench.path}/creator", b"x", acl=CREATOR_ALL_ACL)
    stranger = bench.client()
    raises(NoAuthError, stranger.get, secret)
    raises(NoAuthError, stranger.set, secret, b"y")
    raises(InvalidACLError, stranger.create, f"{bench.path}/nobody", b"", acl=CREATOR_ALL_ACL)
    stranger.add_auth("digest", "ann:secret")
    assert stranger.get(secret)[0] == b"x" and stranger.get(f"{bench.path}/creator")[0] == b"x"
    acl, stat = ann.get_acls(secret)
    assert acl[0].id.id == make_digest_acl_credential("ann", "secret") and stat.aversion == 0
    ann.set_acls(secret, [make_acl("world", "anyone", read=True)])
    other = bench.client()
    assert other.get(secret)[0] == b"x"
    raises(NoAuthError, other.set, secret, b"y")
    ann.create(f"{bench.path}/ip", acl=[make_acl("ip", "127.0.0.1", all=True)])
    other.set(f"{bench.path}/ip", b"y")
    raises(AuthFailedError, bench.client().add_auth, "nothing", "x")


@case
def states(bench):
    zk = KazooClient(hosts=ADDRESS, timeout=10)
    seen = []
    zk.add_listener(seen.append)
    zk.start(LIMIT)
    session = zk.client_id
    zk.create(bench.path, ephemeral=True, makepath=True)
    zk._connection._socket.shutdown(2)  # What a cut connection looks like.
    eventually(lambda: seen == [KazooState.CONNECTED, KazooState.SUSPENDED, KazooState.CONNECTED])
    assert zk.client_id == session and zk.get(bench.path)[1].ephemeralOwner == session[0]
    zk.stop()
    assert seen[-1] == KazooState.LOST
    zk.close()
    resumed = bench.client(client_id=None)
    assert resumed.exists(bench.path) is None


@case
def four_letter_words(bench):
    zk = bench.client()
    assert zk.command(b"srvr").startswith("Zookeeper version:")


def main():
    for run in CASES:
        bench = Bench(run.__name__)
        error = None
        begin = time.monotonic()
        try:
            run(bench)
        except BaseException:
            error = traceback.format_exc()
        try:
            bench.end()
        except Exception:
            error = error or traceback.format_exc()
        print(json.dumps({"name": run.__name__, "error": error, "seconds": round(time.monotonic() - begin, 2)}), flush=True)


main()
