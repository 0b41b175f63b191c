import { askableLimits, type AskableLimit, type LimitName } from '../manifest/askable-limits.ts'
import type { AutoApproval, BrowserGrant, Manifest, SecretGrant, TcpGrant } from '../manifest/manifest.ts'
import { grantedPart } from './granted-part.ts'

/** One thing that a plugin asks for, as an administrator reads it. Its key is equal exactly when the right is. */
export interface PermissionAsked {
  key: string
  kind:
    | 'kind'
    | 'network'
    | 'tcp'
    | 'data'
    | 'secret'
    | 'storage'
    | 'schedule'
    | 'slot'
    | 'browser'
    | 'hook'
    | 'webhook'
    | 'limit'
  /** The host, scope, name or number that it is about. */
  what: string
  /** Shown in red: reaches everybody's records, or sees a secret itself or what people type. */
  grave: boolean
  /** The same in messages of pages, one after the other: admin.plugins.asks.<word>. */
  says: readonly Saying[]
}

export interface Saying {
  word: string
  of: Readonly<Record<string, string | number>>
}

/** Everything that a manifest asks for, in a fixed order. */
export function permissionsAsked(manifest: Manifest): PermissionAsked[] {
  const { permissions = {}, hooks = [], webhooks = [], limits = {} } = manifest
  return [
    ...kindsOf(manifest.kinds),
    ...(permissions.network ?? []).map((grant) => networkOf(grant)),
    ...(permissions.tcp ?? []).map((grant) => tcpOf(grant)),
    ...(permissions.data ?? []).map((scope) => dataOf(scope)),
    ...(permissions.auto_approval ?? []).map((grant) => approvalOf(grant)),
    ...(permissions.secrets ?? []).map((grant) => secretOf(grant)),
    ...storageOf(permissions.storage),
    ...(permissions.schedules ?? []).map(({ name, every }) =>
      one('schedule', `${name} every ${every}`, [saying('schedule', { name, every })]),
    ),
    ...(permissions.slots ?? []).map((slot) => one('slot', slot, [saying('slot', { slot })])),
    ...(permissions.browser ? browserOf(permissions.browser) : []),
    ...hooks.map((entry) => hookOf(typeof entry === 'string' ? entry : entry.name)),
    ...(webhooks.some(({ scheme }) => scheme === 'none')
      ? [one('webhook', 'unchecked', [saying('webhook_unchecked', {})], true)]
      : []),
    ...limitsOf(limits),
  ]
}

/** What the new version asks for and the old one was not granted; less of a right is nothing new. */
export function permissionsAdded(before: Manifest | null, after: Manifest): PermissionAsked[] {
  const known = new Set(before ? permissionsAsked(grantedPart(after, before)).map(({ key }) => key) : [])
  const rest = permissionsAsked(after).filter(({ kind, key }) => !COMPARED.has(kind) && !known.has(key))
  return [...kindsOf(after.kinds, before?.kinds), ...rest, ...limitsOf(after.limits, before?.limits)]
}

/** All that a plugin asks for beyond what it has, and before it that; where more operations of a kind are new, these stand by themselves. */
export function permissionsMarked(
  before: Manifest,
  asks: Manifest,
): { asked: PermissionAsked[]; added: PermissionAsked[] } {
  const added = permissionsAdded(before, asks)
  const keys = new Set(added.map(({ key }) => key))
  return { added, asked: [...added, ...permissionsAsked(asks).filter(({ key }) => !keys.has(key))] }
}

/** Of these the new version may ask for less without asking anew. */
const COMPARED: ReadonlySet<PermissionAsked['kind']> = new Set(['kind', 'limit'])

/** One line a kind, so that an operation less asks for nothing new. `known`: what was granted before. */
function kindsOf(kinds: Manifest['kinds'], known: Manifest['kinds'] = {}): PermissionAsked[] {
  return Object.entries(kinds).flatMap(([kind, operations]) => {
    const granted = (known[kind as keyof Manifest['kinds']] ?? []) as readonly string[]
    const names = (operations as readonly string[]).filter((name) => !granted.includes(name)).join(', ')
    return names === ''
      ? []
      : [one('kind', `${kind}: ${names}`, [saying('kind', { kind, operations: names })])]
  })
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
  const says = [
    'host' in grant
      ? saying('network_host', { host: grant.host })
      : saying('network_setting', { setting: grant.fromConfig }),
    ...(grant.ports ? [saying('network_ports', { ports: grant.ports.join(', ') })] : []),
    ...(grant.secrets?.length ? [saying('network_secrets', { secrets: grant.secrets.join(', ') })] : []),
    ...(grant.query_secrets?.length
      ? [saying('network_query', { secrets: grant.query_secrets.join(', ') })]
      : []),
    ...(grant.redirects === true ? [saying('network_redirects', {})] : []),
  ]
  const redirects = grant.redirects === true ? ', follows redirects' : ''
  return one('network', `${host}${ports}${carried}${redirects}`, says)
}

