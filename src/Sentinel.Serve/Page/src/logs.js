import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from './html.js'
import { Icon } from './icon.js'
import { bind } from './keys.js'
import { Line, fieldPattern } from './line.js'
import { live } from './live.js'
import { createWindow, urls } from './logwindow.js'
import { route, setQuery } from './route.js'
import { useStore } from './store.js'

const kept = name => localStorage.getItem('log-' + name) === 'yes'
const keep = (name, on) => localStorage.setItem('log-' + name, on ? 'yes' : 'no')

/** Logs of these processes; none: of all. Filters are applied by the server, and stand in the address. */
export function Logs({ names, title }) {
  const { grep, stream, since } = useStore(route, value => value.query)
  const [times, setTimes] = useState(localStorage.getItem('log-times') !== 'no')
  const [wrap, setWrap] = useState(kept('wrap'))
  const log = useMemo(() => createWindow(...urls(names, { grep, stream, since })), [names.join(','), grep, stream, since])
  useEffect(() => {
    log.end()
    return () => log.pause()
  }, [log])
  const view = useStore(log, value => value)
  const box = useScroll(log, view)
  const toggle = (name, value, set) => () => {
    keep(name, !value)
    set(!value)
  }
  const follow = () => view.following ? log.pause() : log.end()
  useEffect(() => bind({
    f: follow, T: toggle('times', times, setTimes), W: toggle('wrap', wrap, setWrap),
    Home: () => { log.at(0) }, End: () => { log.end() }, G: () => { log.end() },
    PageUp: () => box.current.scrollBy(0, -box.current.clientHeight * .9), PageDown: () => box.current.scrollBy(0, box.current.clientHeight * .9),
  }))
  return html`<section class="logs" aria-label=${title}>
    <${Filters} ...${{ grep, stream, since, view, follow, times, wrap }} onTimes=${toggle('times', times, setTimes)} onWrap=${toggle('wrap', wrap, setWrap)} />
    ${view.error && html`<p class="problem" role="alert">${view.error.message} ${view.error.hint && html`<span>${view.error.hint}</span>`}</p>`}
    <div class="log-area">
      <div class=${'log-box' + (wrap ? ' wrap' : '')} ref=${box} tabindex="0" role="region" aria-label="Lines" aria-busy=${view.loading}>
        ${view.lines.length > 0 && html`<div class="log-lines" role="list">
          ${view.lines.map(line => html`<${Line} key=${line.key} line=${line} times=${times} name=${names.length !== 1} onField=${(key, value) => setQuery({ grep: fieldPattern(key, value) })} />`)}
        </div>`}
        ${!view.lines.length && view.loading && html`<div class="empty quiet"><p>${grep ? `Searching… ${Math.round(100 * (view.to - view.from))} %` : 'Loading…'}</p></div>`}
        ${!view.lines.length && !view.loading && !view.error && html`<div class="empty"><p>${grep || stream || since ? 'No line matches.' : 'Nothing has been written yet.'}</p>${view.following && html`<p class="quiet">New lines appear here as they are written.</p>`}</div>`}
      </div>
      <${Rail} log=${log} view=${view} />
    </div>
    ${!view.following && view.lines.length > 0 && html`<button class="to-end" onClick=${() => log.end()}>Follow the end</button>`}
  </section>`
}

