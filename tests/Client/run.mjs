// Calls every operation of the API with a client that is generated from the document that the server gives out, and checks every
// answer, failures included, against that document. API_URL is where the server listens, and API_TOKEN its token.
import assert from 'node:assert/strict'
import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import SwaggerClient from 'swagger-client'

const { API_URL, API_TOKEN } = process.env
const authorize = request => {
  request.headers.Authorization = `Bearer ${API_TOKEN}`
  return request
}
const url = `${API_URL}/v1/openapi.json`
const document = await (await fetch(url, { headers: { Authorization: `Bearer ${API_TOKEN}` } })).json()
const { valid, errors } = await new Validator().validate(structuredClone(document))
assert.ok(valid, `The document is no OpenAPI 3.1: ${JSON.stringify(errors)}`)

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats(ajv)
ajv.addSchema({ $id: 'api', ...document })
const client = await SwaggerClient({ url, requestInterceptor: authorize })
assert.deepEqual(client.errors, [])

const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, path, method, operation })))
const left = new Set(operations.map(operation => operation.id))
let answers = 0

/** The schema of an answer, as a pointer into the document; null: it is not JSON. */
function schemaOf({ path, method, operation }, status) {
  const key = operation.responses[status] ? status : 'default'
  const content = Object.keys(operation.responses[key].content).find(type => type.endsWith('json'))
  const escaped = [path, method, 'responses', key, 'content', content, 'schema'].map(part => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
  return content ? { $ref: `api#/paths/${escaped.map(encodeURIComponent).join('/')}` } : null
}

/** Calls an operation; its answer has to be of this status, and valid. */
async function call(id, parameters = {}, body, expected = 200) {
  const operation = operations.find(one => one.id === id)
  assert.ok(operation, `There is no operation ${id}`)
  left.delete(id)
  const answer = await client.execute({ operationId: id, parameters, requestBody: body }).catch(error => error.response ?? Promise.reject(error))
  assert.equal(answer.status, expected, `${id}: ${answer.text}`)
  const schema = schemaOf(operation, answer.status)
  assert.ok(schema, `${id} has no schema for ${answer.status}`)
  const check = ajv.compile(schema)
  assert.ok(check(JSON.parse(answer.text)), `${id} ${answer.status}: ${JSON.stringify(check.errors)}\n${answer.text.slice(0, 2000)}`)
  answers++
  return JSON.parse(answer.text)
}

/** As many events of a stream; the data of each has to be as this schema says. */
async function follow(id, query, count, schema) {
  const { path } = operations.find(one => one.id === id)
  left.delete(id)
  const stops = new AbortController()
  const answer = await fetch(`${API_URL}/v1${path}?${new URLSearchParams(query)}`, { headers: { Authorization: `Bearer ${API_TOKEN}` }, signal: stops.signal })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type'), /^text\/event-stream/)
  let text = ''
  const found = () => text.split('\n').filter(line => line.startsWith('data: ') && line.length > 8)
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    text += part
    if (found().length >= count && text.endsWith('\n')) break
  }
  stops.abort()
  answers++
  const check = ajv.compile({ $ref: `api#/components/schemas/${schema}` })
  for (const line of found().slice(0, count)) assert.ok(check(JSON.parse(line.slice('data: '.length))), `${id}: ${line}: ${JSON.stringify(check.errors)}`)
}

