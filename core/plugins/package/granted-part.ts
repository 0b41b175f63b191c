import { HTTPS_PORT } from '../broker/network.ts'
import { askableLimits, type LimitName } from '../manifest/askable-limits.ts'
import type {
  AutoApproval,
  BrowserGrant,
  HookEntry,
  Manifest,
  NetworkGrant,
  SecretGrant,
  TcpGrant,
} from '../manifest/manifest.ts'

type Permissions = NonNullable<Manifest['permissions']>

/**
 * What of `asked` staff have granted, as a manifest by which core can hold its plugin: each right is there as far as
 * both have it, so that a host with one more secret is still reached with the secrets of before. Nothing is in it that
 * `granted` has not. Settings, texts and signed webhooks are no rights and are those of `asked`.
 */
export function grantedPart(asked: Manifest, granted: Manifest): Manifest {
  const { hooks, webhooks, permissions, limits, kinds: _, ...rest } = asked
  return dense({
    ...rest,
    kinds: grantedKinds(asked.kinds, granted.kinds),
    hooks: hooks && grantedHooks(hooks, granted.hooks),
    webhooks: webhooks && filled(webhooks.filter((one) => one.scheme !== 'none' || takesUnchecked(granted))),
    permissions: permissions && grantedPermissions(permissions, granted.permissions ?? {}),
    limits: limits && grantedLimits(limits, granted.limits),
  })
}

/** The manifest of a plugin that staff have granted nothing yet. */
export const nothingGranted = (asked: Manifest): Manifest => grantedPart(asked, { ...asked, ...NOTHING })

const NOTHING = { kinds: {}, hooks: [], webhooks: [], permissions: {}, limits: {} }

function grantedKinds(asked: Manifest['kinds'], granted: Manifest['kinds']): Manifest['kinds'] {
  const both = Object.entries(asked).map(([kind, operations]) => {
    const known = granted[kind as keyof Manifest['kinds']]
    return [kind, common(operations as readonly string[], known as readonly string[] | undefined)] as const
  })
  return Object.fromEntries(both.filter(([, operations]) => operations.length > 0)) as Manifest['kinds']
}

const hookName = (entry: HookEntry): string => (typeof entry === 'string' ? entry : entry.name)

function grantedHooks(asked: readonly HookEntry[], granted: readonly HookEntry[] = []) {
  const names = granted.map(hookName)
  return filled(asked.filter((entry) => names.includes(hookName(entry))))
}

const takesUnchecked = ({ webhooks = [] }: Manifest) => webhooks.some(({ scheme }) => scheme === 'none')

function grantedPermissions(asked: Permissions, granted: Permissions): Permissions {
  const { network, tcp, auto_approval, secrets, schedules, browser, storage } = asked
  return dense({
    network: network?.flatMap((one) => grantedHost(one, granted.network)),
    tcp: tcp?.flatMap((one) => grantedLine(one, granted.tcp)),
    data: asked.data && common(asked.data, granted.data),
    auto_approval: auto_approval && filled(auto_approval.flatMap((one) => lower(one, granted.auto_approval))),
    secrets: secrets?.flatMap((one) => grantedSecret(one, granted.secrets)),
    storage: storage && granted.storage && leastOf(storage, granted.storage),
    schedules: schedules?.flatMap((one) => rarer(one, granted.schedules)),
    slots: asked.slots && common(asked.slots, granted.slots),
    browser: browser && granted.browser && grantedFrame(browser, granted.browser),
  })
}

const isSameHost = (one: NetworkGrant | TcpGrant, other: NetworkGrant | TcpGrant): boolean =>
  'host' in one
    ? 'host' in other && one.host === other.host
    : 'fromConfig' in other && one.fromConfig === other.fromConfig

function grantedHost(asked: NetworkGrant, granted: readonly NetworkGrant[] = []): NetworkGrant[] {
  return granted
    .filter((one) => isSameHost(one, asked))
    .flatMap((one) => {
      const ports = grantedPorts(asked, one)
      if (ports?.length === 0) return []
      return [
        dense({
          ...asked,
          ports,
          secrets: asked.secrets && common(asked.secrets, one.secrets),
          query_secrets: asked.query_secrets && common(asked.query_secrets, one.query_secrets),
          redirects: asked.redirects && one.redirects === true,
        }),
      ]
    })
}

