import { duration } from './format.js'

/**
 * How a state is shown: a word, a shape and a tone, so that no one of them is needed to tell them apart. Tones: up, busy
 * (on its way), wait, bad, done, off.
 */
const looks = {
  running: ['running', 'disc', 'up'],
  starting: ['starting', 'half', 'busy'],
  stopping: ['stopping', 'half', 'busy'],
  waiting: ['waiting', 'diamond', 'wait'],
  backoff: ['back-off', 'loop', 'wait'],
  sleeping: ['sleeping', 'diamond', 'off'],
  stopped: ['stopped', 'square', 'off'],
  exited: ['exited', 'square', 'off'],
  done: ['done', 'tick', 'done'],
  crashed: ['crashed', 'alert', 'bad'],
  failed: ['failed', 'alert', 'bad'],
  elsewhere: ['elsewhere', 'ring', 'off'],
}

export function look(process) {
  const health = process.health?.status
  if (process.state === 'running' && health === 'unhealthy') return { word: 'unhealthy', shape: 'alert', tone: 'bad' }
  if (process.state === 'running' && health === 'healthy') return { word: 'healthy', shape: 'disc', tone: 'up' }
  const [word, shape, tone] = looks[process.state] ?? [process.state ?? 'not there', 'ring', 'off']
  return { word, shape, tone }
}

export const isUp = process => process.pid !== null && process.state !== 'elsewhere'
export const isBad = process => look(process).tone === 'bad'
export const canStart = process => !isUp(process) && process.state !== 'stopping' && process.state !== 'waiting'
export const canStop = process => ['running', 'starting', 'backoff', 'waiting'].includes(process.state) || process.leftOver?.length > 0

/** What there is to say of it in a line, without what it waits for. */
export function says(process) {
  if (process.health?.status === 'unhealthy') return process.health.why ?? 'its health check fails'
  if (process.state === 'backoff') {
    const wait = process.restartDue ? (Date.parse(process.restartDue) - Date.now()) / 1000 : null
    return lastEnd(process) + (wait > 0 ? `, restarts in ${duration(wait)}` : ', restarts now')
  }
  if (process.leftOver?.length) return `left ${process.leftOver.map(left => `${left.program} (pid ${left.pid})`).join(', ')} running`
  if (['crashed', 'failed', 'exited'].includes(process.state)) return lastEnd(process)
  if (process.lease?.expiresAt && isUp(process)) return `ends in ${duration((Date.parse(process.lease.expiresAt) - Date.now()) / 1000)}`
  if (process.state === 'elsewhere' && process.elsewhere) return 'runs in another PID namespace'
  return ''
}

function lastEnd(process) {
  if (process.lastSignal) return `killed by ${process.lastSignal}`
  if (process.lastExitCode !== null) return `exited with code ${process.lastExitCode}`
  return process.state === 'failed' ? 'gave up' : 'ended'
}

/** The registered process that `name`, as `from` calls it, stands for; of a set the first that is not up. */
export function resolve(processes, name, from) {
  const slash = from?.indexOf('/') ?? -1
  const whole = slash > 0 && !name.includes('/') ? from.slice(0, slash + 1) + name : name
  for (const candidate of [whole, name]) {
    const exact = processes.find(process => process.name === candidate)
    if (exact) return exact
    const members = processes.filter(process => process.name.startsWith(candidate + '-') && /^\d+$/.test(process.name.slice(candidate.length + 1)))
    if (members.length) return members.find(member => !isUp(member)) ?? members[0]
  }
  return null
}

/** "shop/api-2" -> "shop/api", if it is an instance. */
export const setOf = name => name.replace(/-\d+$/, '')

/** Who runs and needs `name`, directly or through others, by the edges of /v1/graph. */
export function dependents(name, graph, processes, follows = () => true) {
  const found = new Set()
  const open = [name, setOf(name)]
  while (open.length) {
    const needed = open.pop()
    for (const edge of graph?.needs ?? []) {
      if (edge.needs !== needed || !edge.until || found.has(edge.process) || !follows(edge)) continue
      found.add(edge.process)
      open.push(edge.process)
    }
  }
  return processes.filter(process => process.name !== name && (found.has(process.name) || found.has(setOf(process.name))) && isUp(process))
}
