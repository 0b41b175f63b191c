import { Type, type Static } from '../../sdk/index.ts'
import type { Queries } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { TermsChanged } from './errors.ts'
import { currentTerms, termsOf } from './terms.ts'

/** What a buyer accepts with an order. */
export const TermsWish = Type.Object({
  version: Type.String({ minLength: 1, maxLength: 60 }),
  accepted: Type.Literal(true),
  /** Of staff: why an order is under terms that held before, such as a contract on paper. */
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
})

/** Refuses terms that are not those of today; staff may name earlier ones and say why. */
export async function demandTerms(
  queries: Queries,
  { brandId, terms }: { brandId: string; terms: Static<typeof TermsWish> },
  actor: Actor,
): Promise<void> {
  const { version, reason } = terms
  const current = await currentTerms(queries, brandId)
  const isOurs = actor.kind === 'staff' || actor.kind === 'system'
  if (reason !== undefined && !isOurs) throw invalidInput({ 'terms.reason': 'is for staff' })
  if (version === current.version) return
  if (reason === undefined) throw TermsChanged({ named: version, current: current.version })
  if ((await termsOf(queries, brandId, version)) === null)
    throw invalidInput({ 'terms.version': 'never held in this shop' })
}
