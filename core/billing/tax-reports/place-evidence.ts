import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { euMembers, requireCountry } from '../../brands/index.ts'
import { all, list, sql } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import { defineVerb, findRow, scoped, type Means } from '../../records/index.ts'
import { countryOfPhone } from './calling-codes.ts'

export const evidenceKinds = ['bank', 'card', 'network', 'sim', 'landline', 'other'] as const

export interface EvidencePiece {
  kind: (typeof evidenceKinds)[number] | 'address' | 'phone'
  country: string
  source: string
  noted_at: Instant | null
}

export interface PlaceEvidence {
  client_id: string
  client: string
  pieces: EvidencePiece[]
  /** Two that agree and none that speaks against them. */
  standing: 'enough' | 'too_little' | 'contradicting'
}

/** Staff have seen a proof of the place, such as the country of the bank. The newest word of a kind counts. */
export const notePlaceEvidence = defineVerb(
  {
    permission: 'place_evidence.note',
    asksNobody: 'it notes what shows where a client lives',
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      kind: Type.Enum([...evidenceKinds]),
      country: Type.String({ pattern: '^[A-Z]{2}$' }),
      source: Type.String({ minLength: 1, maxLength: 200 }),
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const client = await findRow<{ id: string; brand_id: string }>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id, scope: { client: 'id' } },
    })
    requireCountry(input.country)
    const now = means.business.now()
    await means.db.transaction(async (trx) => {
      await trx.run(sql`
        insert into place_evidence (id, client_id, kind, country, source, noted_at)
        values (${means.newId('pev')}, ${client.id}, ${input.kind}, ${input.country}, ${input.source}, ${now})
        on conflict (client_id, kind) do update set country = excluded.country, source = excluded.source, noted_at = excluded.noted_at`)
      const scope = { subject: client.id, brandId: client.brand_id, clientId: client.id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'place_evidence.note', after: input }])
    })
  },
)

const LIST_MAX = 200

/** Consumers in member states other than their seller's, with what speaks for their place; those in doubt first. */
export const listPlaceEvidence = defineVerb(
  {
    permission: 'place_evidence.list',
    audience: ['staff'],
    input: Type.Object({ client_id: Type.Optional(Type.String()) }),
  },
  async (means: Means, { client_id }, actor): Promise<PlaceEvidence[]> => {
    const conditions = [scoped(actor, { table: 'c', client: 'id' })]
    if (client_id === undefined)
      conditions.push(
        sql`c.country in (${list(euMembers)}) and c.country <> s.country and s.country in (${list(euMembers)}) and c.tax_id_valid_for is null`,
      )
    else conditions.push(sql`c.id = ${client_id}`)
    const clients = await means.db.all<{
      id: string
      client: string
      country: string
      phone: string | null
    }>(sql`
      select c.id, coalesce(c.company, c.name) as client, c.country, c.phone from clients c
      join brands b on b.id = c.brand_id join sellers s on s.id = b.seller_id where ${all(conditions)} order by c.id desc limit ${LIST_MAX}`)
    const noted = await means.db.all<EvidencePiece & { client_id: string }>(sql`
      select client_id, kind, country, source, noted_at from place_evidence where client_id in (${list(clients.map(({ id }) => id))}) order by kind`)
    return clients
      .map(({ id, client, country, phone }) => {
        const own = noted.filter((piece) => piece.client_id === id)
        return { client_id: id, client, ...weighed(country, phone, own) }
      })
      .sort((a, b) => WEIGHT[a.standing] - WEIGHT[b.standing])
  },
)

const WEIGHT = { contradicting: 0, too_little: 1, enough: 2 }

/** Pure: the pieces that speak for a place, and whether they are enough. */
export function weighed(
  country: string,
  phone: string | null,
  noted: readonly EvidencePiece[],
): Pick<PlaceEvidence, 'pieces' | 'standing'> {
  const dialled = phone === null ? null : countryOfPhone(phone)
  const pieces: EvidencePiece[] = [
    { kind: 'address', country, source: '', noted_at: null },
    ...(dialled ? [{ kind: 'phone' as const, country: dialled, source: phone!, noted_at: null }] : []),
    ...noted.map(({ kind, country: where, source, noted_at }) => ({
      kind,
      country: where,
      source,
      noted_at,
    })),
  ]
  if (pieces.some((piece) => piece.country !== country)) return { pieces, standing: 'contradicting' }
  return { pieces, standing: pieces.length > 1 ? 'enough' : 'too_little' }
}
