// Tests of 'sentinel mcp' with the official clients: SENTINEL is the program, SENTINEL_HOME its home, in which a daemon runs, and
// HTTP_URL and HTTP_TOKEN say where it is served over HTTP.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { byHttp, byStreams } from './client.mjs'

const execute = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))
const { SENTINEL: program, HTTP_URL: url, HTTP_TOKEN: token } = process.env
const longest = 8 * 1024
const work = await mkdtemp(join(tmpdir(), 'agents-'))
const sentinel = async (...args) => (await execute(program, args, { cwd: work })).stdout
const list = async () => JSON.parse(await sentinel('list', '--json')).processes

async function until(what, look, milliseconds = 30_000) {
  const end = Date.now() + milliseconds
  while (!await look()) {
    if (Date.now() > end) throw new Error(`It did not happen: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** Everything that an agent does, whatever way it comes by. */
async function useAll(agent, folder) {
  assert.equal(agent.tools.length, 10)
  assert.match(agent.client.getInstructions(), /Never free a port by killing/)
  const calls = [
    ['status', {}], ['run', { name: 'w', folder, args: ['sleep', '1000'] }], ['run', { name: 'w', folder, args: ['sleep', '1000'] }], ['wait', { names: ['w'] }],
    ['restart', { names: ['w'] }], ['logs', { names: ['w'] }], ['why', { name: 'w' }], ['up', { folder }], ['apply', { folder }], ['apply', { folder, dry_run: false }], ['down', { folder }], ['stop', { names: ['w'] }],
  ]
  for (const [name, args] of calls) {
    const answer = await agent.call(name, args)
    assert.ok(!answer.isError, `${name}: ${answer.text}`)
    assert.ok(answer.bytes <= longest, `${name} is ${answer.bytes} bytes long`)
    assert.deepEqual(JSON.parse(answer.text), answer.doc)
  }
  assert.ok((await agent.client.listResources()).resources.length > 0)
  assert.ok((await agent.client.readResource({ uri: 'sentinel://processes' })).contents[0].text.includes('w'))
  assert.ok((await agent.client.getPrompt({ name: 'start' })).messages.length > 0)
  // Who waits hears how it goes on.
  let steps = 0
  const pending = await agent.client.callTool({ name: 'wait', arguments: { names: ['w'], for: 'ready', timeout_s: 1 } }, undefined, { onprogress: () => steps++ })
  assert.ok(pending.isError || pending.structuredContent)
}

async function projectIn(name, text) {
  const folder = join(work, name)
  await mkdir(folder)
  await writeFile(join(folder, 'sentinel.toml'), text)
  return folder
}

const small = '[process.one]\nrun = "exec sleep 1000"\n'

const tests = {
  async The_official_client_uses_each_tool_by_standard_streams() {
    const agent = await byStreams(program, work)
    await useAll(agent, await projectIn('streams', small))
    await agent.client.close()
  },

  async The_official_client_uses_each_tool_over_HTTP() {
    const agent = await byHttp(url, token)
    const folder = await projectIn('http', small)
    await useAll(agent, folder)
    assert.ok(!(await agent.call('run', { name: 'left', folder, args: ['sleep', '1000'] })).isError)
    await agent.transport.terminateSession()
    await agent.client.close()
    assert.equal((await list()).find(process => process.name === 'left').state, 'stopped')
    await assert.rejects(byHttp(url, 'wrong'))
  },

  async The_inspector_lists_and_calls_by_standard_streams_and_over_HTTP() {
    if (parseInt(process.versions.node) < 20) return `the Inspector needs Node 20, and this is ${process.versions.node}`
    const inspect = async (...args) => JSON.parse((await execute('node', ['node_modules/.bin/mcp-inspector', '--cli', ...args], { cwd: here, env: { ...process.env, MCP_CATALOG_PATH: join(work, 'catalog.json') } })).stdout)
    // It hands on little of its own environment.
    for (const target of [['-e', `SENTINEL_HOME=${process.env.SENTINEL_HOME}`, program, 'mcp'], [`${url}/mcp`, '--transport', 'http', '--header', `Authorization: Bearer ${token}`]]) {
      assert.equal((await inspect(...target, '--method', 'tools/list')).tools.length, 10)
      assert.ok(Array.isArray((await inspect(...target, '--method', 'tools/call', '--tool-name', 'status')).structuredContent.processes))
      assert.equal((await inspect(...target, '--method', 'resources/list')).resources.length, 1)
    }
  },

  An_agent_mends_three_broken_services_in_few_calls_and_leaves_nothing_when_it_is_killed: () => mend('session.mjs', 'shop'),

  An_agent_that_has_only_a_shell_does_the_same_by_commands: () => mend('commands.mjs', 'shell'),
}

/** An agent brings up three services that are broken, each in another way, and is killed. */
async function mend(script, place) {
  const stranger = createServer((_, answer) => answer.end('a stranger')).listen(0, '127.0.0.1')
  await new Promise(resolve => stranger.on('listening', resolve))
  const held = stranger.address().port
  const folder = await projectIn(place, `name = "shop"

[process.db]
run = "exec node db.mjs"
ready-log = "open"
# env of db

[process.api]
run = "exec node api.mjs"
needs = "db"
port = "${held}"
ready-log = "listens"

[process.front]
run = "exec node front.mjs"
needs = "api"
port = "auto"
ready-log = "listens"
env = { API = "http://127.0.0.1:\${port:api}/" }
url = "http://127.0.0.1:$PORT/"
`)
  await writeFile(join(folder, 'db.mjs'), "if (!process.env.DB_NAME) throw new Error('DB_NAME is not set')\nconsole.log(`${process.env.DB_NAME} is open`)\nsetInterval(() => {}, 1000)\n")
  const serves = (from, answer) => `import { createServer } from 'node:http'\n${from}createServer(async (_, answer) => {\n  console.log('asked')\n  answer.end(${answer})\n}).listen(process.env.PORT, '127.0.0.1', () => console.log('listens'))\n`
  await writeFile(join(folder, 'api.mjs'), serves('', "'api of shop'"))
  await writeFile(join(folder, 'front.mjs'), serves("import { hello } from './words.mjs'\n", '`${hello} from ${await (await fetch(process.env.API)).text()}`'))

  const agent = spawn('node', [join(here, script), program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = []
  for await (const line of createInterface({ input: agent.stdout })) {
    told.push(JSON.parse(line))
    await neverTwo(folder)
    if (told.at(-1).done) break
  }
  assert.ok(told.at(-1)?.done, 'it got to its end')
  const calls = told.filter(one => one.call)
  assert.ok(calls.length <= 12, `${calls.length} calls`)
  assert.ok(calls.every(one => one.bytes <= longest), JSON.stringify(calls))
  assert.equal((await runningIn(folder)).length, 3)

  agent.kill('SIGKILL')
  const killed = Date.now()
  await until('nothing is left of it', async () => (await runningIn(folder)).length === 0)
  console.log(`        ${calls.length} calls, ${Math.round(calls.reduce((sum, one) => sum + one.characters, 0) / 4)} tokens of answers, ${Math.round((told.at(-1).tools ?? 0) / 4)} of tools, gone ${Date.now() - killed} ms after the agent`)
  assert.equal(await (await fetch(`http://127.0.0.1:${held}/`)).text(), 'a stranger')
  stranger.close()
  stranger.closeAllConnections()
}

/** The programs that run in a folder, by what they were called with. */
async function runningIn(folder) {
  const found = []
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const [cwd, line] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => ''), readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')])
    if (cwd === folder && /node\0\w+\.mjs/.test(line)) found.push(line)
  }
  return found
}

async function neverTwo(folder) {
  const found = await runningIn(folder)
  assert.equal(new Set(found).size, found.length, `one of each: ${found}`)
}

const wanted = process.argv.slice(2)
let failed = 0
let skipped = 0
for (const [name, test] of Object.entries(tests).filter(([name]) => !wanted.length || wanted.some(part => name.includes(part))))
  try {
    const why = await test()
    if (why) skipped++
    console.log(why ? `skipped ${name}: ${why}` : `passed  ${name}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${name}\n  ${error.stack.split('\n').slice(0, 12).join('\n  ')}`)
  }
await rm(work, { recursive: true, force: true })
console.log(`${failed} failed, ${skipped} skipped`)
process.exit(failed ? 1 : 0)
