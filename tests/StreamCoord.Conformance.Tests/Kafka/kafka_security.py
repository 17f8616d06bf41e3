"""A Kafka client of Python, unchanged, that proves who it is.

kafka_security.py kafka-python|confluent produce|consume ENDPOINT TOPIC NAME=VALUE...   one value from standard input, or to standard output; prints the error's name when it is refused
kafka_security.py kafka-python allow|deny|list|forget ENDPOINT TOPIC NAME=VALUE...      access control lists; allow takes user= and operation=

The names are those of librdkafka's configuration: security.protocol, sasl.mechanism, sasl.username, sasl.password, ssl.ca.location, ssl.certificate.location, ssl.key.location.
"""
import sys

TIMEOUT_S = 60


def for_kafka_python(endpoint, settings):
    names = {
        'security.protocol': 'security_protocol', 'sasl.mechanism': 'sasl_mechanism', 'sasl.username': 'sasl_plain_username', 'sasl.password': 'sasl_plain_password',
        'ssl.ca.location': 'ssl_cafile', 'ssl.certificate.location': 'ssl_certfile', 'ssl.key.location': 'ssl_keyfile',
    }
    return dict({names[name]: value for name, value in settings.items() if name in names}, bootstrap_servers=endpoint)


def for_confluent(endpoint, settings):
    return dict({name: value for name, value in settings.items() if '.' in name}, **{'bootstrap.servers': endpoint})


def produce_by_kafka_python(endpoint, topic, settings):
    from kafka import KafkaProducer
    from kafka.errors import KafkaError
    try:
        producer = KafkaProducer(**for_kafka_python(endpoint, settings), retries=0)
        producer.send(topic, sys.stdin.readline().rstrip('\n').encode()).get(TIMEOUT_S)
        producer.close()
    except KafkaError as error:
        print(type(error).__name__)


def consume_by_kafka_python(endpoint, topic, settings):
    from kafka import KafkaConsumer, TopicPartition
    from kafka.errors import KafkaError
    consumer = KafkaConsumer(**for_kafka_python(endpoint, settings), consumer_timeout_ms=TIMEOUT_S * 1000)
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek(TopicPartition(topic, 0), 0)
    try:
        print(next(consumer).value.decode())
    except KafkaError as error:
        print(type(error).__name__)
    consumer.close(autocommit=False)


def produce_by_confluent(endpoint, topic, settings):
    from confluent_kafka import Producer
    outcomes = []
    producer = Producer(dict(for_confluent(endpoint, settings), **{'message.timeout.ms': TIMEOUT_S * 1000}))
    producer.produce(topic, sys.stdin.readline().rstrip('\n').encode(), on_delivery=lambda error, _: outcomes.append(error))
    producer.flush(TIMEOUT_S)
    if outcomes[0]:
        print(outcomes[0].name())


def consume_by_confluent(endpoint, topic, settings):
    from confluent_kafka import Consumer, TopicPartition, OFFSET_BEGINNING
    consumer = Consumer(dict(for_confluent(endpoint, settings), **{'group.id': 'unused', 'enable.auto.commit': False}))
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    message = consumer.poll(TIMEOUT_S)
    print(message.error().name() if message.error() else message.value().decode())
    consumer.close()


def change_lists(action, endpoint, topic, settings):
    from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, KafkaAdminClient, ResourcePattern, ResourcePatternFilter, ResourceType, ACLResourcePatternType
    admin = KafkaAdminClient(**for_kafka_python(endpoint, settings))
    if action in ('allow', 'deny'):
        permission = ACLPermissionType.ALLOW if action == 'allow' else ACLPermissionType.DENY
        created = admin.create_acls([ACL('User:' + settings['user'], '*', ACLOperation[settings['operation']], permission, ResourcePattern(ResourceType.TOPIC, topic))])
        print(len(created['succeeded']), len(created['failed']))
        return
    wanted = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, ResourcePatternFilter(ResourceType.TOPIC, topic, ACLResourcePatternType.LITERAL))
    if action == 'list':
        found, _ = admin.describe_acls(wanted)
        for one in found:
            print(one.principal, one.operation.name, one.permission_type.name)
    else:
        for _, deleted, _ in admin.delete_acls([wanted]):
            print(len(deleted))


def main(client, action, endpoint, topic, *pairs):
    settings = dict(pair.split('=', 1) for pair in pairs)
    if action in ('produce', 'consume'):
        globals()[action + '_by_' + client.replace('-', '_')](endpoint, topic, settings)
    else:
        change_lists(action, endpoint, topic, settings)


main(*sys.argv[1:])