/** "…:all" reaches everybody's records, to read or to write. */
function dataOf(scope: string): PermissionAsked {
  const [verb = '', fields = '', reach = ''] = scope.split(':')
  const says = verb.endsWith('.write')
    ? saying(`write_${reach}`, { what: `${verb.replace('.write', '')}_${fields}` })
    : saying(`data_${reach}`, { scope })
  return one('data', scope, [says], reach === 'all')
}

/** Each cap is part of the key. */
function approvalOf({ scope, currency, item_minor, day_minor }: AutoApproval): PermissionAsked {
  const what = `${scope} without staff up to ${item_minor}, ${day_minor} a day, ${currency}`
  const of = { what: scope.replace('.write:', '_'), currency, item_minor, day_minor }
  return one('data', what, [saying('auto_approval', of)], true)
}

function tcpOf(grant: TcpGrant): PermissionAsked {
  const { port, secrets = [] } = grant
  const host = 'host' in grant ? grant.host : `the address typed as ${grant.fromConfig}`
  const carried = secrets.length > 0 ? ` with ${secrets.join(', ')}` : ''
  const says = [
    'host' in grant
      ? saying('tcp_host', { host, port })
      : saying('tcp_setting', { setting: grant.fromConfig, port }),
    ...(secrets.length > 0 ? [saying('network_secrets', { secrets: secrets.join(', ') })] : []),
  ]
  return one('tcp', `${host} port ${port}${carried}`, says)
}

function storageOf(grant: NonNullable<Manifest['permissions']>['storage']): PermissionAsked[] {
  if (!grant) return []
  const kilobytes = (bytes: number) => ({ kilobytes: Math.ceil(bytes / 102.4) / 10 })
  const { bytes, record_bytes } = grant
  const beside = record_bytes === undefined ? [] : [saying('storage_record', kilobytes(record_bytes))]
  return [
    one('storage', `${bytes}`, [saying('storage', kilobytes(bytes))]),
    ...beside.map((says) => one('storage', `beside each record ${record_bytes}`, [says])),
  ]
}

/** Without a word about its use a secret goes into requests, which its hosts then name. */
function secretOf({ name, read, use = 'request' }: SecretGrant): PermissionAsked {
  const uses = [use].flat()
  const told = uses.length === 1 && uses[0] === 'request' ? name : `${name} for ${uses.join(', ')}`
  const says = [saying(read === true ? 'secret_read' : 'secret_use', { name })]
  return one('secret', read === true ? `${told} (its value)` : told, says, read === true)
}

/**
 * Only more than is usual, or than was granted before, is asked for. Deadlines of pages are grave: whoever opens a page
 * waits for them.
 */
function limitsOf(asked: Manifest['limits'] = {}, granted: Manifest['limits'] = {}): PermissionAsked[] {
  return (Object.entries(askableLimits) as [LimitName, AskableLimit][]).flatMap(([name, limit]) => {
    const value = asked[name] ?? limit.usual
    if (value <= Math.max(limit.usual, granted[name] ?? 0)) return []
    const says = saying(`limit_${name}`, { value: shown(value, limit), usual: shown(limit.usual, limit) })
    return [one('limit', `${name} ${value}`, [says], name === 'page_deadline_ms')]
  })
}

/** Milliseconds as seconds and bytes as kilobytes, with one digit behind the point. */
const shown = (value: number, { unit }: AskableLimit): number =>
  unit === 'ms' ? value / 1_000 : unit === 'bytes' ? Math.ceil(value / 102.4) / 10 : value

/** Scripts see what is typed in the frame; the rest is what they may reach with it. */
function browserOf({
  scripts = [],
  frames = [],
  connections = [],
  images = [],
}: BrowserGrant): PermissionAsked[] {
  const each = (addresses: readonly string[], what: string, grave = false) =>
    addresses.map((origin) =>
      one('browser', `${what} ${origin}`, [saying(`browser_${what}`, { origin })], grave),
    )
  return [
    one('browser', 'frame', [saying('browser_frame', {})], true),
    ...each(scripts, 'script', true),
    ...each(frames, 'page'),
    ...each(connections, 'connection'),
    ...each(images, 'image'),
  ]
}

function hookOf(name: string): PermissionAsked {
  const [, law = 'observe'] = name.split(':')
  return one('hook', name, [saying(`hook_${law}`, { name })])
}

const saying = (word: string, of: Saying['of']): Saying => ({ word, of })

const one = (
  kind: PermissionAsked['kind'],
  what: string,
  says: readonly Saying[],
  grave = false,
): PermissionAsked => ({ key: `${kind} ${what}`, kind, what, grave, says })
