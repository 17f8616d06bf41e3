// Does what kafka_client.py does with the Kafka client of Node.js, unchanged, and has it administer and transact.
//
// kafkajs_client.js produce ENDPOINT TOPIC none|gzip     values on standard input, one a line
// kafkajs_client.js consume ENDPOINT TOPIC COUNT         values to standard output, from the beginning
// kafkajs_client.js join ENDPOINT TOPIC GROUP/COUNT      as a member of a group, until COUNT values came or none for a while; then commits
// kafkajs_client.js administer ENDPOINT TOPIC            creates, looks at and deletes a topic and a group; one line for each answer
// kafkajs_client.js transact ENDPOINT SOURCE TARGET      reads SOURCE and writes TARGET: an aborted transaction, then a committed one
'use strict'

const { AssignerProtocol, CompressionTypes, Kafka, PartitionAssigners, logLevel } = require('kafkajs')
const { randomUUID } = require('crypto')
const { readFileSync } = require('fs')

const IDLE_MS = 8000
const FETCH_MS = 200

// kafkajs' own assigner under the name that other clients have for theirs, so that they can share a group.
const roundRobin = context => ({
  ...PartitionAssigners.roundRobin(context),
  name: 'roundrobin',
  protocol: ({ topics }) => ({ name: 'roundrobin', metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }) }),
})

async function produce(kafka, topic, codec) {
  const lines = readFileSync(0, 'utf8').split('\n').slice(0, -1)
  const producer = kafka.producer({ allowAutoTopicCreation: true })
  await producer.connect()
  await producer.send({ topic, acks: -1, compression: codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None, messages: lines.map(value => ({ key: 'k', value })) })
  await producer.disconnect()
}

// Runs a consumer until it has seen so many messages, or none for a while; returns them and the offsets behind them.
async function read(consumer, topic, count, idleMs) {
  const messages = []
  const offsets = new Map()
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise((resolve, reject) => {
    let idle
    const wait = () => {
      clearTimeout(idle)
      idle = setTimeout(resolve, idleMs)
    }
    consumer.on(consumer.events.CRASH, event => reject(event.payload.error))
    consumer.on(consumer.events.GROUP_JOIN, wait)
    const eachMessage = async ({ partition, message }) => {
      wait()
      if (messages.length < count) {
        messages.push(message)
        offsets.set(partition, { topic, partition, offset: `${BigInt(message.offset) + 1n}` })
      }
      if (messages.length === count) {
        resolve()
      }
    }
    consumer.run({ autoCommit: false, eachMessage }).catch(reject)
  })
  return { messages, offsets: [...offsets.values()] }
}

const print = message => console.log(message.value.toString())

async function consume(kafka, topic, count) {
  const consumer = kafka.consumer({ maxWaitTimeInMs: FETCH_MS, groupId: `reader-${randomUUID()}` })
  const { messages } = await read(consumer, topic, Number(count), 60000)
  messages.forEach(print)
  await consumer.disconnect()
}

async function join(kafka, topic, what) {
  const [groupId, count] = what.split('/')
  const consumer = kafka.consumer({ maxWaitTimeInMs: FETCH_MS, groupId, partitionAssigners: [roundRobin] })
  const { messages, offsets } = await read(consumer, topic, Number(count), IDLE_MS)
  messages.forEach(print)
  await consumer.commitOffsets(offsets)
  await consumer.disconnect()
}

async function administer(kafka, topic) {
  const answer = (name, value) => console.log(`${name}: ${JSON.stringify(value)}`)
  const admin = kafka.admin()
  await admin.connect()
  answer('created', await admin.createTopics({ topics: [{ topic, numPartitions: 3, configEntries: [{ name: 'retention.ms', value: '86400000' }] }] }))
  answer('created again', await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }))
  answer('listed', (await admin.listTopics()).includes(topic))
  const [metadata] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics
  answer('partitions', metadata.partitions.map(one => [one.partitionId, one.leader, one.replicas, one.isr]).sort())
  await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic, configNames: ['retention.ms'] }] })
  answer('retention.ms', resources[0].configEntries.map(entry => entry.configValue))

  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: [0, 1, 2].map(i => ({ value: `${i}`, partition: 1 })) })
  await producer.disconnect()
  answer('offsets', (await admin.fetchTopicOffsets(topic)).map(one => [one.partition, one.low, one.high]).sort())
  const groupId = `${topic}-group`
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: '2' }] })
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
  answer('committed', committed.partitions.filter(one => one.partition === 1).map(one => one.offset))
  const [group] = (await admin.describeGroups([groupId])).groups
  answer('group', [group.errorCode, group.groupId, group.state, group.members])
  answer('groups', (await admin.listGroups()).groups.map(one => one.groupId).includes(groupId))
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '2' }] })
  answer('offsets', (await admin.fetchTopicOffsets(topic)).map(one => [one.partition, one.low, one.high]).sort())
  answer('group deleted', (await admin.deleteGroups([groupId])).map(one => one.errorCode))
  const cluster = await admin.describeCluster()
  answer('brokers', [cluster.brokers.length, cluster.controller === cluster.brokers[0].nodeId])
  await admin.deleteTopics({ topics: [topic] })
  answer('listed', (await admin.listTopics()).includes(topic))
  await admin.disconnect()
}

async function transact(kafka, source, target) {
  const consumerGroupId = `${source}-group`
  const consumer = kafka.consumer({ maxWaitTimeInMs: FETCH_MS, groupId: consumerGroupId, readUncommitted: false })
  const { messages, offsets } = await read(consumer, source, 3, 60000)
  const producer = kafka.producer({ transactionalId: `${source}-id`, maxInFlightRequests: 1, idempotent: true })
  const admin = kafka.admin()
  await Promise.all([producer.connect(), admin.connect()])
  const committed = async () => (await admin.fetchOffsets({ groupId: consumerGroupId, topics: [source] }))[0].partitions.map(one => one.offset)
  for (const end of ['abort', 'commit']) {
    const transaction = await producer.transaction()
    await transaction.send({ topic: target, messages: messages.map(({ value }) => ({ value: `${end} ${value}` })) })
    await transaction.sendOffsets({ consumerGroupId, topics: [{ topic: source, partitions: offsets }] })
    await transaction[end]()
    let seen = await committed()
    // What was committed is seen a moment after the answer, as with Apache Kafka.
    while (end === 'commit' && seen[0] === '-1') {
      seen = await committed()
    }
    console.log(`${end}: ${seen}`)
  }
  await Promise.all([producer.disconnect(), admin.disconnect(), consumer.disconnect()])
}

const [action, endpoint, ...rest] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'kafkajs', brokers: [endpoint], logLevel: logLevel.NOTHING })
const actions = { produce, consume, join, administer, transact }
// What was printed may still wait for the reader, and leaving drops it.
const leave = () => process.stdout.write('', () => process.exit(0))
actions[action](kafka, ...rest).then(leave, failure => {
  console.error(failure)
  process.exit(1)
})
