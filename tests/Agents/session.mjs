// An agent at work, as far as a script can be one: it brings up a project of three services of which each is broken in another way, finds
// out why by what the tools tell, mends it, and asks the whole for an answer. It tells what it did, a line of JSON for each call, and then waits to be killed.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byStreams } from './client.mjs'

const [program, folder] = process.argv.slice(2)
const agent = await byStreams(program, folder)
const file = join(folder, 'sentinel.toml')
const edit = async (from, to) => {
  const before = await readFile(file, 'utf8')
  assert.ok(before.includes(from))
  await writeFile(file, before.replace(from, to))
}
const call = async (name, args) => {
  const answer = await agent.call(name, args)
  console.log(JSON.stringify({ call: name, bytes: answer.bytes, characters: answer.text.length, isError: !!answer.isError }))
  return answer
}
const failed = answer => answer.doc.processes.find(process => process.state === 'crashed') ?? assert.fail(answer.text)

assert.match((await call('status')).doc.next, /up/)

// One after the other, in the order in which they need each other.
let answer = await call('up')
assert.ok(answer.isError)
assert.equal(failed(answer).name, 'shop/db')
assert.match(failed(answer).untrustedOutput.join('\n'), /DB_NAME is not set/)
await edit('# env of db', 'env = { DB_NAME = "shop" }')

answer = await call('up')
assert.equal(failed(answer).name, 'shop/api')
const why = await call('why', { name: 'api' })
assert.match(JSON.stringify(why.doc), /is used by node \(pid \d+\)/)
await edit(/port = "(\d+)"/.exec(await readFile(file, 'utf8'))[0], 'port = "auto"')

answer = await call('up')
assert.equal(failed(answer).name, 'shop/front', answer.text)
assert.match(failed(answer).untrustedOutput?.join('\n') ?? '', /Cannot find module/, answer.text)
await writeFile(join(folder, 'words.mjs'), "export const hello = 'hello'\n")

answer = await call('up')
assert.ok(!answer.isError, answer.text)
assert.ok(answer.doc.ready)
const { url } = answer.doc.processes.find(process => process.name === 'shop/front')
assert.equal(await (await fetch(url)).text(), 'hello from api of shop')
assert.match((await call('logs', { names: ['front', 'api'] })).doc.untrustedOutput.join('\n'), /asked/)
console.log(JSON.stringify({ done: true, tools: JSON.stringify(agent.tools).length }))
