import { html } from './html.js'

const shapes = {
  disc: html`<circle cx="8" cy="8" r="5.5" class="fill" />`,
  half: html`<circle cx="8" cy="8" r="5" class="line" /><path d="M8 3a5 5 0 0 1 0 10z" class="fill" />`,
  ring: html`<circle cx="8" cy="8" r="5" class="line dashed" />`,
  diamond: html`<path d="M8 2.5 13.5 8 8 13.5 2.5 8z" class="line" />`,
  loop: html`<path d="M12.6 6.2A5 5 0 1 0 13 8.6M13 2.8v3.6H9.4" class="line" />`,
  square: html`<path d="M3.5 3.5h9v9h-9z" class="line" />`,
  tick: html`<path d="m3 8.5 3.4 3.5L13 4.5" class="line" />`,
  alert: html`<path d="M8 1.8 15 14H1z" class="fill" /><path d="M8 6v4M8 11.6v1" class="hole" />`,
  play: html`<path d="M4.5 3v10l8.5-5z" class="fill" />`,
  stop: html`<path d="M4 4h8v8H4z" class="fill" />`,
  again: html`<path d="M12.6 6.2A5 5 0 1 0 13 8.6M13 2.8v3.6H9.4" class="line" />`,
  search: html`<circle cx="7" cy="7" r="4.2" class="line" /><path d="m10.2 10.2 3.6 3.6" class="line" />`,
  list: html`<path d="M2.5 4h11M2.5 8h11M2.5 12h11" class="line" />`,
  lines: html`<path d="M2.5 3.5h7M2.5 6.5h11M2.5 9.5h9M2.5 12.5h5" class="line" />`,
  bell: html`<path d="M8 2v6l3.5 2M8 14A6 6 0 1 1 8 2a6 6 0 0 1 0 12z" class="line" />`,
  graph: html`<path d="M4 4h3v3H4zM9.5 9.5h3v3h-3zM9.5 2.5h3v3h-3zM7 5h2.5M5.5 7v4h4" class="line" />`,
  plug: html`<path d="M5.5 2v3.5m5-3.5v3.5M3.5 5.5h9V8a4.5 4.5 0 0 1-9 0zM8 12.5V15" class="line" />`,
  plan: html`<path d="M2.5 4h4M4.5 2v4M9 4h4.5M2.5 11.5h4M9 10.5h4.5M9 12.8h4.5" class="line" />`,
  back: html`<path d="M9.8 3 5 8l4.8 5" class="line" />`,
  out: html`<path d="M6 3H3v10h10v-3M9 2.8h4.2V7M13 3 7.5 8.5" class="line" />`,
  copy: html`<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" class="line" />`,
}

/** A shape of 16 by 16; the word that goes with it stands beside it or in the button's label. */
export const Icon = ({ shape, tone }) => html`<svg class=${'icon' + (tone ? ' tone-' + tone : '')} viewBox="0 0 16 16" aria-hidden="true">${shapes[shape]}</svg>`

export const State = ({ look }) => html`<span class=${'state tone-' + look.tone}><${Icon} shape=${look.shape} />${look.word}</span>`
