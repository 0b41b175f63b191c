import type { World } from '../world.ts'
import { checkExpansion, expandAnswer } from './expand.ts'
import type { FieldTable, Values } from './fields.ts'
import { list, readFields, text } from './fields.ts'
import type { RawFields } from './form.ts'

export type Method = 'GET' | 'POST' | 'DELETE'

/** One endpoint: its address, the parameters it takes, and what it does with them. */
export interface Route {
  method: Method
  /** `:id` stands for one segment. */
  path: string
  /** Checks the parameters, does the work, answers the JSON. Runs to its end without a pause. */
  run: (world: World, raw: RawFields, id: string) => unknown
}

export function route<F extends FieldTable>(
  address: `${Method} /${string}`,
  fields: F,
  serve: (world: World, params: Values<F>, id: string) => object,
): Route {
  const [method, path] = address.split(' ') as [Method, string]
  const run: Route['run'] = (world, raw, id) => {
    const { expand: expandRaw, ...own } = raw
    const params = readFields(fields, own)
    const { expand = [] } = readFields(
      { expand: list(text()) },
      expandRaw === undefined ? {} : { expand: expandRaw },
    )
    checkExpansion(path, expand)
    return expandAnswer(world, serve(world, params, id), expand)
  }
  return { method, path, run }
}

/** The route of a request and the id in its path. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; id: string } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue
    const id = matchPath(route.path, path)
    if (id !== undefined) return { route, id }
  }
  return undefined
}

function matchPath(pattern: string, path: string): string | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  let id = ''
  for (const [index, part] of wanted.entries()) {
    const segment = given[index] ?? ''
    if (part === ':id' && segment !== '') id = segment
    else if (part !== segment) return undefined
  }
  return id
}
