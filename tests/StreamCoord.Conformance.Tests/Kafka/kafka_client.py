"""Produces or consumes with a Kafka client of Python, unchanged.

kafka_client.py kafka-python|confluent produce ENDPOINT TOPIC CODEC    values on standard input, one a line
kafka_client.py kafka-python|confluent consume ENDPOINT TOPIC COUNT    values to standard output, by offset
"""
import sys

TIMEOUT_MS = 60000


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


def main(client, action, endpoint, topic, what):
    if client == 'kafka-python':
        (produce_by_kafka_python if action == 'produce' else consume_by_kafka_python)(endpoint, topic, what if action == 'produce' else int(what))
    else:
        (produce_by_confluent if action == 'produce' else consume_by_confluent)(endpoint, topic, what if action == 'produce' else int(what))


main(*sys.argv[1:])
