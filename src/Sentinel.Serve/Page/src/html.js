import { h } from 'preact'
import htm from 'htm'

export { render } from 'preact'
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

/** Templates without a compile step: html`<p>${text}</p>`. Text is always text. */
export const html = htm.bind(h)