/** Undefined stands for the usual port of a host, and of one that is typed for the port that is typed with it. */
function grantedPorts(asked: NetworkGrant, granted: NetworkGrant): number[] | undefined {
  const [wanted, had] = [portsOf(asked), portsOf(granted)]
  const both = wanted && had ? common(wanted, had) : had
  return both?.length === wanted?.length ? asked.ports : both
}

const portsOf = (grant: NetworkGrant): number[] | undefined =>
  grant.ports ?? ('host' in grant ? [HTTPS_PORT] : undefined)

const grantedLine = (asked: TcpGrant, granted: readonly TcpGrant[] = []): TcpGrant[] =>
  granted
    .filter((one) => isSameHost(one, asked) && one.port === asked.port)
    .map((one) => dense({ ...asked, secrets: asked.secrets && common(asked.secrets, one.secrets) }))

/** Where its value was not granted to be read it is a token still. */
function grantedSecret(asked: SecretGrant, granted: readonly SecretGrant[] = []): SecretGrant[] {
  const known = granted.find(({ name }) => name === asked.name)
  if (!known) return []
  const uses = common([asked.use ?? 'request'].flat(), [known.use ?? 'request'].flat())
  if (uses.length === 0) return []
  const { use, read, ...rest } = asked
  return [
    dense({
      ...rest,
      read: read === true && known.read !== true ? undefined : read,
      use: use && (uses.length === [use].flat().length ? use : uses),
    }),
  ]
}

function lower(asked: AutoApproval, granted: readonly AutoApproval[] = []): AutoApproval[] {
  const { scope, currency } = asked
  const known = granted.find((one) => one.scope === scope && one.currency === currency)
  const less = (name: 'item_minor' | 'day_minor', cap: AutoApproval) =>
    BigInt(cap[name]) < BigInt(asked[name]) ? cap[name] : asked[name]
  return known
    ? [{ ...asked, item_minor: less('item_minor', known), day_minor: less('day_minor', known) }]
    : []
}

type Storage = NonNullable<Permissions['storage']>

const leastOf = (asked: Storage, granted: Storage): Storage =>
  dense({
    bytes: Math.min(asked.bytes, granted.bytes),
    record_bytes:
      asked.record_bytes && granted.record_bytes && Math.min(asked.record_bytes, granted.record_bytes),
  })

type Schedule = NonNullable<Permissions['schedules']>[number]

const MINUTES: Record<string, number> = { m: 1, h: 60, d: 1_440 }
const minutesOf = ({ every }: Schedule): number => Number(every.slice(0, -1)) * MINUTES[every.slice(-1)]!

function rarer(asked: Schedule, granted: readonly Schedule[] = []): Schedule[] {
  const known = granted.find(({ name }) => name === asked.name)
  return known ? [minutesOf(known) > minutesOf(asked) ? known : asked] : []
}

const grantedFrame = (asked: BrowserGrant, granted: BrowserGrant): BrowserGrant =>
  dense({
    ...asked,
    scripts: asked.scripts && common(asked.scripts, granted.scripts),
    frames: asked.frames && common(asked.frames, granted.frames),
    connections: asked.connections && common(asked.connections, granted.connections),
    images: asked.images && common(asked.images, granted.images),
  })

/** What is usual needs no grant, so less than was granted is none either. */
function grantedLimits(asked: NonNullable<Manifest['limits']>, granted: Manifest['limits'] = {}) {
  const each = (Object.entries(asked) as [LimitName, number][]).map(([name, value]) => {
    const most = Math.max(askableLimits[name].usual, granted[name] ?? 0)
    return [name, Math.min(value, most)] as const
  })
  return Object.fromEntries(each) as NonNullable<Manifest['limits']>
}

function common<T>(asked: readonly T[], granted: readonly T[] = []): T[] {
  return asked.filter((one) => granted.includes(one))
}

const filled = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)

type Dense<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the keys whose value is undefined, so that its text is that of the manifest where nothing is missing. */
const dense = <T extends object>(one: T): Dense<T> =>
  Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as Dense<T>
