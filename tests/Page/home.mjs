import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const program = process.env.SENTINEL ?? 'sentinel'

/** Runs `sentinel` with these arguments; gives its document if it prints one. A failure is thrown unless `allowed`. */
export async function sentinel(args, { allowed = false } = {}) {
  try {
    const { stdout } = await execute(program, args, { maxBuffer: 1 << 28 })
    return args.includes('--json') && stdout.trim() ? JSON.parse(stdout.trim().split('\n').length > 1 && args[0] === 'events' ? `[${stdout.trim().split('\n').join(',')}]` : stdout) : stdout
  } catch (error) {
    if (allowed) return null
    throw new Error(`sentinel ${args.join(' ')}: ${error.stderr || error.message}`)
  }
}

export const run = (name, ...rest) => sentinel(['run', '--name', name, ...rest])

export const stateOf = async name => (await sentinel(['status', name, '--json'])).processes[0].state

/** Waits until `look` gives something true; fails with `what` when that takes 30 s. */
export async function until(what, look) {
  const end = Date.now() + 30_000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`It did not happen: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

export const daemonPid = async () => (await sentinel(['daemon', 'status', '--json'], { allowed: true }))?.pid ?? null

/** A page of its own, with these options of `sentinel web`: its link, and a way to end it. */
export async function web(...options) {
  const child = spawn(program, ['web', '--listen', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  return { link: value, end: () => new Promise(resolve => { child.on('exit', resolve); child.kill() }) }
}
