import type { Static, TSchema } from '../../sdk/index.ts'
import { covers, Forbidden, NotSignedIn, type Actor } from '../kernel/index.ts'
import { checkInput } from './check-input.ts'
import { noteVerb } from './refused-verb.ts'

/** A plugin is named by the verbs that it may have called for it, each with the permission of that one call. */
export type Audience = 'staff' | 'client' | 'guest' | 'plugin'

export interface VerbRules<S extends TSchema> {
  /** "invoice.void": also the audit action. */
  permission: string
  /** Who may call it at all; staff still need the permission, clients the right. The system may always. */
  audience: readonly Audience[]
  input: S
  /** The checks by which plugins may refuse it: those of the records that it moves, or one of its own. */
  asks?: readonly `${string}:check`[]
  /** Why no plugin is asked about what it writes. A verb that writes says one of both; one that reads says neither. */
  asksNobody?: string
}

/** A verb: a plain function (means, input, actor) that carries its schema and permission for forms, API and docs. */
export interface Verb<M, S extends TSchema, R> extends VerbRules<S> {
  (means: M, input: unknown, actor: Actor): Promise<R>
}

const verbs = new Map<string, VerbRules<TSchema>>()

const reads = new Map<string, Set<Audience>>()

/** Permissions that open a page which no verb stands behind: a role may hold them as well. */
export const declaredReads: ReadonlyMap<string, ReadonlySet<Audience>> = reads

/** Several pages may share a permission, also with a verb. */
export function declareRead(permission: string, audience: readonly Audience[]): void {
  reads.set(permission, new Set([...(reads.get(permission) ?? []), ...audience]))
}

/** Every verb by permission: the walk of all verbs with a foreign id reads this. */
export const allVerbs: ReadonlyMap<string, VerbRules<TSchema>> = verbs

/**
 * Declares a verb. Whoever calls it, form, API, command line or job, meets the same checks: audience and permission
 * first, then the input, then `act`. Whose row it is, is checked where the row is read (see scoped).
 */
export function defineVerb<M, S extends TSchema, R>(
  rules: VerbRules<S>,
  act: (means: M, input: Static<S>, actor: Actor) => Promise<R>,
): Verb<M, S, R> {
  if (verbs.has(rules.permission)) throw new Error(`The verb "${rules.permission}" is declared twice.`)
  verbs.set(rules.permission, rules)
  const call = async (means: M, input: unknown, actor: Actor): Promise<R> => {
    permit(rules, actor)
    try {
      return await act(means, checkInput(rules.input, input), actor)
    } catch (error) {
      noteVerb(error, rules.permission, input)
      throw error
    }
  }
  return Object.assign(call, rules)
}

export function permit(rules: { permission: string; audience: readonly Audience[] }, actor: Actor): void {
  if (actor.kind === 'system') return
  if (!rules.audience.includes(actor.kind))
    throw actor.kind === 'guest' ? NotSignedIn({}) : Forbidden({ permission: rules.permission })
  if ((actor.kind === 'staff' || actor.kind === 'plugin') && !covers(actor.permissions, rules.permission))
    throw Forbidden({ permission: rules.permission })
  if (actor.kind === 'client' && !rules.audience.includes('guest') && !holdsRight(actor, rules.permission)) {
    throw Forbidden({ permission: rules.permission })
  }
}

/** Whether a page may offer the act: the same rule, without the exception. */
export function may(actor: Actor, rules: { permission: string; audience: readonly Audience[] }): boolean {
  try {
    permit(rules, actor)
    return true
  } catch {
    return false
  }
}

/** A user without any client yet holds no grant, and may still do what concerns only the user (user.…). */
function holdsRight(actor: Actor, permission: string): boolean {
  return (
    permission.startsWith('user.') ||
    permission.startsWith('session.') ||
    actor.grants.some((grant) => covers(grant.rights, permission))
  )
}
