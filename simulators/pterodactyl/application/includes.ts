import type { SignedCall } from '../http/call.ts'
import { nullResource, type Item, type List } from '../http/envelope.ts'
import { permits } from '../http/permits.ts'
import type { Resource } from '../panel/records.ts'
import { textIn } from '../rules/index.ts'

/** Name of an include to what its key must permit and how it is drawn. */
export type Includes = Record<string, { resource: Resource; draw: () => Item | List }>

/** The `relationships` that the query asks for; unknown names are ignored. */
export function drawIncludes(call: SignedCall, includes: Includes): Record<string, unknown> {
  const wanted = (textIn(call.query, 'include') ?? '')
    .split(',')
    .filter((name) => Object.hasOwn(includes, name))
  if (wanted.length === 0) return {}
  const relationships = wanted.map((name) => {
    const include = includes[name]
    const drawn = include && permits(call.key, include.resource, 'read') ? include.draw() : nullResource
    return [name, drawn] as const
  })
  return { relationships: Object.fromEntries(relationships) }
}

/** Drawing for an include: it takes no includes of its own. */
export function plain(call: SignedCall): SignedCall {
  return { ...call, query: {} }
}
