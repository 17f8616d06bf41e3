"""Every message that kafka-python knows, in every version, with random content: one line of JSON each.

    golden_messages.py SEED SAMPLES
"""
import importlib
import json
import pkgutil
import random
import sys

import kafka.protocol
from kafka.protocol.api import Request, Response
from kafka.protocol.types import Array, Boolean, Bytes, Int8, Int16, Int32, Int64, Schema, String

BITS = {Int8: 8, Int16: 16, Int32: 32, Int64: 64}


def messages():
    found = {}
    for module in pkgutil.iter_modules(kafka.protocol.__path__):
        for value in vars(importlib.import_module("kafka.protocol." + module.name)).values():
            if isinstance(value, type) and issubclass(value, (Request, Response)) and isinstance(getattr(value, "API_KEY", None), int):
                kind = "Request" if issubclass(value, Request) else "Response"
                found[(value.API_KEY, kind, value.API_VERSION)] = value
    return found


def make(kind, chance):
    """A value for the codec, and the same value to be told."""
    if isinstance(kind, Schema):
        pairs = [(name, make(field, chance)) for name, field in zip(kind.names, kind.fields)]
        return tuple(value for _, (value, _) in pairs), {name: told for name, (_, told) in pairs}
    if isinstance(kind, Array):
        pairs = [make(kind.array_of, chance) for _ in range(chance.randrange(4))]
        return [value for value, _ in pairs], [told for _, told in pairs]
    if kind is String or isinstance(kind, String):
        text = "".join(chance.choice("abcäöü") for _ in range(chance.randrange(12)))
        return text, text
    if kind is Boolean or isinstance(kind, Boolean):
        value = chance.random() < 0.5
        return value, value
    if kind is Bytes or isinstance(kind, Bytes):
        value = chance.randbytes(chance.randrange(20))
        return value, value.hex()
    bits = BITS[kind if isinstance(kind, type) else type(kind)]
    value = chance.randrange(-(1 << bits - 1), 1 << bits - 1)
    return value, value


def main():
    chance = random.Random(int(sys.argv[1]))
    for (key, kind, version), message in sorted(messages().items()):
        for _ in range(int(sys.argv[2])):
            values, told = make(message.SCHEMA, chance)
            try:
                encoded = message.SCHEMA.encode(values).hex()
            except TypeError:  # A description in the library that it cannot use itself.
                continue
            print(json.dumps({"api": key, "kind": kind, "version": version, "bytes": encoded, "fields": told}))


main()
