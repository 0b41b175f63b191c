import type { Company, CompanyAnswer } from '../../../sdk/test-kit/index.ts'

interface Domain {
  name: string
  state: 'pending' | 'live' | 'expired' | 'redemption'
  began_on: string
  expires_on: string
  locked: boolean
  nameservers: string[]
}

type Body = Partial<Record<'years' | 'price' | 'code' | 'expires_on', unknown>> & Partial<Domain>

const DAY_MS = 86_400_000
const GRACE_DAYS = 30
const PRICE = { minor: '99000', currency: 'EUR' }

/** A registry in memory: names of others, premium names, a code for moves, keys, and a clock that can be moved on. */
export function openRegistry(): Company & { made(): number } {
  const domains = new Map<string, Domain>()
  const acts = new Map<string, CompanyAnswer>()
  let [today, made] = ['2026-11-26', 0]
  const later = (day: string, years: number) => `${Number(day.slice(0, 4)) + years}${day.slice(4)}`
  const add = (
    name: string,
    state: Domain['state'],
    { years = 1, nameservers = [] }: Body,
  ): CompanyAnswer => {
    made += 1
    const expires_on = later(today, Number(years))
    domains.set(name, { name, state, began_on: today, expires_on, locked: false, nameservers })
    return { json: { ...domains.get(name) } }
  }
  const prolong = (domain: Domain, years: unknown): CompanyAnswer => {
    made += 1
    Object.assign(domain, { state: 'live', expires_on: later(domain.expires_on, Number(years)) })
    return { json: { ...domain } }
  }
  const register = (name: string, body: Body): CompanyAnswer => {
    if (name.startsWith('taken')) return refusal('taken', 'The name is taken.')
    if (name.startsWith('gold') && JSON.stringify(body.price) !== JSON.stringify(PRICE))
      return refusal('price_changed', 'The name has another price.')
    return add(name, 'live', body)
  }
  const transfer = (name: string, { code }: Body): CompanyAnswer =>
    code === 'right' ? add(name, 'pending', {}) : refusal('wrong_code', 'The transfer code is wrong.')
  const ofDomain = (domain: Domain, what: string | undefined, body: Body): CompanyAnswer => {
    if (what === 'codes') return { json: { code: `code-${++made}` } }
    if (what === 'restorations') return prolong(domain, 1)
    return body.expires_on === domain.expires_on ? prolong(domain, body.years) : { json: { ...domain } }
  }
  const change = (method: string, [kind, name = '', what]: readonly string[], body: Body): CompanyAnswer => {
    const domain = domains.get(name)
    if (kind === 'transfers') return transfer(name, body)
    if (method === 'POST' && what === undefined) return register(name, body)
    if (!domain) return { status: 404 }
    if (method === 'POST') return ofDomain(domain, what, body)
    Object.assign(domain, method === 'DELETE' ? { state: 'redemption' } : body)
    return { json: { ...domain } }
  }
  const read = ([kind, name = '']: readonly string[]): CompanyAnswer => {
    const domain = domains.get(name)
    if (kind === 'names') return { json: nameOf(name, domain !== undefined) }
    if (!domain) return { status: 404 }
    const told = { ...domain }
    // Who asks has waited: by the next time the other registrar has let it go.
    if (domain.state === 'pending') domain.state = 'live'
    return { json: told }
  }
  return {
    made: () => made,
    pass(days) {
      today = new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, 10)
      for (const domain of domains.values())
        if (domain.expires_on < today) domain.state = endOf(domain, today)
    },
    answer({ method, path, headers, body }) {
      const parts = path.slice(1).split('/').map(decodeURIComponent)
      if (method === 'GET') return read(parts)
      const key = headers['idempotency-key'] ?? ''
      if (!acts.has(key)) acts.set(key, change(method, parts, JSON.parse(body || '{}') as Body))
      return acts.get(key)!
    },
  }
}

const refusal = (code: string, message: string): CompanyAnswer => ({ status: 409, json: { code, message } })

const nameOf = (name: string, ours: boolean): object =>
  ours || name.startsWith('taken')
    ? { status: 'taken' }
    : name.startsWith('gold')
      ? { status: 'premium', price: PRICE }
      : { status: 'free' }

const endOf = ({ expires_on }: Domain, today: string): Domain['state'] =>
  Date.parse(today) - Date.parse(expires_on) > GRACE_DAYS * DAY_MS ? 'redemption' : 'expired'
