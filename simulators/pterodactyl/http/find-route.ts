import { refusal } from './refusals.ts'

interface Patterned {
  method: string
  pattern: string
}

/** The first route that matches, so fixed paths stand before paths with parts. Throws 404 or 405. */
export function findRoute<Route extends Patterned>(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; parts: Record<string, string> } {
  let pathKnown = false
  for (const route of routes) {
    const parts = matchPattern(route.pattern, path)
    if (!parts) continue
    if (route.method === method) return { route, parts }
    pathKnown = true
  }
  throw refusal(pathKnown ? 'method_not_allowed' : 'not_found')
}

function matchPattern(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.replace(/\/$/, '').split('/')
  if (wanted.length !== given.length) return null
  const parts: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const actual = given[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (name) parts[name] = decode(actual)
    else if (segment !== actual) return null
  }
  return parts
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw refusal('not_found')
  }
}
