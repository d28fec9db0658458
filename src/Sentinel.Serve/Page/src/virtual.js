import { useLayoutEffect, useRef, useState } from './html.js'

/**
 * Which rows of equal height are to be drawn: `first` and `last` (exclusive) of `count`, for a box that scrolls. `show(i)`
 * scrolls as little as is needed to see row i.
 */
export function useRows(count, height, above = 0) {
  const box = useRef(null)
  const [span, setSpan] = useState([0, 40])
  const measure = () => {
    const element = box.current
    if (!element) return
    const first = Math.max(0, Math.floor((element.scrollTop - above) / height) - 8)
    const last = Math.ceil((element.scrollTop - above + element.clientHeight) / height) + 8
    setSpan(before => before[0] === first && before[1] === last ? before : [first, last])
  }
  useLayoutEffect(() => {
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [height, count === 0])
  const show = i => {
    const element = box.current
    const top = i * height + above
    if (i === 0) element.scrollTop = 0
    else if (top < element.scrollTop + above) element.scrollTop = top - above
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight
    measure()
  }
  const first = Math.min(span[0], Math.max(0, count - 1))
  return { box, onScroll: measure, first, last: Math.min(count, span[1]), show }
}
