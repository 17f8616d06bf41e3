// Lets another implementation of Kafka's messages, @platformatic/kafka, write requests and read responses.
//
//     npm ci --ignore-scripts && node golden_messages.mjs < messages > golden
//
// A message is a line {"api", "kind": "Request" or "Response", "version", "bytes", "fields"}. Of a request the bytes are replaced by what that implementation makes of
// the fields, of a response the fields by what it makes of the bytes. What it does not know is left out. In fields, a number of 64 bits is a string "n:…", bytes "b:…", text "s:…".
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'

const modules = new URL('node_modules/@platformatic/kafka/dist/', import.meta.url)
const { Reader } = await import(new URL('protocol/reader.js', modules))

const apis = new Map()
for (const group of ['admin', 'consumer', 'metadata', 'producer', 'security']) {
  const folder = new URL(`apis/${group}/`, modules)
  for (const file of readdirSync(folder).filter(name => /-v\d+\.js$/.test(name))) {
    const { api, createRequest, parseResponse } = await import(new URL(file, folder))
    apis.set(`${api.key} ${api.version}`, { createRequest, parseResponse })
  }
}

function reviveValue(_, value) {
  if (typeof value !== 'string') {
    return value
  }
  const text = value.slice(2)
  return { n: () => BigInt(text), b: () => Buffer.from(text, 'hex'), s: () => text }[value[0]]()
}

function tellValue(value) {
  if (typeof value === 'bigint') {
    return `n:${value}`
  }
  if (Buffer.isBuffer(value)) {
    return `b:${value.toString('hex')}`
  }
  if (typeof value === 'string') {
    return `s:${value}`
  }
  if (Array.isArray(value)) {
    return value.map(tellValue)
  }
  return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, field]) => [calledBy(name, field), tellValue(field)]).filter(([name]) => name)) : value ?? null
}

// The protocol's name for a field of a response; nothing for one that it has added: the name of an API.
function calledBy(name, value) {
  return name === 'resourcePatternType' ? 'patternType' : name === 'topicId' && !/^[0-9a-f-]{32,36}$/.test(value) ? 'topic' : name === 'name' && !value ? null : name
}

// What that implementation calls otherwise than Kafka does.
const names = {
  entities: ['entity'], hostFilter: ['host'], topics: ['topicNames', 'topicData'], topic: ['name'], name: ['topic'], partitionIndex: ['partition'], partitions: ['partitionData'],
  resourceType: ['resourceTypeFilter'], resourceName: ['resourceNameFilter'], resourcePatternType: ['patternTypeFilter', 'patternType'], principal: ['principalFilter'], host: ['hostFilter'],
  replica: ['replicaId'], coordinatorKeys: ['key'], key: ['coordinatorKeys'], memberEpoch: ['generationIdOrMemberEpoch'], generationId: ['generationIdOrMemberEpoch'],
}

// Requests that it makes of other fields than theirs. So it does Produce, whose records it makes itself.
const remade = new Set([...[...Array(20).keys()].map(version => `0 ${version}`), '13 0', '13 1', '13 2', '24 0', '24 1', '24 2', '24 3'])

// Responses that it does not tell as they are: old versions in the form of the newest, and ApiVersions 3 without the keys.
const reshaped = new Set(['24 0', '24 1', '24 2', '24 3', '10 0', '10 1', '10 2', '10 3', '18 3'])

// The value as the other side sees it, and what it has looked at.
function track(value) {
  if (Array.isArray(value)) {
    const elements = value.map(track)
    return { seen: elements.map(element => element.seen), told: () => elements.map(element => element.told()) }
  }
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) {
    return { seen: value, told: () => tellValue(value) }
  }
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, track(field)]))
  const used = new Set()
  const seen = new Proxy({}, {
    get: (_, name) => {
      const found = name in fields ? name : names[name]?.find(other => other in fields)
      used.add(found)
      return fields[found]?.seen
    }
  })
  return { seen, told: () => Object.fromEntries(Object.entries(fields).filter(([name]) => used.has(name)).map(([name, field]) => [name, field.told()])) }
}

function write(createRequest, message) {
  const [, parameters] = createRequest.toString().match(/\(([^)]*)\)/)
  const [first, ...others] = parameters.split(',').map(parameter => parameter.split('=')[0].trim()).filter(name => name)
  const { seen, told } = track(message)
  const bytes = createRequest(others.length > 0 ? seen[first] : seen[first] ?? seen, ...others.map(name => seen[name])).buffer.toString('hex')
  return { bytes, fields: told() }
}

function read(parseResponse, api, version, bytes) {
  try {
    return parseResponse(0, api, version, Reader.from(bytes))
  } catch (error) {
    if (error.response === undefined) {
      throw error
    }
    return error.response // It has errors in it, as random ones have.
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { api, kind, version, bytes, fields } = JSON.parse(line)
  const known = apis.get(`${api} ${version}`)
  if (!known || (kind === 'Request' ? remade : reshaped).has(`${api} ${version}`)) {
    continue
  }
  try {
    const golden = kind === 'Request'
      ? { api, kind, version, ...write(known.createRequest, JSON.parse(JSON.stringify(fields), reviveValue)) }
      : { api, kind, version, bytes, fields: tellValue(read(known.parseResponse, api, version, Buffer.from(bytes, 'hex'))) }
    console.log(JSON.stringify(golden))
  } catch (error) {
    console.error(`${kind} ${api} v${version}: ${error.stack.split('\n').slice(0, 3).join(' ')}`)
  }
}
