"""Carries out operations on a real ZooKeeper server with kazoo, and says what it answered.

usage: zookeeper_driver.py HOST:PORT SESSION_TIMEOUT_MS

Standard input has one operation per line as JSON, standard output one reply per line. Requests are made here and only sent by kazoo: its own methods check and
change what they are given, and this is about the server. A reply has "error", "zxid", what the operation yields, and under "events" the watch events that have
reached each connection since the reply before, in their order.
"""

import base64
import json
import struct
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import EXCEPTIONS, ZookeeperError
from kazoo.protocol import connection as kazoo_connection
from kazoo.protocol.serialization import Watch, read_acl, read_string

ERRORS = {
    0: "Ok", -1: "SystemError", -2: "RuntimeInconsistency", -5: "MarshallingError", -6: "Unimplemented", -8: "BadArguments", -101: "NoNode", -102: "NoAuth",
    -103: "BadVersion", -108: "NoChildrenForEphemerals", -110: "NodeExists", -111: "NotEmpty", -112: "SessionExpired", -114: "InvalidAcl", -115: "AuthFailed",
    -119: "NotReadOnly", -121: "NoWatcher", -125: "QuotaExceeded",
}
EVENTS = {1: "created", 2: "deleted", 3: "data_changed", 4: "children_changed"}
STAT = struct.Struct("!qqqqiiiqiiq")
STAT_FIELDS = ("czxid", "mzxid", "ctime", "mtime", "version", "cversion", "aversion", "ephemeral_owner", "data_length", "num_children", "pzxid")
MODES = {
    "persistent": (0, 15), "ephemeral": (1, 15), "persistent_sequential": (2, 15), "ephemeral_sequential": (3, 15), "container": (4, 19), "ttl": (5, 21),
    "ttl_sequential": (6, 21),
}
ANSWER_LIMIT = 60


class QuotaExceeded(ZookeeperError):
    """A code that this version of kazoo does not know, and would drop the connection at."""

    code = -125


EXCEPTIONS[-125] = QuotaExceeded


def text(value):
    if value is None:
        return struct.pack("!i", -1)
    data = value.encode("utf-8", "surrogatepass")
    return struct.pack("!i", len(data)) + data


def buffer(base64_text):
    if base64_text is None:
        return struct.pack("!i", -1)
    data = base64.b64decode(base64_text)
    return struct.pack("!i", len(data)) + data


def acl(entries):
    out = struct.pack("!i", len(entries))
    for entry in entries:
        scheme, rest = entry.split(":", 1)
        identity, letters = rest.rsplit(":", 1)
        perms = sum(1 << "rwcda".index(letter) for letter in letters)
        out += struct.pack("!i", perms) + text(scheme) + text(identity)
    return out


def integer(value):
    return struct.pack("!i", value)


def take_int(data, at):
    return struct.unpack_from("!i", data, at)[0], at + 4


def take_stat(data, at):
    return dict(zip(STAT_FIELDS, STAT.unpack_from(data, at))), at + STAT.size


def take_names(data, at):
    count, at = take_int(data, at)
    names = []
    for _ in range(count):
        name, at = read_string(data, at)
        names.append(name)
    return names, at


def nothing(data, at):
    return {}


def path_and_stat(data, at):
    path, at = read_string(data, at)
    stat, at = take_stat(data, at)
    return {"path": path, "stat": stat}


def only_stat(data, at):
    return {"stat": take_stat(data, at)[0]}


def data_and_stat(data, at):
    length, at = take_int(data, at)
    value = None if length < 0 else base64.b64encode(data[at:at + length]).decode()
    return {"data": value, "stat": take_stat(data, at + max(length, 0))[0]}


def children_and_stat(data, at):
    names, at = take_names(data, at)
    return {"children": sorted(names), "stat": take_stat(data, at)[0]}


def acl_and_stat(data, at):
    count, at = take_int(data, at)
    entries = []
    for _ in range(count):
        entry, at = read_acl(data, at)
        letters = "".join(letter for letter in "cdrwa" if entry.perms & (1 << "rwcda".index(letter)))
        entries.append("%s:%s:%s" % (entry.id.scheme, entry.id.id, letters))
    return {"acl": entries, "stat": take_stat(data, at)[0]}


def sorted_names(data, at):
    return {"children": sorted(take_names(data, at)[0])}


def number(data, at):
    return {"count": take_int(data, at)[0]}


def multi_results(data, at):
    results = []
    while True:
        kind, done, code = struct.unpack_from("!iBi", data, at)
        at += 9
        if done:
            break
        result = {"error": "Ok"}
        if kind == -1:
            code, at = take_int(data, at)
            result["error"] = ERRORS[code]
        elif kind in (1, 15):
            result["path"], at = read_string(data, at)
            if kind == 15:
                result["stat"], at = take_stat(data, at)
        elif kind == 5:
            result["stat"], at = take_stat(data, at)
        results.append(result)
    failed = [result["error"] for result in results if result["error"] not in ("Ok", "RuntimeInconsistency")]
    return {"error": failed[0] if failed else "Ok", "results": results}


