/** A line with colour codes as parts of {text, class}: never HTML. Everything but colours and weight is left out. */
export function parts(text) {
  if (!text.includes('\x1b')) return [{ text, class: '' }]
  const found = []
  let style = {}
  let at = 0
  const push = piece => { if (piece) found.push({ text: piece, class: classes(style) }) }
  // eslint-disable-next-line no-control-regex
  for (const match of text.matchAll(/\x1b\[([0-9;:]*)([A-Za-z])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b./g)) {
    push(text.slice(at, match.index))
    at = match.index + match[0].length
    if (match[2] === 'm') style = apply(style, match[1])
  }
  push(text.slice(at))
  return found
}

const classes = style => [style.fg && 'fg-' + style.fg, style.bg && 'bg-' + style.bg, style.bold && 'bold', style.dim && 'dim', style.italic && 'italic', style.line && 'underline'].filter(Boolean).join(' ')

function apply(style, codes) {
  const numbers = codes.split(/[;:]/).map(Number)
  let next = { ...style }
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i]
    if (code === 0) next = {}
    else if (code === 1) next.bold = true
    else if (code === 2) next.dim = true
    else if (code === 3) next.italic = true
    else if (code === 4) next.line = true
    else if (code === 22) next.bold = next.dim = false
    else if (code === 23) next.italic = false
    else if (code === 24) next.line = false
    else if (code >= 30 && code <= 37) next.fg = String(code - 30)
    else if (code >= 90 && code <= 97) next.fg = String(code - 82)
    else if (code === 39) next.fg = null
    else if (code >= 40 && code <= 47) next.bg = String(code - 40)
    else if (code >= 100 && code <= 107) next.bg = String(code - 92)
    else if (code === 49) next.bg = null
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(numbers.slice(i + 1))
      next[code === 38 ? 'fg' : 'bg'] = colour
      i += used
    }
  }
  return next
}

// Of 256 or of 16 million colours the nearest of sixteen: the page's own, which can be read in dark and light.
function extended([kind, ...rest]) {
  if (kind === 5) return [near256(rest[0]), 2]
  if (kind === 2) return [nearest(rest[0], rest[1], rest[2]), 4]
  return [null, 1]
}

function near256(n) {
  if (n < 16) return String(n)
  if (n >= 232) return n < 238 ? '8' : n < 248 ? '7' : '15'
  const level = value => value * 51
  return nearest(level(Math.floor((n - 16) / 36)), level(Math.floor((n - 16) / 6) % 6), level((n - 16) % 6))
}

function nearest(r, g, b) {
  const top = Math.max(r, g, b)
  if (top < 60) return '8'
  if (top - Math.min(r, g, b) < 40) return top > 200 ? '15' : '7'
  const bits = (r > top * .6 ? 1 : 0) + (g > top * .6 ? 2 : 0) + (b > top * .6 ? 4 : 0)
  return String(top > 200 ? bits + 8 : bits)
}
