import type { RemoteAccount } from '../../../sdk/index.ts'
import type { ServiceRow } from '../rows.ts'
import type { AccountDifference, ServerAccountRow } from './rows.ts'

/** A service as it is compared. */
export interface KnownService extends Pick<
  ServiceRow,
  | 'id'
  | 'brand_id'
  | 'client_id'
  | 'instance_id'
  | 'server_id'
  | 'remote_id'
  | 'billing_status'
  | 'delivery_status'
> {
  /** Work at the provider is under way, or ended since the comparison began: what is told may be older. */
  moved: boolean
  settings: Readonly<Record<string, unknown>>
}

export type Judgement = Pick<ServerAccountRow, 'kind' | 'service_id' | 'brand_id' | 'client_id'> & {
  differs: readonly AccountDifference[]
}

/** Where the accounts are listed. */
export interface Place {
  serverId: string
  instanceId: string
}

/** What we say of an account, given the services that bear its id at the provider or ours. */
export function judgeAccount(
  account: RemoteAccount,
  services: readonly KnownService[],
  place: Place,
): Judgement {
  const own = services.find((service) => isOwn(service, account, place))
  if (own) return about(own, own.moved ? [] : differencesOf(own, account))
  const named = services.find(({ id }) => id === account.external_id)
  if (!named) return { kind: 'stray', service_id: null, brand_id: null, client_id: null, differs: [] }
  const of = { service_id: named.id, brand_id: named.brand_id, client_id: named.client_id, differs: [] }
  if (named.moved) return { kind: 'agrees', ...of }
  if (named.billing_status === 'ended') return { kind: 'left', ...of }
  return { kind: mayTake(named, place) ? 'waiting' : 'stray', ...of }
}

/** Its account by the provider's id; by ours where it never learnt that. */
function isOwn(service: KnownService, account: RemoteAccount, { serverId }: Place): boolean {
  if (service.server_id !== serverId || !isThere(service)) return false
  return service.remote_id === null
    ? service.id === account.external_id
    : service.remote_id === account.remote_id
}

const isThere = ({ delivery_status: state }: KnownService): boolean =>
  state !== 'none' && state !== 'creating'

/** Whether a service that has nothing at the provider yet may take what stands on a server. */
export function mayTake(
  service: Pick<ServiceRow, 'billing_status' | 'delivery_status' | 'instance_id' | 'server_id'>,
  { serverId, instanceId }: Place,
): boolean {
  return (
    service.billing_status !== 'ended' &&
    (service.delivery_status === 'none' || service.delivery_status === 'creating') &&
    service.instance_id === instanceId &&
    (service.server_id === null || service.server_id === serverId)
  )
}

const about = (service: KnownService, differs: readonly AccountDifference[]): Judgement => ({
  kind: differs.length === 0 ? 'agrees' : 'differs',
  service_id: service.id,
  brand_id: service.brand_id,
  client_id: service.client_id,
  differs,
})

/** What is being made or changed on one side is not compared. */
function differencesOf(service: KnownService, { state, settings = {} }: RemoteAccount): AccountDifference[] {
  const here = service.delivery_status
  if (state === 'creating' || (here !== 'live' && here !== 'suspended')) return []
  const states = here === state ? [] : [{ what: 'state', here, there: state }]
  const plan = Object.entries(settings).flatMap(([what, there]) => {
    const wanted = service.settings[what]
    if (wanted === undefined || wanted === null || textOf(wanted) === textOf(there)) return []
    return [{ what, here: textOf(wanted), there: textOf(there) }]
  })
  return [...states, ...plan]
}

/** Choices of clients are kept as text, so "4096" is 4096. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
