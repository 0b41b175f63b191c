import {
  ApiRefused,
  definePlugin,
  type DomainOutcome,
  type DomainReport,
  failed,
  type Failed,
  jsonApi,
  type MoneyJson,
  urlPath,
} from '../../sdk/index.ts'

interface Name {
  status: 'free' | 'taken' | 'premium'
  price?: MoneyJson
}

/** A domain of ours, as the registry keeps it. */
interface Domain {
  name: string
  state: 'pending' | 'live' | 'expired' | 'redemption'
  began_on: string
  expires_on: string
  locked: boolean
  nameservers: string[]
}

export default definePlugin({
  registrar: ({ secret }) => {
    const registry = jsonApi('https://registry.example.com', {
      authorization: `Bearer ${secret.header('api_key')}`,
    })
    const find = (domain: string) => registry.get<Domain>(urlPath`/domains/${domain}`)
    /** The registry keeps keys: the same one does nothing a second time. */
    const post = (path: string, key: string, body: object = {}) =>
      told(registry.post<Domain>(path, body, key))
    const set = (domain: string, key: string, change: object) =>
      told(registry.patch<Domain>(urlPath`/domains/${domain}`, change, key)).then(withoutDay)
    return {
      async check_availability({ domains }) {
        const names = await Promise.all(domains.map((one) => registry.get<Name>(urlPath`/names/${one}`)))
        return {
          results: domains.map((domain, i) => {
            const { status = 'unknown', price } = names[i] ?? {}
            return { domain, status, ...(price ? { register: price } : {}) }
          }),
        }
      },
      /** What was agreed for a premium name goes along: the registry refuses another price. */
      register: ({ domain, idempotency_key: key, years, nameservers, premium_price: price }) =>
        post(urlPath`/domains/${domain}`, key, { years, nameservers, price }),
      transfer: ({ domain, idempotency_key: key, transfer_code: code }) =>
        post(urlPath`/transfers/${domain}`, key, { code }),
      async transfer_status({ domain }) {
        const ours = await find(domain)
        return { status: !ours ? 'unknown' : ours.state === 'pending' ? 'pending' : 'completed' }
      },
      /** So does the day of expiry that core knows: the registry renews from it once. */
      renew: ({ domain, idempotency_key: key, years, expires_on }) =>
        post(urlPath`/domains/${domain}/renewals`, key, { years, expires_on }),
      restore: ({ domain, idempotency_key: key }) => post(urlPath`/domains/${domain}/restorations`, key),
      async request_delete({ domain, idempotency_key: key }) {
        return withoutDay(await told(registry.delete<Domain>(urlPath`/domains/${domain}`, key)))
      },
      async describe({ domain }): Promise<DomainReport> {
        const ours = await find(domain)
        if (!ours) return { domain, state: 'absent' }
        const { state, began_on: registered_on, expires_on, locked, nameservers } = ours
        return { domain, state, registered_on, expires_on, locked, nameservers }
      },
      set_nameservers: ({ domain, idempotency_key: key, nameservers }) => set(domain, key, { nameservers }),
      set_lock: ({ domain, idempotency_key: key, locked }) => set(domain, key, { locked }),
      async transfer_code({ domain, idempotency_key: key }) {
        const path = urlPath`/domains/${domain}/codes`
        const made = await registry.post<{ code: string }>(path, {}, key)
        return made ? { outcome: 'code', code: made.code } : MISSING
      },
    }
  },
})

/** What the registry refuses it says with a code and a sentence; anything else is thrown, and core asks `describe`. */
async function told(answer: Promise<Domain | undefined>): Promise<DomainOutcome> {
  try {
    const domain = await answer
    if (!domain) return MISSING
    if (typeof domain.name !== 'string') throw new Error('The registry answered without a domain.')
    return domain.state === 'pending'
      ? { outcome: 'pending' }
      : { outcome: 'done', expires_on: domain.expires_on }
  } catch (error) {
    if (!(error instanceof ApiRefused && error.status === 409)) throw error
    return failed(String(error.said['code']), String(error.said['message']))
  }
}

const withoutDay = (told: DomainOutcome) =>
  told.outcome === 'failed' ? told : ({ outcome: 'done' } as const)

const MISSING: Failed = failed('conflict', 'The registry does not hold this domain for us.')
