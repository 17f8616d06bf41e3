"""What every Kafka tutorial begins with; the endpoint is the only argument."""
import sys

from kafka import KafkaConsumer, KafkaProducer

producer = KafkaProducer(bootstrap_servers=sys.argv[1])
for i in range(10): producer.send('topic_name', f'message_{i}'.encode())
producer.flush(); producer.close()

count = 0
for message in KafkaConsumer('topic_name', bootstrap_servers=sys.argv[1], auto_offset_reset='earliest'):
    print(f'offset: {message.offset}, value: {message.value}')
    count += 1
    if count == 10: break
