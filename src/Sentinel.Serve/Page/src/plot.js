import uPlot from 'uplot'

/** A chart with its colours taken from the page, so that it is right in dark and light. */
export function makePlot(box, data, format) {
  const colour = name => {
    // A variable is text until something is painted with it.
    box.style.color = `var(${name})`
    const found = getComputedStyle(box).color
    box.style.color = ''
    return found
  }
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' }
  return new uPlot({
    width: box.clientWidth,
    height: 150,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 0.1) * 1.15] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(time => clock(time)) },
      { ...axis, size: 48, values: (_, ticks) => ticks.map(value => format(value)) },
    ],
    series: [{}, { stroke: colour('--accent'), width: 1.5, fill: colour('--accent-faint'), points: { show: false }, spanGaps: false }],
    hooks: { setCursor: [plot => tell(plot, box, format)] },
  }, data, box)
}

function clock(time) {
  const at = new Date(time * 1000)
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`
}

function tell(plot, box, format) {
  const i = plot.cursor.idx
  let label = box.querySelector('.at-cursor')
  if (!label) {
    label = document.createElement('output')
    label.className = 'at-cursor'
    box.append(label)
  }
  const value = i === null || i === undefined ? null : plot.data[1][i]
  label.textContent = value === null || value === undefined ? '' : `${clock(plot.data[0][i])}  ${format(value)}`
}
