import { html, useEffect, useState } from './html.js'
import { get, path } from './api.js'
import { Pending, useFetched } from './fetched.js'
import { bytes, duration } from './format.js'

const states = { R: 'runs', S: 'sleeps', D: 'waits for a device', Z: 'ended, not reaped', T: 'stopped', I: 'idle' }

/** Every live process of it, children below their parents. */
export function Tree({ process }) {
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) setTurn(n => n + 1) }, 3000)
    return () => clearInterval(timer)
  }, [])
  const { value, error } = useFetched(() => get(path(['processes', process.name, 'tree'])), [process.name, process.pid, turn])
  if (!value) return html`<${Pending} error=${error} />`
  if (!value.processes.length) return html`<div class="empty"><p>Nothing of it runs.</p></div>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Processes"><table class="plain-table tree"><thead><tr><th class="num">PID</th><th>Command</th><th>State</th><th class="num">CPU time</th><th class="num">Memory</th><th class="num">Threads</th></tr></thead>
    <tbody>${ordered(value.processes).map(([one, depth]) => html`<tr key=${one.pid}>
      <td class="num">${one.pid}</td><td class="mono">${depth > 0 && html`<span class="quiet">${' '.repeat(depth * 2 - 2)}└ </span>`}${one.command}</td><td>${states[one.state] ?? one.state}</td>
      <td class="num">${duration(one.cpuSeconds)}</td><td class="num">${bytes(one.memoryBytes)}</td><td class="num">${one.threads}</td></tr>`)}</tbody></table></div>`
}

function ordered(processes) {
  const pids = new Set(processes.map(one => one.pid))
  const below = parent => processes.filter(one => parent === null ? !pids.has(one.parent) : one.parent === parent)
  const walk = (parent, depth) => below(parent).flatMap(one => [[one, depth], ...walk(one.pid, depth + 1)])
  return walk(null, 0)
}
