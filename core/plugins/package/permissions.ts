import type { Manifest, SecretGrant } from '../manifest/manifest.ts'

/** One thing that a plugin asks for, as an administrator reads it. Its key is equal exactly when the right is. */
export interface PermissionAsked {
  key: string
  kind:
    'network' | 'data' | 'secret' | 'storage' | 'schedule' | 'slot' | 'browser' | 'hook' | 'webhook' | 'limit'
  /** The host, scope, name or number that it is about. */
  what: string
  /** Shown in red: reaches everybody's records, or sees a secret itself. */
  grave: boolean
}

/** Everything that a manifest asks for, in a fixed order. */
export function permissionsAsked(manifest: Manifest): PermissionAsked[] {
  const { permissions = {}, hooks = [], webhooks = [], limits = {} } = manifest
  const asked: PermissionAsked[] = [
    ...(permissions.network ?? []).map((grant) => networkOf(grant)),
    ...(permissions.data ?? []).map((scope) => one('data', scope, scope.endsWith(':all'))),
    ...(permissions.secrets ?? []).map((grant) => secretOf(grant)),
    ...(permissions.storage ? [one('storage', `${permissions.storage.bytes}`)] : []),
    ...(permissions.schedules ?? []).map(({ name, every }) => one('schedule', `${name} every ${every}`)),
    ...(permissions.slots ?? []).map((slot) => one('slot', slot)),
    ...(permissions.browser?.scripts ?? []).map((origin) => one('browser', `scripts from ${origin}`, true)),
    ...(permissions.browser?.frames ?? []).map((origin) => one('browser', `frames from ${origin}`)),
    ...hooks.map((entry) => one('hook', typeof entry === 'string' ? entry : entry.name)),
    ...(webhooks.some(({ scheme }) => scheme === 'none') ? [one('webhook', 'unchecked', true)] : []),
    ...Object.entries(limits).map(([name, value]) => one('limit', `${name} ${value}`)),
  ]
  return asked
}

/** What the new version asks for and the old one was not granted. */
export function permissionsAdded(before: Manifest | null, after: Manifest): PermissionAsked[] {
  const known = new Set(before ? permissionsAsked(before).map(({ key }) => key) : [])
  return permissionsAsked(after).filter(({ key }) => !known.has(key))
}

function networkOf(
  grant: NonNullable<NonNullable<Manifest['permissions']>['network']>[number],
): PermissionAsked {
  const host = 'host' in grant ? grant.host : `the address typed as ${grant.fromConfig}`
  const ports = grant.ports ? ` port ${grant.ports.join(', ')}` : ''
  const secrets = [
    ...(grant.secrets ?? []),
    ...(grant.query_secrets ?? []).map((name) => `${name} in its URLs`),
  ]
  const carried = secrets.length > 0 ? ` with ${secrets.join(', ')}` : ''
  return one('network', `${host}${ports}${carried}${grant.redirects === true ? ', follows redirects' : ''}`)
}

/** Without a word about its use a secret goes into requests, which its hosts then name. */
function secretOf({ name, read, use = 'request' }: SecretGrant): PermissionAsked {
  const uses = [use].flat()
  const told = uses.length === 1 && uses[0] === 'request' ? name : `${name} for ${uses.join(', ')}`
  return one('secret', read === true ? `${told} (its value)` : told, read === true)
}

const one = (kind: PermissionAsked['kind'], what: string, grave = false): PermissionAsked => ({
  key: `${kind} ${what}`,
  kind,
  what,
  grave,
})
