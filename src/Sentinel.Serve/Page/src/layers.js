/**
 * Places the processes of a graph in columns: each to the right of all that it needs. Gives boxes {name, column, row} and the
 * number of columns and rows. Within a column, each stands near the middle of those that it needs.
 */
export function layers(names, edges) {
  const needs = new Map(names.map(name => [name, edges.filter(edge => edge.process === name).map(edge => edge.needs)]))
  const depths = new Map()
  const depth = (name, path = new Set()) => {
    if (depths.has(name)) return depths.get(name)
    if (path.has(name)) return 0
    path.add(name)
    const deep = Math.max(-1, ...(needs.get(name) ?? []).map(one => depth(one, path))) + 1
    path.delete(name)
    depths.set(name, deep)
    return deep
  }
  const columns = []
  for (const name of names) (columns[depth(name)] ??= []).push(name)
  const rows = new Map()
  columns.forEach((column, i) => {
    const middle = name => {
      const above = needs.get(name).map(one => rows.get(one)).filter(row => row !== undefined)
      return above.length ? above.reduce((sum, row) => sum + row, 0) / above.length : i === 0 ? names.indexOf(name) : 0
    }
    const sorted = [...column].sort((a, b) => middle(a) - middle(b))
    sorted.forEach((name, row) => rows.set(name, row))
  })
  return {
    boxes: names.map(name => ({ name, column: depths.get(name), row: rows.get(name) })),
    columns: columns.length,
    rows: Math.max(0, ...columns.map(column => column.length)),
  }
}
