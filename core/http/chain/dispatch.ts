import type { Router } from '@koa/router'
import type { RouteCtx, State, Step } from '../context.ts'

type Act = (ctx: RouteCtx, next: () => Promise<unknown>) => unknown

/** One place in the tree of paths: the segments that may follow, and what is done when the path ends here. */
interface Place {
  fixed: Map<string, Place>
  open: OpenPlace[]
  acts: Map<string, Act>
}

/** ":invoiceId" or ":invoiceId.pdf" in a path. */
interface OpenPlace {
  name: string
  suffix: string
  place: Place
}

interface Found {
  act: Act
  params: Record<string, string>
}

const SEGMENT = /^:(\w+)((?:\.\w+)?)$/

/**
 * Sends a request to the route that it names: segment by segment through a tree, so that a page costs the same however
 * many routes there are. Words written out go before parameters, whatever the order in which routes were put down.
 */
export function dispatch(router: Router<State>): Step {
  const root = newPlace()
  for (const { path, methods, stack } of router.stack) {
    const [act, ...more] = stack as unknown as Act[]
    if (!act || more.length > 0) throw new Error(`The route ${String(path)} has one handler, not a list.`)
    const { acts } = placeOf(root, segmentsOf(String(path)))
    for (const method of methods) if (!acts.has(method)) acts.set(method, act)
  }
  return (ctx, next) => {
    const found = find(root, { method: ctx.method, segments: segmentsOf(ctx.path) }, 0)
    if (!found) return next()
    const route = ctx as RouteCtx
    route.params = found.params
    return found.act(route, next)
  }
}

const newPlace = (): Place => ({ fixed: new Map(), open: [], acts: new Map() })

/** A slash at the end makes no other path. */
function segmentsOf(path: string): string[] {
  const end = path.endsWith('/') ? path.length - 1 : path.length
  return end <= 0 ? [] : path.slice(1, end).split('/')
}

function placeOf(root: Place, segments: readonly string[]): Place {
  let place = root
  for (const segment of segments)
    place = segment.startsWith(':') ? openIn(place, segment) : fixedIn(place, segment)
  return place
}

function fixedIn({ fixed }: Place, segment: string): Place {
  if (/[:*(){}[\]?+!\\]/.test(segment))
    throw new Error(`Routes know no "${segment}", only words and ":name".`)
  let place = fixed.get(segment)
  if (!place) fixed.set(segment, (place = newPlace()))
  return place
}

function openIn({ open }: Place, segment: string): Place {
  const [, name, suffix] = SEGMENT.exec(segment) ?? []
  if (name === undefined || suffix === undefined)
    throw new Error(`Routes know no "${segment}", only words, ":name" and ":name.pdf".`)
  const known = open.find((one) => one.name === name && one.suffix === suffix)
  if (known) return known.place
  const place = newPlace()
  open.push({ name, suffix, place })
  open.sort((a, b) => b.suffix.length - a.suffix.length)
  return place
}

interface Asked {
  method: string
  segments: readonly string[]
}

function find(place: Place, asked: Asked, at: number): Found | null {
  const segment = asked.segments[at]
  if (segment === undefined) {
    const act = place.acts.get(asked.method)
    return act ? { act, params: {} } : null
  }
  const next = place.fixed.get(segment)
  const found = next ? find(next, asked, at + 1) : null
  if (found) return found
  for (const { name, suffix, place: further } of place.open) {
    if (segment.length <= suffix.length || !segment.endsWith(suffix)) continue
    const inner = find(further, asked, at + 1)
    if (!inner) continue
    inner.params[name] = decoded(segment.slice(0, segment.length - suffix.length))
    return inner
  }
  return null
}

/** What cannot be decoded stays as it is: no record has such a name. */
function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