// A process by itself.
const none = {}
const name = 'a ü-b?'
assert.equal((await call('post_processes', none, { command: ['sh', '-c', 'echo {}; exec sleep 1000'], name, env: ['A=1', 'API_TOKEN=hidden'], port: ['http'], group: 'client' })).results[0].outcome, 'started')
for (const wait of [undefined, '1']) assert.equal((await call('post_processes_name_restart', { name, wait }, {})).results[0].outcome, 'restarted')
await call('post_processes_name_signal', { name }, { signal: 'CONT' })
await call('patch_processes_name', { name }, { 'stop-timeout': 3, nice: 1 })
for (const parameters of [none, { group: 'client' }, { state: 'running' }, { project: 'none' }]) await Promise.all(['get_processes', 'get_summaries'].map(id => call(id, parameters)))
assert.equal((await call('get_processes_name', { name })).processes[0].state, 'running')
for (const reveal of [undefined, '1']) assert.equal(JSON.stringify(await call('get_processes_name_env', { name, reveal })).includes('hidden'), reveal === '1')
await call('get_processes_name_tree', { name })
await call('get_processes_name_why', { name })
const page = await call('get_processes_name_logs', { name, limit: 1 })
await call('get_processes_name_logs', { name, before: page.before })
await call('get_processes_name_logs', { name, after: page.after, grep: '.', ansi: '1' })
await call('get_processes_name_logs', { name, at: '0.5', since: '1h', stream: 'stdout' })
await call('get_logs', { names: name })
await follow('get_logs_follow', { names: name, after: page.after.replace(/=\d+/g, '=0') }, 1, 'logLine')

// One that fails, and one that is a set.
await call('post_processes', none, { command: 'echo broken >&2; exit 3', name: 'bad' })
await call('get_processes_name_why', { name: 'bad', lines: 3 })
await call('post_processes_name_start', { name: 'bad', wait: '0' }, {}, 202).catch(error => { throw new Error(`202 is not described: ${error.message}`) })
await call('post_processes_name_reset', { name: 'bad' }, {})
await call('post_processes', none, { command: 'exec sleep 1000', name: 'set', instances: 2 })
await call('post_processes_name_scale', { name: 'set' }, { count: 3 })

// A project.
const [project, db] = ['client-check', { project: 'client-check', name: 'db' }]
await call('get_projects')
await call('get_graph')
await call('get_projects_project_graph', { project })
await call('post_projects_project_plan', { project }, {})
await call('post_projects_project_apply', { project }, {})
await call('get_processes_project_name', db)
for (const what of ['why', 'env', 'tree', 'logs']) await call(`get_processes_project_name_${what}`, db)
for (const what of ['restart', 'reset']) await call(`post_processes_project_name_${what}`, db, {})
await call('post_processes_project_name_signal', db, { signal: 'CONT' })
await call('post_processes_project_name_stop', db, { 'with-dependents': true })
await call('post_processes_project_name_start', db, {})
await call('patch_processes_project_name', db, { 'stop-timeout': 3 })
await call('post_processes_project_name_scale', { project, name: 'many' }, { count: 1 })
await call('delete_processes_project_name', { project, name: 'alone' }, {})
await call('post_projects_project_down', { project }, {})
await call('post_projects_project_up', { project }, {})

// The rest.
for (const id of ['get_groups', 'get_ports', 'get_doctor', 'get_health', 'get_history', 'get_openapi_json']) await call(id)
for (const limit of [1, 100]) await call('get_events_recent', { limit })
const recent = await call('get_events_recent', { name })
await follow('get_events', { after: recent.events.at(-1).number - 1 }, 1, 'event')

// What cannot be done is told in the same way everywhere.
for (const { id, path, method, operation } of operations.filter(one => one.path.includes('{name}')))
  if (method === 'get') await call(id, { project: 'no', name: 'such' }, undefined, 404)
  else await call(id, { project: 'no', name: 'such' }, /scale$/.test(path) ? { count: 1 } : /signal$/.test(path) ? { signal: 'CONT' } : method === 'patch' ? { nice: 1 } : {}, 404)
await call('post_processes', none, { command: 'true', name: 'bad', colour: 'blue' }, 400)
await call('get_processes_name_logs', { name, grep: '(' }, undefined, 400)
await call('post_projects_project_up', { project: 'none' }, {}, 404)

await call('post_processes_name_stop', { name }, {})
await call('delete_processes_name', { name }, {})
assert.deepEqual([...left], [], 'operations that were not called')
console.log(`${operations.length} operations, ${answers} answers, all as the document says`)
