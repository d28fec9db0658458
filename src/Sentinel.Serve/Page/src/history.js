import { get, path } from './api.js'
import { createStore } from './store.js'

/**
 * What was: of each process the states of the last day and the CPU and memory of the last hour, as `/v1/history` has them,
 * fetched for the rows that are seen, and the present added as it comes. `days` and `hours` map a name to its series.
 */
export const past = createStore({ days: new Map(), hours: new Map(), version: 0 })

const asked = { day: new Map(), hour: new Map() }
const stale = { day: 300_000, hour: 600_000 }
let waiting = new Set()
let timer = null

/** Makes sure that the history of these is there, soon. */
export function want(names) {
  const now = Date.now()
  for (const name of names) {
    if (now - (asked.day.get(name) ?? 0) > stale.day || now - (asked.hour.get(name) ?? 0) > stale.hour) waiting.add(name)
  }
  if (waiting.size && !timer) timer = setTimeout(fetchAll, 60)
}

async function fetchAll() {
  timer = null
  const names = [...waiting].slice(0, 60)
  waiting = new Set([...waiting].slice(60))
  await Promise.all(['day', 'hour'].map(range => fetchRange(range, names)))
  if (waiting.size) timer = setTimeout(fetchAll, 60)
}

async function fetchRange(range, names) {
  const now = Date.now()
  const due = names.filter(name => now - (asked[range].get(name) ?? 0) > stale[range])
  if (!due.length) return
  for (const name of due) asked[range].set(name, now)
  try {
    const answer = await get(path(['history'], { range, names: due.join(',') }))
    const { days, hours, version } = past.get()
    const into = range === 'day' ? days : hours
    for (const process of answer.processes) {
      into.set(process.name, { ...process, stepSeconds: answer.stepSeconds, start: Date.parse(answer.start) })
    }
    past.set({ version: version + 1 })
  } catch {
    // It is asked for again when it is due; the rows are useful without.
    for (const name of due) asked[range].delete(name)
  }
}

/** Adds what the processes use now to their last hour. */
export function record(processes) {
  const { hours, version } = past.get()
  for (const process of processes) {
    const series = hours.get(process.name)
    if (!series) continue
    const step = Math.floor((Date.now() - series.start) / 1000 / series.stepSeconds)
    while (series.cpu.length <= step && step - series.cpu.length < 1000) {
      series.cpu.push(null)
      series.memory.push(null)
    }
    series.cpu[step] = process.cpuPercent
    series.memory[step] = process.memoryBytes
    const more = series.cpu.length - 360
    if (more > 0) {
      series.cpu.splice(0, more)
      series.memory.splice(0, more)
      series.start += more * series.stepSeconds * 1000
    }
  }
  past.set({ version: version + 1 })
}
