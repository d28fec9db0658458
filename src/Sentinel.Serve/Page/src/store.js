import { useEffect, useState } from 'preact/hooks'

/** A value that views follow. `set` takes a part of it and tells everybody. */
export function createStore(initial) {
  let value = initial
  const listeners = new Set()
  return {
    get: () => value,
    set(part) {
      value = { ...value, ...part }
      for (const listener of [...listeners]) listener(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What `select` takes from the store; the view is drawn again when that changes. */
export function useStore(store, select) {
  const [, redraw] = useState(0)
  const picked = select(store.get())
  useEffect(() => {
    let last = picked
    const look = value => {
      const next = select(value)
      if (next !== last) {
        last = next
        redraw(n => n + 1)
      }
    }
    look(store.get())
    return store.subscribe(look)
  })
  return picked
}
