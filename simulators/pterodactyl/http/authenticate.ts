import type { Panel } from '../panel/panel.ts'
import type { Key, User } from '../panel/records.ts'
import { permits } from './permits.ts'
import { refusal } from './refusals.ts'
import type { ApiRoute } from './call.ts'

/** The simulator listens on loopback alone, so every call comes from here. */
const CALLER = '127.0.0.1'

export function authenticate(panel: Panel, authorization: string | undefined): { key: Key; owner: User } {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  const key = token === undefined ? undefined : panel.keys.get(token)
  const owner = key && panel.users.find(key.owner)
  if (!owner) throw refusal('unauthenticated')
  return { key, owner }
}

export function authorize(route: ApiRoute, { key, owner }: { key: Key; owner: User }): void {
  if (key.allowedIps.length > 0 && !key.allowedIps.includes(CALLER)) throw refusal('address_not_allowed')
  if (apiOf(route.pattern) === 'client') {
    if (key.kind === 'application') throw refusal('application_key_on_client_api')
    return
  }
  if (!owner.root_admin) throw refusal('not_an_administrator')
  if (route.resource && !permits(key, route.resource, route.method === 'GET' ? 'read' : 'write')) {
    throw refusal('permission_missing')
  }
}

export function apiOf(path: string): 'application' | 'client' {
  return path.startsWith('/api/client') ? 'client' : 'application'
}
