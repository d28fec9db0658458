// The same as session.mjs does, by commands alone: an agent that has no tools but a shell.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const [program, folder] = process.argv.slice(2)
const file = join(folder, 'sentinel.toml')
const edit = async (from, to) => {
  const before = await readFile(file, 'utf8')
  assert.ok(before.includes(from))
  await writeFile(file, before.replace(from, to))
}
const call = (...args) => new Promise(resolve => execFile(program, args, { cwd: folder }, (error, stdout, stderr) => {
  console.log(JSON.stringify({ call: args[0], bytes: Buffer.byteLength(stdout + stderr), characters: stdout.length + stderr.length, isError: !!error }))
  resolve({ code: error?.code ?? 0, stdout, stderr })
}))
const up = () => call('up', '--session', 'commands', '--until', String(process.pid))

let answer = await up()
assert.equal(answer.code, 1)
assert.match((await call('why', 'db')).stdout, /DB_NAME is not set/)
await edit('# env of db', 'env = { DB_NAME = "shop" }')

answer = await up()
assert.equal(answer.code, 1)
assert.match(answer.stdout + answer.stderr, /is used by node \(pid \d+\)/)
await edit(/port = "(\d+)"/.exec(await readFile(file, 'utf8'))[0], 'port = "auto"')

answer = await up()
assert.equal(answer.code, 1)
assert.match((await call('why', 'front')).stdout, /Cannot find module/)
await writeFile(join(folder, 'words.mjs'), "export const hello = 'hello'\n")

answer = await up()
assert.equal(answer.code, 0, answer.stderr)
const port = (await call('port', 'get', 'front')).stdout.trim()
assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello from api of shop')
assert.match((await call('logs', 'front', '--lines', '5')).stdout, /asked/)
console.log(JSON.stringify({ done: true }))
setInterval(() => {}, 1000)
