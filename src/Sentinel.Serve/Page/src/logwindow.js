import { get, path } from './api.js'
import { createStore } from './store.js'
import { follow } from './stream.js'

const pageSize = 300
const mostPages = 5

/**
 * The part of a log that is held: a few pages, however large the log. A cursor is a place between two lines, and a page
 * begins at its `before` and ends at its `after` (null: the log begins there). `from` and `to` are where the part lies in
 * the whole, 0 to 1; `anchor` says what stays where it is when the lines change: the end, the start, or what is seen.
 */
export function createWindow(url, followUrl) {
  const log = createStore({ lines: [], from: 0, to: 1, atEnd: true, following: false, loading: true, error: null, anchor: 'end', change: 0 })
  let pages = []
  let ends = null
  let pending = []
  let timer = null
  let turn = 0
  let key = 0

  const page = answer => ({ ...answer, lines: answer.lines.map(line => ({ ...line, key: ++key })) })
  const held = () => pages.reduce((count, one) => count + one.lines.length, 0)

  function show(anchor) {
    const { from = 0 } = pages[0] ?? {}
    const { to = 1, atEnd = true } = pages.at(-1) ?? {}
    log.set({ lines: pages.flatMap(one => one.lines), from, to, atEnd, anchor, change: log.get().change + 1 })
  }

  async function load(query, took, goesOn = () => false) {
    const mine = ++turn
    log.set({ loading: true })
    try {
      const answer = await get(url({ limit: pageSize, ...query }))
      if (mine !== turn) return false
      took(page(answer))
      log.set({ loading: goesOn(), error: null })
      return true
    } catch (error) {
      if (mine === turn) log.set({ loading: false, error })
      return false
    }
  }

  function listen() {
    ends?.()
    log.set({ following: true })
    ends = follow(id => followUrl({ after: id }), {
      id: pages.at(-1)?.after ?? null,
      onEvent(kind, data, id) {
        if (kind === 'line') pending.push({ line: { ...data, key: ++key }, id })
        else if (kind === 'gap') pending.push({ line: { gap: true, text: `${data.missedLines.toLocaleString('en')} lines were written faster than they can be shown; they are in the log`, key: ++key }, id })
        timer ??= setTimeout(flush, 100)
      },
      onEnd(error) {
        if (error?.status >= 400 && error.status < 500) log.set({ error, following: false })
      },
    })
  }

  function flush() {
    timer = null
    for (const { line, id } of pending.splice(0)) {
      let last = pages.at(-1)
      if (!last || last.lines.length >= pageSize) pages.push(last = { lines: [], before: last?.after ?? null, after: last?.after ?? null, from: 1 })
      last.lines.push(line)
      Object.assign(last, { to: 1, atEnd: true })
      if (id) last.after = id
    }
    pages = pages.slice(-mostPages)
    show('end')
  }

  const lacksBefore = () => pages[0].before && held() < pageSize
  const lacksAfter = () => !pages.at(-1).atEnd && held() < pageSize

  // A search answers after a second with what it has found by then: it goes on until there is a page of lines, or nothing is left.
  async function fillBefore() {
    while (lacksBefore()) {
      const took = ({ lines, before, from }) => {
        pages[0] = { ...pages[0], lines: [...lines, ...pages[0].lines], before, from }
        show('end')
      }
      if (!await load({ before: pages[0].before }, took, lacksBefore)) return
    }
  }

  async function fillAfter() {
    while (lacksAfter()) {
      const took = ({ lines, after, to, atEnd }) => {
        const last = pages.pop()
        pages.push({ ...last, lines: [...last.lines, ...lines], after, to, atEnd })
        show('start')
      }
      if (!await load({ after: pages.at(-1).after }, took, lacksAfter)) return
    }
  }

  function pause() {
    ends?.()
    ends = null
    clearTimeout(timer)
    if (timer) flush()
    if (log.get().following) log.set({ following: false })
  }

  return {
    ...log,
    pause,
    /** The end of the log, and with `following` what is written from now on. */
    async end(following = true) {
      pause()
      const done = await load({}, last => {
        pages = [last]
        show('end')
      }, lacksBefore)
      if (done && following) listen()
      if (done) await fillBefore()
    },
    /** The part that begins at this share of the whole. */
    async at(share) {
      pause()
      const done = await load({ at: share }, first => {
        pages = [first]
        show('start')
      }, lacksAfter)
      if (done) await fillAfter()
    },
    async older() {
      if (log.get().loading || !pages[0]?.before) return
      pause()
      await load({ before: pages[0].before }, first => {
        pages = [first, ...pages].slice(0, mostPages)
        show('seen')
      })
    },
    async newer() {
      if (log.get().loading || log.get().atEnd || log.get().following) return
      await load({ after: pages.at(-1).after }, next => {
        pages = [...pages, next].slice(-mostPages)
        show('seen')
      })
    },
  }
}

/** Where the lines of these processes are, and where they are followed; no names: those of all. */
export const urls = (names, query) => [
  more => path(names.length === 1 ? ['processes', names[0], 'logs'] : ['logs'], { ...(names.length > 1 && { names: names.join(',') }), ansi: 1, ...query, ...more }),
  more => path(['logs', 'follow'], { names: names.join(','), ansi: 1, recent: 1, ...query, ...more }),
]
