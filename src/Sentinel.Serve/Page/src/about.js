import { html } from './html.js'
import { get, path } from './api.js'
import { Pending, useFetched } from './fetched.js'
import { count, list, moment } from './format.js'

/** How it is set up: its options, folder, logs and who started it. */
export function About({ process }) {
  const { value, error } = useFetched(() => get(path(['processes', process.name])), [process.name, process.pid, process.state])
  const one = value?.processes[0]
  if (!one) return html`<${Pending} error=${error} />`
  const health = one.health && `${one.health.by} ${one.health.target ?? ''}, every ${one.health.intervalSeconds} s, ${count(one.health.failures, 'failure')} in a row make it unhealthy`
  const rows = [
    ['Command', html`<code>${one.command}</code>`], ['Folder', html`<code>${one.workingDirectory}</code>`], ['Restart', one.restart + (one.maxRestarts ? `, at most ${one.maxRestarts} within ${one.restartWindowSeconds} s` : '')],
    ['Health check', health], ['Stop', `${one.stopSignal}, SIGKILL after ${one.stopTimeoutSeconds} s`],
    ['Ports', list(one.ports.map(port => `${port.name} ${port.port}`))], ['Logs', html`<code>${one.stdoutPath}</code><br /><code>${one.stderrPath}</code>`],
    ['Started', one.startedBy && `${moment(one.startedBy.at)} by ${one.startedBy.ancestry.map(by => by.program).join(' < ')}`],
    ['Lease', one.lease?.expiresAt && `until ${moment(one.lease.expiresAt)}`], ['Group', one.group],
    ...Object.entries(one.options).map(([name, option]) => ['--' + name, html`<code>${option === true ? 'yes' : [].concat(option).join('  ')}</code>`]),
  ]
  return html`<div class="pad"><dl class="about">${rows.filter(([, what]) => what).map(([title, what]) => html`<div key=${title}><dt>${title}</dt><dd>${what}</dd></div>`)}</dl></div>`
}
