"""Consume, transform, produce, exactly once, with Confluent's client, unchanged.

exactly_once.py work ENDPOINT SOURCE TARGET ID     until it is killed, or a transaction fails: then it ends with code 3, to be started again
exactly_once.py drain ENDPOINT TOPIC               committed values of partition 0 to standard output, as far as there are any
exactly_once.py zombie ENDPOINT TOPIC ID           two producers of one transactional id; prints what the older one hears
"""
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition, OFFSET_BEGINNING

TIMEOUT_S = 60
BATCH = 20


def work(endpoint, source, target, name):
    # Clients that look for a lost broker every ten seconds, as they do by default, come back when their session of six is over.
    both = {'bootstrap.servers': endpoint, 'reconnect.backoff.max.ms': 1000, 'log_level': 0}
    producer = Producer({**both, 'transactional.id': name, 'transaction.timeout.ms': 20000})
    consumer = Consumer({**both, 'group.id': name, 'auto.offset.reset': 'earliest', 'enable.auto.commit': False,
                         'isolation.level': 'read_committed', 'session.timeout.ms': 6000})
    producer.init_transactions(TIMEOUT_S)
    consumer.subscribe([source])
    while True:
        messages = [message for message in consumer.consume(BATCH, 1.0) if not message.error()]
        if not messages:
            continue
        producer.begin_transaction()
        for message in messages:
            producer.produce(target, message.value().upper())
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), TIMEOUT_S)
        producer.commit_transaction(TIMEOUT_S)
        print(len(messages), flush=True)


def drain(endpoint, topic):
    consumer = Consumer({'bootstrap.servers': endpoint, 'group.id': 'unused', 'enable.auto.commit': False, 'isolation.level': 'read_committed', 'enable.partition.eof': True})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    while True:
        message = consumer.poll(TIMEOUT_S)
        if message is None or message.error():
            break
        print(message.value().decode())
    consumer.close()


def zombie(endpoint, topic, name):
    def start():
        producer = Producer({'bootstrap.servers': endpoint, 'transactional.id': name})
        producer.init_transactions(TIMEOUT_S)
        return producer

    older = start()
    older.begin_transaction()
    older.produce(topic, b'of the zombie')
    older.flush(TIMEOUT_S)
    newer = start()
    try:
        older.commit_transaction(TIMEOUT_S)
        print('committed')
    except KafkaException as failure:
        print('%s, fatal: %s' % (failure.args[0].name(), failure.args[0].fatal()))
    newer.begin_transaction()
    newer.produce(topic, b'aborted')
    newer.flush(TIMEOUT_S)
    newer.abort_transaction(TIMEOUT_S)
    newer.begin_transaction()
    newer.produce(topic, b'of the successor')
    newer.commit_transaction(TIMEOUT_S)


try:
    {'work': work, 'drain': drain, 'zombie': zombie}[sys.argv[1]](*sys.argv[2:])
except KafkaException as failed:
    print(failed, file=sys.stderr)
    sys.exit(3)