class Request:
    """A request as kazoo's connection wants it. It keeps the reply and its header, which kazoo does not hand out."""

    def __init__(self, kind, body, read=nothing):
        self.type = kind
        self.header = None
        self.reply = {}
        self._body = body
        self._read = read

    def serialize(self):
        return self._body

    def deserialize(self, data, at):
        self.reply = self._read(data, at)
        return []  # What kazoo expects of a transaction; nobody looks at it.


def create(op):
    mode, kind = MODES[op.get("mode", "persistent")]
    body = text(op["path"]) + buffer(op.get("data")) + acl(op.get("acl", ["world:anyone:cdrwa"])) + integer(mode)
    if kind == 21:
        body += struct.pack("!q", op.get("ttl", 0))
    return Request(kind, body, path_and_stat)


def path_and_version(op):
    return text(op["path"]) + integer(op.get("version", -1))


def path_and_watch(op):
    return text(op["path"]) + (b"\1" if op.get("watch") else b"\0")


def multi(op):
    body = b""
    for part in op["ops"]:
        request = REQUESTS[part["kind"]](part)
        body += struct.pack("!iBi", request.type, 0, -1) + request.serialize()
    return Request(14, body + struct.pack("!iBi", -1, 1, -1), multi_results)


REQUESTS = {
    "create": create,
    "delete": lambda op: Request(2, path_and_version(op)),
    "exists": lambda op: Request(3, path_and_watch(op), only_stat),
    "get": lambda op: Request(4, path_and_watch(op), data_and_stat),
    "set": lambda op: Request(5, text(op["path"]) + buffer(op.get("data")) + integer(op.get("version", -1)), only_stat),
    "get_acl": lambda op: Request(6, text(op["path"]), acl_and_stat),
    "set_acl": lambda op: Request(7, text(op["path"]) + acl(op["acl"]) + integer(op.get("version", -1)), only_stat),
    "children": lambda op: Request(12, path_and_watch(op), children_and_stat),
    "check": lambda op: Request(13, path_and_version(op)),
    "multi": multi,
    "ephemerals": lambda op: Request(103, text(op["path"]), sorted_names),
    "count": lambda op: Request(104, text(op["path"]), number),
    "add_watch": lambda op: Request(106, text(op["path"]) + integer({"persistent": 0, "recursive": 1}[op["mode"]]), nothing),
    "remove_watch": lambda op: Request(18, text(op["path"]) + integer({"children": 1, "data": 2, "any": 3}[op["mode"]]), nothing),
}


class Connection:
    """One client with a session of its own."""

    def __init__(self, hosts, timeout):
        self.events = []
        self.client = KazooClient(hosts=hosts, timeout=timeout)
        self.client.on_watch = self.events.append
        self.client.start(timeout=ANSWER_LIMIT)
        self.may_have_events = False

    @property
    def session(self):
        return self.client.client_id[0]

    def send(self, request):
        result = self.client.handler.async_result()
        self.client._call(request, result)
        try:
            result.get(timeout=ANSWER_LIMIT)
        except ZookeeperError:
            pass  # The header has the code.
        return {"error": ERRORS[request.header.err], "zxid": request.header.zxid, **request.reply}

    def take_events(self):
        if not self.may_have_events:
            return []
        # Whatever has happened so far is told before the answer to this.
        self.send(Request(3, text("/") + b"\0", only_stat))
        events, self.events[:] = list(self.events), []
        return events

    def close(self):
        self.client.stop()
        self.client.close()


def keep_header(original):
    def read(self, header, data, at):
        self.client._pending[0][0].header = header
        return original(self, header, data, at)
    return read


def note_event(self, data, at):
    watch, _ = Watch.deserialize(data, at)
    self.client.on_watch([EVENTS[watch.type], watch.path])


class Driver:
    """Owns the connections, by name."""

    def __init__(self, hosts, timeout):
        self._hosts = hosts
        self._timeout = timeout
        self._connections = {}

    def run(self, op):
        kind, name = op["kind"], op["connection"]
        if kind == "open":
            self._connections[name] = Connection(self._hosts, self._timeout)
            reply = {"error": "Ok", "session": self._connections[name].session}
        elif kind == "close":
            self._connections.pop(name).close()
            reply = {"error": "Ok"}
        elif kind == "auth":
            self._connections[name].client.add_auth("digest", op["user"])
            reply = {"error": "Ok"}
        else:
            connection = self._connections[name]
            connection.may_have_events |= kind == "add_watch" or bool(op.get("watch"))
            reply = connection.send(REQUESTS[kind](op))
        reply["events"] = {name: events for name, connection in self._connections.items() for events in [connection.take_events()] if events}
        return reply

    def close(self):
        for connection in self._connections.values():
            connection.close()


def main():
    kazoo_connection.ConnectionHandler._read_response = keep_header(kazoo_connection.ConnectionHandler._read_response)
    kazoo_connection.ConnectionHandler._read_watch_event = note_event
    driver = Driver(sys.argv[1], int(sys.argv[2]) / 1000)
    try:
        for line in sys.stdin:
            print(json.dumps(driver.run(json.loads(line))), flush=True)
    finally:
        driver.close()


if __name__ == "__main__":
    main()
