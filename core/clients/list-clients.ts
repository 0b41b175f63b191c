import { Type } from '../../sdk/index.ts'
import { all, sql, type Queries } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'
import { findClient } from './find-client.ts'
import type { Client } from './rows.ts'

const PAGE = 50

export const readClient = defineVerb(
  {
    permission: 'client.read',
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String() }),
  },
  (means: Means, { client_id }, actor): Promise<Client> =>
    findClient(means.db, actor, client_id, 'client.read'),
)

export interface ListedClient {
  id: string
  brand_id: string
  brand: string
  name: string
  company: string | null
  email: string
  country: string
  currency: string
  status: Client['status']
  created_at: Instant
}

export interface ClientPage {
  clients: ListedClient[]
  /** Give it as `after` for the next page; null on the last. */
  next: string | null
}

/** Newest first, in one statement. Every word of `q` must be in the name, company, e-mail or id. */
export const listClients = defineVerb(
  {
    permission: 'client.list',
    audience: ['staff'],
    input: Type.Object({
      q: Type.Optional(Type.String({ maxLength: 200 })),
      status: Type.Optional(
        Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('closed')]),
      ),
      brand_id: Type.Optional(Type.String()),
      country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      kind: Type.Optional(Type.Union([Type.Literal('person'), Type.Literal('company')])),
      after: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    }),
  },
  async (means: Means, input, actor): Promise<ClientPage> => {
    const limit = input.limit ?? PAGE
    const conditions = [scoped(actor, { table: 'c', client: 'id' })]
    for (const word of (input.q ?? '').toLowerCase().split(/\s+/).filter(Boolean))
      conditions.push(sql`c.search_text like ${`%${word.replaceAll(/[%_!]/g, '!$&')}%`} escape '!'`)
    if (input.status) conditions.push(sql`c.status = ${input.status}`)
    if (input.brand_id) conditions.push(sql`c.brand_id = ${input.brand_id}`)
    if (input.country) conditions.push(sql`c.country = ${input.country}`)
    if (input.kind) conditions.push(sql`c.kind = ${input.kind}`)
    if (input.after) conditions.push(sql`c.id < ${input.after}`)
    const rows = await means.db.all<ListedClient>(sql`
      select c.id, c.brand_id, b.name as brand, c.name, c.company, c.email, c.country, c.currency, c.status, c.created_at
      from clients c join brands b on b.id = c.brand_id where ${all(conditions)} order by c.id desc limit ${limit + 1}`)
    const clients = rows.slice(0, limit)
    return { clients, next: rows.length > limit ? clients.at(-1)!.id : null }
  },
)

/** For the warning on the form of a new client: same e-mail address, or same name or company in the brand. */
export function likelyDuplicates(
  queries: Queries,
  wanted: { brandId: string; email: string; name: string; company?: string | null },
): Promise<{ id: string; name: string; company: string | null; email: string }[]> {
  return queries.all(sql`
    select id, name, company, email from clients
    where brand_id = ${wanted.brandId} and (lower(email) = ${wanted.email.trim().toLowerCase()}
      or lower(name) = ${wanted.name.trim().toLowerCase()} or lower(company) = ${wanted.company?.trim().toLowerCase() || null})
    order by id desc limit 5`)
}
