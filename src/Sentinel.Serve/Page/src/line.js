import { html, useState } from './html.js'
import { parts } from './ansi.js'
import { clock, moment } from './format.js'
import { Name } from './row.js'

const levels = { error: 'bad', err: 'bad', fatal: 'bad', critical: 'bad', panic: 'bad', warn: 'wait', warning: 'wait', debug: 'off', trace: 'off' }

/** One line of a log: text as text, colours as classes, a line of JSON as its message and fields. */
export function Line({ line, times, name, onField }) {
  if (line.gap) return html`<div class="log-line gap" role="listitem">${line.text}</div>`
  const json = jsonOf(line.text)
  return html`<div class=${'log-line' + (line.stream === 'stderr' ? ' err' : '')} role="listitem">
    ${times && html`<time class="at" datetime=${line.time} title=${line.time ? moment(line.time) : ''}>${line.time ? clock(line.time) : ''}</time>`}
    <span class="stream">${line.stream === 'stderr' ? 'err' : 'out'}</span>
    ${name && html`<span class=${'from from-' + hash(line.process)}><${Name} name=${line.process} /></span>`}
    <span class="text">${json ? html`<${Fields} json=${json} onField=${onField} />` : parts(line.text).map((part, i) => part.class ? html`<span key=${i} class=${part.class}>${part.text}</span>` : part.text)}</span>
  </div>`
}

function Fields({ json, onField }) {
  const [open, setOpen] = useState(false)
  const { message, level, rest } = json
  return html`<span class="json">
    ${level && html`<b class=${'level tone-' + (levels[level.toLowerCase()] ?? 'busy')}>${level}</b> `}${message !== null && html`<span class="message">${message}</span> `}
    ${rest.map(([key, value]) => html`<button key=${key} class="field" title=${`Show only lines with this ${key}`} onClick=${() => onField?.(key, value)}><span class="key">${key}</span>=${text(value)}</button> `)}
    <button class="plain more" aria-expanded=${open} aria-label="The whole line as JSON" onClick=${() => setOpen(!open)}>${open ? '▾' : '▸'}</button>
    ${open && html`<pre>${JSON.stringify(json.all, null, 2)}</pre>`}
  </span>`
}

const text = value => typeof value === 'string' ? value : JSON.stringify(value)

function jsonOf(line) {
  const start = line.trimStart()
  if (start[0] !== '{' || line.length > 20_000) return null
  let all
  try {
    all = JSON.parse(start)
  } catch {
    return null
  }
  const take = names => names.find(name => typeof all[name] === 'string')
  const message = take(['msg', 'message', 'text', '@m', 'RenderedMessage'])
  const level = take(['level', 'severity', 'lvl', 'LogLevel', '@l'])
  const hidden = new Set([message, level, 'time', 'timestamp', 'ts', '@t', 'Timestamp'])
  return { all, message: message ? all[message] : null, level: level ? all[level] : null, rest: Object.entries(all).filter(([key]) => !hidden.has(key)) }
}

function hash(name) {
  let sum = 0
  for (const char of name) sum = (sum * 31 + char.charCodeAt(0)) % 6
  return sum
}

/** A regular expression for lines of JSON that have this field. */
export const fieldPattern = (key, value) => `${escape(JSON.stringify(key))}:\\s*${escape(JSON.stringify(value))}`

const escape = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
