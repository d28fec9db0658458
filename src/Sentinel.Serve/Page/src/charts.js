import { html, useEffect, useRef, useState } from './html.js'
import { past, want } from './history.js'
import { useStore } from './store.js'
import { bytes, percent } from './format.js'
import { makePlot } from './plot.js'

const kinds = { up: 'up', down: 'off', failed: 'bad', waiting: 'wait' }
const words = { up: 'up', down: 'down', failed: 'failed', waiting: 'waiting' }

/** The last 24 hours as a strip: high where it was up, low where it was down, marked where it failed. */
export function Strip({ name }) {
  const version = useStore(past, value => value.version)
  const day = past.get().days.get(name)
  if (!day) return html`<svg class="strip" viewBox="0 0 288 16" aria-hidden="true" />`
  const paths = {}
  const states = day.states
  for (let i = 0; i < states.length;) {
    let end = i
    while (end < states.length && states[end] === states[i]) end++
    const kind = kinds[states[i]]
    if (kind) {
      // A failure of five minutes is still to be seen in a strip of 100 pixels.
      const width = kind === 'bad' ? Math.max(end - i, 4) : end - i
      const top = { up: 5, off: 12, bad: 1, wait: 9 }[kind]
      paths[kind] = (paths[kind] ?? '') + `M${i} ${top}h${width}V15h-${width}z`
    }
    i = end
  }
  return html`<svg class="strip" viewBox="0 0 288 16" preserveAspectRatio="none" role="img" aria-label=${inWords(day)} data-version=${version}>
    <title>${inWords(day)}</title>
    ${['up', 'off', 'wait', 'bad'].map(kind => paths[kind] && html`<path key=${kind} class=${'tone-' + kind} d=${paths[kind]} />`)}
  </svg>`
}

function inWords(day) {
  const known = day.states.filter(state => state !== null)
  if (!known.length) return 'Last 24 hours: nothing known'
  const shares = Object.keys(words).map(state => [words[state], known.filter(one => one === state).length / known.length]).filter(([, share]) => share > 0)
  return 'Last 24 hours: ' + shares.map(([word, share]) => `${word} ${share < .01 ? '<1' : Math.round(share * 100)}%`).join(', ')
}

/** A small line of one measure over the last hour, scaled to its own highest value. */
export function Spark({ name, measure }) {
  useStore(past, value => value.version)
  const series = past.get().hours.get(name)?.[measure]
  return html`<svg class="spark" viewBox="0 0 60 16" preserveAspectRatio="none" aria-hidden="true">${series && html`<path d=${line(series)} />`}</svg>`
}

function line(series) {
  const step = Math.max(1, Math.ceil(series.length / 60))
  const points = []
  for (let i = 0; i < series.length; i += step) {
    const known = series.slice(i, i + step).filter(value => value !== null)
    points.push(known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null)
  }
  const top = Math.max(...points.filter(value => value !== null), 0.1) * 1.1
  let path = ''
  let drawing = false
  points.forEach((value, i) => {
    if (value !== null) path += `${drawing ? 'L' : 'M'}${(60 - points.length + i + .5).toFixed(1)} ${(15.5 - 14 * value / top).toFixed(1)}`
    drawing = value !== null
  })
  return path
}

/** The tab Charts of a process: the last hour or day, CPU and memory, and what it was. */
export function Charts({ process }) {
  const [range, setRange] = useState('hour')
  useEffect(() => want([process.name]))
  useStore(past, value => value.version)
  const series = past.get()[range === 'day' ? 'days' : 'hours'].get(process.name)
  return html`<div class="pad charts">
    <div class="segments" role="group" aria-label="Range">
      ${['hour', 'day'].map(one => html`<button key=${one} aria-pressed=${range === one} onClick=${() => setRange(one)}>Last ${one}</button>`)}
    </div>
    ${series
      ? html`<${Plot} key=${'cpu' + range} title="CPU, percent of one core" series=${series} values=${series.cpu} format=${value => percent(value) + '%'} />
        <${Plot} key=${'memory' + range} title="Memory" series=${series} values=${series.memory} format=${bytes} />`
      : html`<p class="quiet">Nothing is known yet; the charts fill while the daemon runs.</p>`}
    <h3>Last 24 hours</h3>
    <div class="wide-strip"><${Strip} name=${process.name} /></div>
    <p class="legend"><span class="tone-up">up</span> <span class="tone-off">down</span> <span class="tone-wait">waiting</span> <span class="tone-bad">failed</span></p>
  </div>`
}

function Plot({ title, series, values, format }) {
  const box = useRef(null)
  const plot = useRef(null)
  const times = values.map((_, i) => series.start / 1000 + i * series.stepSeconds)
  const data = [times, values.map(value => value ?? null)]
  useEffect(() => {
    let observer = null
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const draw = () => {
      plot.current?.destroy()
      plot.current = makePlot(box.current, data, format)
    }
    draw()
    scheme.addEventListener('change', draw)
    observer = new ResizeObserver(([entry]) => plot.current?.setSize({ width: entry.contentRect.width, height: 150 }))
    observer.observe(box.current)
    return () => {
      scheme.removeEventListener('change', draw)
      observer.disconnect()
      plot.current?.destroy()
    }
  }, [])
  useEffect(() => { plot.current?.setData(data) })
  const known = values.filter(value => value !== null && value !== undefined)
  const summary = known.length ? `now ${format(values.at(-1))}, highest ${format(Math.max(...known))}` : 'no values'
  return html`<section class="chart" aria-label=${title}>
    <h3>${title} <span class="quiet">${summary}</span></h3>
    <div class="plot" ref=${box} role="img" aria-label=${`${title}: ${summary}`} />
  </section>`
}