/** Keeps what is seen where it is when lines come, stays at the end while following, and loads more near the edges. */
function useScroll(log, view) {
  const box = useRef(null)
  const seen = useRef(null)
  const own = useRef(0)
  useLayoutEffect(() => {
    const element = box.current
    if (view.anchor === 'end' && (view.following || view.loading || view.atEnd)) element.scrollTop = element.scrollHeight
    else if (view.anchor === 'start') element.scrollTop = 1
    else if (view.anchor === 'seen' && seen.current?.line.isConnected) element.scrollTop += seen.current.line.getBoundingClientRect().top - seen.current.top
    own.current = element.scrollTop
  }, [view.change, log])
  useEffect(() => {
    const element = box.current
    const onScroll = () => {
      const toEnd = element.scrollHeight - element.clientHeight - element.scrollTop
      // Only a person scrolls up; new lines never do.
      if (log.get().following && element.scrollTop < own.current - 2 && toEnd > 20) log.pause()
      own.current = element.scrollTop
      remember()
      if (element.scrollTop < 400) log.older()
      else if (toEnd < 400) log.newer()
    }
    const remember = () => {
      const top = element.getBoundingClientRect().top
      for (const line of element.querySelectorAll('.log-line')) {
        const at = line.getBoundingClientRect()
        if (at.bottom > top) {
          seen.current = { line, top: at.top }
          return
        }
      }
    }
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => element.removeEventListener('scroll', onScroll)
  }, [log])
  return box
}

/** Where the lines that are held lie in the whole log, and a way to any other place of it, also of one of many GB. */
function Rail({ log, view }) {
  const [held, setHeld] = useState(null)
  const value = held ?? (view.atEnd ? 1 : (view.from + view.to) / 2)
  return html`<input class="rail" type="range" min="0" max="1" step="0.0001" value=${value} aria-label="Place in the log" aria-valuetext=${Math.round(value * 100) + ' percent'}
    onInput=${event => setHeld(+event.target.value)}
    onChange=${event => {
      setHeld(null)
      const share = +event.target.value
      share > .999 ? log.end() : log.at(share)
    }} />`
}

function Filters({ grep, stream, since, view, follow, times, wrap, onTimes, onWrap }) {
  const [text, setText] = useState(grep ?? '')
  const timer = useRef(null)
  useEffect(() => { setText(grep ?? '') }, [grep])
  const search = value => {
    setText(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setQuery({ grep: value }), 350)
  }
  return html`<div class="bar">
    <label class="search"><${Icon} shape="search" /><span class="hidden">Search with a regular expression</span>
      <input data-search type="search" placeholder="Search: a regular expression" spellcheck=${false} value=${text} onInput=${event => search(event.target.value)} /></label>
    <div class="segments" role="group" aria-label="Stream">
      ${[['', 'All'], ['stdout', 'out'], ['stderr', 'err']].map(([value, label]) => html`<button key=${label} aria-pressed=${(stream ?? '') === value} onClick=${() => setQuery({ stream: value })}>${label}</button>`)}
    </div>
    <label class="choice"><span class="hidden">Since</span><select value=${since ?? ''} onChange=${event => setQuery({ since: event.target.value })}>
      ${[['', 'Since ever'], ['10m', 'Last 10 minutes'], ['1h', 'Last hour'], ['24h', 'Last day']].map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
    </select></label>
    <div class="segments">
      <button aria-pressed=${times} onClick=${onTimes} title="T">Times</button>
      <button aria-pressed=${wrap} onClick=${onWrap} title="W">Wrap</button>
      <button class="follow" aria-pressed=${view.following} onClick=${follow} title="f">Follow</button>
    </div>
  </div>`
}

/** The view Logs: of all processes, or of those that are chosen. */
export function AllLogs() {
  const processes = useStore(live, value => value.processes)
  const names = useStore(route, value => value.query.names)
  const chosen = names ? names.split(',') : []
  const choose = name => setQuery({ names: (chosen.includes(name) ? chosen.filter(one => one !== name) : [...chosen, name]).join(',') })
  return html`<div class="all-logs">
    <details class="chooser"><summary>${chosen.length ? chosen.join(', ') : 'All processes'}</summary>
      <div class="names">${(processes ?? []).map(process => html`<label key=${process.name}><input type="checkbox" checked=${chosen.includes(process.name)} onChange=${() => choose(process.name)} />${process.name}</label>`)}</div>
    </details>
    <${Logs} names=${chosen} title="Logs of all" />
  </div>`
}
