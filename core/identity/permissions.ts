import { covers, invalidInput, type Actor } from '../kernel/index.ts'
import { allVerbs, declaredReads, type Audience } from '../records/index.ts'
import { OWN_ACCOUNT } from './actor-of.ts'
import { ExceedsOwnPermissions } from './errors.ts'

export interface CataloguedNoun {
  noun: string
  permissions: readonly string[]
}

/** All permissions that a role may hold, by noun, from the verbs themselves. */
export function permissionCatalogue(): CataloguedNoun[] {
  return catalogueFor('staff')
}

/** All rights that a membership or a client's API key may hold. */
export function rightsCatalogue(): CataloguedNoun[] {
  return catalogueFor('client')
}

/** Refuses patterns that fit no verb: a mistyped one would silently permit nothing. */
export function requireKnown(patterns: readonly string[], audience: 'staff' | 'client', field: string): void {
  const known = catalogueFor(audience).flatMap((entry) => entry.permissions)
  const lost = patterns.find((pattern) => !known.some((permission) => covers([pattern], permission)))
  if (lost !== undefined) throw invalidInput({ [field]: `"${lost}" fits no permission` })
}

/** Nobody gives more than they hold, nor manages somebody who holds more. */
export function requireHeld(actor: Actor, patterns: readonly string[]): void {
  if (actor.kind === 'system') return
  const beyond = patterns.find((pattern) => !covers(actor.permissions, pattern))
  if (beyond !== undefined) throw ExceedsOwnPermissions({ permission: beyond })
}

/** The brands beyond one's own are as far out of reach as permissions. `brandIds` null means all. */
export function requireBrandsHeld(actor: Actor, brandIds: readonly string[] | null): void {
  if (actor.kind === 'system' || actor.brandIds === 'all') return
  const held = actor.brandIds
  const beyond = brandIds === null ? '*' : brandIds.find((id) => !held.includes(id))
  if (beyond !== undefined) throw ExceedsOwnPermissions({ permission: `brand ${beyond}` })
}

function catalogueFor(audience: 'staff' | 'client'): CataloguedNoun[] {
  const nouns = new Map<string, string[]>()
  const ofVerbs = [...allVerbs].filter(
    ([permission, rules]) =>
      rules.audience.includes(audience) && !isEverybodys(permission, rules.audience, audience),
  )
  const ofPages = [...declaredReads].filter(
    ([permission, audiences]) =>
      audiences.has(audience) && !isEverybodys(permission, [...audiences], audience),
  )
  for (const permission of new Set([...ofVerbs, ...ofPages].map(([name]) => name))) {
    const noun = permission.slice(0, permission.indexOf('.'))
    nouns.set(noun, [...(nouns.get(noun) ?? []), permission])
  }
  return [...nouns]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([noun, permissions]) => ({ noun, permissions: permissions.sort() }))
}

/** What guests may do, or everybody about the own account, is nothing to give. */
function isEverybodys(permission: string, audience: readonly Audience[], whose: 'staff' | 'client'): boolean {
  const own = whose === 'staff' ? OWN_ACCOUNT : ['session.*', 'user.*']
  return audience.includes('guest') || covers(own, permission)
}
