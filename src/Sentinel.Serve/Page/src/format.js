const units = ['B', 'K', 'M', 'G', 'T']

/** 48234496 -> "46M": short, at most four characters. */
export function bytes(count) {
  if (count === null || count === undefined) return '-'
  let unit = 0
  while (count >= 999.5 && unit < units.length - 1) {
    count /= 1024
    unit++
  }
  return (unit > 0 && count < 9.95 ? count.toFixed(1) : Math.round(count)) + units[unit]
}

export const percent = value => value === null || value === undefined ? '-' : value < 9.95 ? value.toFixed(1) : String(Math.round(value))

/** Seconds in one or two units: 303 -> "5m 3s". */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return '-'
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s}s`
  if (s < 600) return `${Math.floor(s / 60)}m ${s % 60}s`
  if (s < 3600) return `${Math.floor(s / 60)}m`
  if (s < 86400) return `${Math.floor(s / 3600)}h ${Math.floor(s % 3600 / 60)}m`
  return `${Math.floor(s / 86400)}d ${Math.floor(s % 86400 / 3600)}h`
}

export const secondsSince = time => (Date.now() - Date.parse(time)) / 1000

const two = n => String(n).padStart(2, '0')

/** The time of day, here: 14:02:11. */
export function clock(time) {
  const at = new Date(time)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** With the day, unless that is today. */
export function moment(time) {
  const at = new Date(time)
  return at.toDateString() === new Date().toDateString() ? clock(time) : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(time)}`
}

export const count = (number, one, many = one + 's') => `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** "a", "a and b", "a, b and c". */
export const list = names => names.length < 2 ? names.join('') : names.slice(0, -1).join(', ') + ' and ' + names.at(-1)

/** shop/api -> ["shop/", "api"] */
export function splitName(name) {
  const slash = name.indexOf('/')
  return [name.slice(0, slash + 1), name.slice(slash + 1)]
}
