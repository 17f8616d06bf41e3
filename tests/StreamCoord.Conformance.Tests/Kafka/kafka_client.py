"""Produces or consumes with a Kafka client of Python, unchanged.

kafka_client.py kafka-python|confluent produce ENDPOINT TOPIC CODEC    values on standard input, one a line
kafka_client.py kafka-python|confluent consume ENDPOINT TOPIC COUNT    values to standard output, by offset
kafka_client.py kafka-python|confluent join ENDPOINT TOPIC GROUP/COUNT  as a member of a group, until COUNT values came or none for a while; then commits
"""
import sys

TIMEOUT_MS = 60000
IDLE_MS = 8000


def produce_by_kafka_python(endpoint, topic, codec):
    from kafka import KafkaProducer
    producer = KafkaProducer(bootstrap_servers=endpoint, compression_type=None if codec == 'none' else codec)
    for line in sys.stdin:
        producer.send(topic, line.rstrip('\n').encode(), key=b'k')
    producer.flush()
    producer.close()


def consume_by_kafka_python(endpoint, topic, count):
    from kafka import KafkaConsumer
    consumer = KafkaConsumer(topic, bootstrap_servers=endpoint, auto_offset_reset='earliest', consumer_timeout_ms=TIMEOUT_MS)
    for _, message in zip(range(count), consumer):
        print(message.value.decode())
    consumer.close()


def produce_by_confluent(endpoint, topic, codec):
    from confluent_kafka import Producer
    failures = []
    producer = Producer({'bootstrap.servers': endpoint, 'compression.type': codec, 'enable.idempotence': True})
    for line in sys.stdin:
        producer.produce(topic, line.rstrip('\n').encode(), b'k', on_delivery=lambda error, _: error and failures.append(error))
        producer.poll(0)
    if producer.flush(TIMEOUT_MS / 1000) or failures:
        sys.exit('not delivered: %s' % failures[:3])


def consume_by_confluent(endpoint, topic, count):
    from confluent_kafka import Consumer, TopicPartition, OFFSET_BEGINNING
    consumer = Consumer({'bootstrap.servers': endpoint, 'group.id': 'unused', 'enable.auto.commit': False})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    for _ in range(count):
        message = consumer.poll(TIMEOUT_MS / 1000)
        if message is None or message.error():
            sys.exit('not received: %s' % (message and message.error()))
        print(message.value().decode())
    consumer.close()


def join_by_kafka_python(endpoint, topic, group, count):
    from kafka import KafkaConsumer
    consumer = KafkaConsumer(topic, bootstrap_servers=endpoint, group_id=group, auto_offset_reset='earliest', enable_auto_commit=False,
                             consumer_timeout_ms=IDLE_MS)
    seen = 0
    for message in consumer:
        print(message.value.decode())
        seen += 1
        if seen == count:
            break
    if seen:
        consumer.commit()
    consumer.close(autocommit=False)


def join_by_confluent(endpoint, topic, group, count):
    from confluent_kafka import Consumer
    consumer = Consumer({'bootstrap.servers': endpoint, 'group.id': group, 'auto.offset.reset': 'earliest', 'enable.auto.commit': False})
    consumer.subscribe([topic])
    seen = 0
    while seen < count:
        message = consumer.poll(IDLE_MS / 1000)
        if message is None:
            break
        if message.error():
            sys.exit('not received: %s' % message.error())
        print(message.value().decode())
        seen += 1
    if seen:
        consumer.commit(asynchronous=False)
    consumer.close()


def main(client, action, endpoint, topic, what):
    by = 'kafka_python' if client == 'kafka-python' else 'confluent'
    if action == 'produce':
        globals()['produce_by_' + by](endpoint, topic, what)
    elif action == 'consume':
        globals()['consume_by_' + by](endpoint, topic, int(what))
    else:
        group, count = what.split('/')
        globals()['join_by_' + by](endpoint, topic, group, int(count))


main(*sys.argv[1:])
