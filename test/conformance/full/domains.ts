import type { PluginContext } from '../../../sdk/index.ts'

type Fields = Record<string, unknown>
type Handler = (input: Fields) => Promise<unknown>

/** Operations of a registrar whose answer hangs on what was done before. */
export const OF_DOMAINS: readonly string[] = [
  ...['check_availability', 'describe', 'describe_many', 'transfer_status'],
  ...['read_contacts', 'read_records', 'read_forwards'],
]

/** What is kept of a domain after an act that was done. */
const AFTER: Readonly<Record<string, (input: Fields, held: Fields) => Fields>> = {
  register: (input) => ({ ...NEW, nameservers: input['nameservers'] }),
  transfer: () => NEW,
  renew: (input, held) => (input['expires_on'] === held['expires_on'] ? { expires_on: '2028-11-26' } : {}),
  restore: () => ({ state: 'live' }),
  release: () => ({ state: 'transferred_away' }),
  request_delete: () => ({ state: 'redemption' }),
}
const NEW = { state: 'live', registered_on: '2026-11-26', expires_on: '2027-11-26' }
const SET = ['locked', 'privacy', 'auto_renew', 'nameservers', 'contacts', 'records', 'forwards']

/** What was done last to a domain is what it is. */
export function withDomain({ storage }: PluginContext, operation: string, answer: Handler): Handler {
  const read = async (domain: unknown): Promise<Fields> =>
    ((await storage.get(`domain/${String(domain)}`))?.value ?? { state: 'absent' }) as Fields
  return async (input) => {
    const { domain } = input
    if (OF_DOMAINS.includes(operation)) return tell(operation, input, read)
    const held = await read(domain)
    const keep = (value: Fields) => storage.set(`domain/${String(domain)}`, value)
    if (operation === 'register' && otherPrice(input)) return PRICE_CHANGED
    // Whose answer is lost is under way until it is asked for again.
    if (operation === 'register' && held['state'] === 'absent') await keep({ state: 'pending' })
    const told = (await answer(input)) as Fields
    const kept = AFTER[operation]?.(input, held) ?? pick(input, SET)
    if (domain !== undefined) await keep(told['outcome'] === 'done' ? { ...held, ...kept } : held)
    return told
  }
}

async function tell(
  operation: string,
  input: Fields,
  read: (domain: unknown) => Promise<Fields>,
): Promise<unknown> {
  const domains = (input['domains'] ?? [input]) as (string | Fields)[]
  const all = await Promise.all(
    domains.map(async (one) => {
      const domain = typeof one === 'string' ? one : one['domain']
      return { domain, held: await read(domain) }
    }),
  )
  const [{ held } = { held: {} as Fields }] = all
  const report = ({ domain, held }: { domain: unknown; held: Fields }) => ({
    domain,
    ...pick(held, REPORTED),
  })
  switch (operation) {
    case 'check_availability':
      return {
        results: all.map(({ domain, held }) => ({
          domain,
          ...(held['state'] !== 'absent'
            ? { status: 'taken' }
            : isPremium(domain)
              ? { status: 'premium', register: PRICE }
              : { status: 'free' }),
        })),
      }
    case 'describe':
      return report(all[0]!)
    case 'describe_many':
      return { reports: all.map(report) }
    case 'transfer_status':
      return { status: held['state'] === 'live' ? 'completed' : 'unknown' }
    case 'read_contacts':
      return held['contacts'] ?? { owner: OWNER }
    default:
      return { [operation.slice('read_'.length)]: held[operation.slice('read_'.length)] ?? [] }
  }
}

/** A name that costs more, and what is said when something else was agreed. */
export const PREMIUM = 'gold.example.com'
const PRICE = { minor: '99000', currency: 'EUR' }
const PRICE_CHANGED = {
  ...{ outcome: 'failed', code: 'price_changed', message: 'The name has another price.', kind: 'permanent' },
}

const isPremium = (domain: unknown): boolean => domain === PREMIUM
const otherPrice = ({ domain, premium_price: agreed }: Fields): boolean =>
  isPremium(domain) && JSON.stringify(agreed) !== JSON.stringify(PRICE)

const REPORTED = ['state', 'registered_on', 'expires_on', 'locked', 'privacy', 'auto_renew', 'nameservers']

const pick = (of: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]])))

const OWNER = {
  ...{ name: 'Ann', email: 'ann@client.example', phone: '+49.301234', street: ['Weg 1'] },
  ...{ city: 'Berlin', postcode: '10115', country: 'DE' },
}
