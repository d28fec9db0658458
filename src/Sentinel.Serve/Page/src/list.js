import { isBad, isUp, look, says } from './state.js'

/** The order and the choice of rows: pure, so that a thousand processes are as easy as ten. */

const text = process => [process.name, look(process).word, process.command, process.group ?? '', says(process), ...process.ports.map(port => ':' + port.port)].join('\n').toLowerCase()

/** Words that all have to be there; `!word` must not, `state:word` is the state's own. */
export function matches(process, filter) {
  return filter.toLowerCase().split(/\s+/).filter(Boolean).every(word => {
    const not = word.startsWith('!')
    const wanted = not ? word.slice(1) : word
    const found = wanted.startsWith('state:') ? look(process).word.startsWith(wanted.slice(6)) || process.state.startsWith(wanted.slice(6)) : text(process).includes(wanted)
    return !wanted || found !== not
  })
}

const tones = ['bad', 'wait', 'busy', 'up', 'done', 'off']
const columns = {
  state: process => tones.indexOf(look(process).tone),
  name: process => process.name,
  restarts: process => -process.restarts,
  cpu: process => -(process.cpuPercent ?? -1),
  memory: process => -(process.memoryBytes ?? -1),
  uptime: process => process.uptimeSeconds ?? Infinity,
}

/**
 * The rows of the list: {group, processes} for a heading, {process} for a process. Sorted by a column they have no headings;
 * `sort` is such as "cpu" or "-cpu", the other way round.
 */
export function rowsOf(processes, filter, sort) {
  const shown = filter ? processes.filter(process => matches(process, filter)) : processes
  const by = columns[sort?.replace('-', '')]
  if (by) {
    const sorted = [...shown].sort((a, b) => compare(by(a), by(b)) || compare(a.name, b.name))
    if (sort.startsWith('-')) sorted.reverse()
    return sorted.map(process => ({ process }))
  }
  const groups = new Map()
  for (const process of shown) {
    if (!groups.has(process.group)) groups.set(process.group, [])
    groups.get(process.group).push(process)
  }
  if (groups.size <= 1 && groups.has(null)) return shown.map(process => ({ process }))
  return [...groups].sort(([a], [b]) => (a === null) - (b === null) || compare(a, b))
    .flatMap(([group, members]) => [{ group, processes: members }, ...members.map(process => ({ process }))])
}

const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0

/** What of them is up, bad and waits, and what they use. */
export function totals(processes) {
  const sum = { all: processes.length, up: 0, bad: 0, waiting: 0, cpu: 0, memory: 0 }
  for (const process of processes) {
    if (isUp(process)) sum.up++
    if (isBad(process)) sum.bad++
    if (look(process).tone === 'wait') sum.waiting++
    sum.cpu += process.cpuPercent ?? 0
    sum.memory += process.memoryBytes ?? 0
  }
  return sum
}
