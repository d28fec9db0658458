import { useEffect, useState } from './html.js'

/** Whether the window is such as the media query says, now and later. */
export function useMedia(query) {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const look = () => setMatches(media.matches)
    media.addEventListener('change', look)
    return () => media.removeEventListener('change', look)
  }, [query])
  return matches
}

export const narrow = '(max-width: 760px)'
export const wide = '(min-width: 1600px)'
