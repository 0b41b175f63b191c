import type { CheckQuestion, ProviderKind, ShapeAnswer, ShapeHookName, ShapeValue } from '../../sdk/index.ts'
import { AskFirst, type Trx } from '../db/index.ts'
import { BerthError, defineError, type Actor } from '../kernel/index.ts'

export const CheckRefused = defineError(
  'hook.refused',
  409,
  (p: { plugin: string; hook: string; subject: string; message: string }) => p.message,
)
export const CheckUnanswered = defineError(
  'hook.unanswered',
  503,
  (p: { plugin: string; hook: string; subject: string }) =>
    `The plugin "${p.plugin}" must be asked (${p.hook}) and does not answer. Nothing was changed; try again later.`,
)

/** Automatic acts step round what a plugin refuses, and tell staff; acts of people end with it. */
export function isCheckRefusal(error: unknown): error is BerthError {
  return (
    error instanceof BerthError && (error.code === CheckRefused.code || error.code === CheckUnanswered.code)
  )
}

export type CheckVerdict = { allowed: true } | { allowed: false; error: BerthError }

/** An active instance that offers what was asked for. */
export interface Offering {
  instance: string
  plugin: string
  /** Null: set up for all brands. */
  brand: string | null
  /** Another one after each change of its settings or its code: what it answered before holds no longer. */
  stamp: string
}

/** What plugins may say about our acts. Areas know this port; the plugin host stands behind it. */
export interface Hooks {
  /** Whether any plugin wants to be asked. Costs nothing, so that it may stand on every path. */
  listens(hook: string): boolean
  /** Instances that observe this event; of a brand, only those set up for it or for all brands. */
  observers(type: string, brand: string | null): readonly string[]
  /** Who offers an operation ("tax.determine"), or a slot or widget at a place ("add_on.draw_slot portal.home.after"). */
  offering(what: string): readonly Offering[]
  /** Calls one operation of one instance. Throws when it fails. Not inside a transaction. */
  ask(instance: string, kind: ProviderKind, operation: string, input: object): Promise<unknown>
  /** Asks in order; the first refusal ends it. Never throws. Not inside a transaction. */
  check(question: CheckQuestion): Promise<CheckVerdict>
  /**
   * Hands the value on from plugin to plugin; `apply` makes the next one of each answer. A plugin that failed is passed
   * over, or ends the act with CheckUnanswered, by the hook's law. Not inside a transaction.
   */
  shape<N extends ShapeHookName>(hook: N, value: ShapeValue<N>, apply: ApplyShape<N>): Promise<ShapeValue<N>>
}

/** Where no plugins are. */
const nobody = (): Promise<never> => Promise.reject(new Error('No plugin host runs in this process'))

export type ApplyShape<N extends ShapeHookName> = (
  value: ShapeValue<N>,
  answer: ShapeAnswer<N>,
  plugin: string,
) => ShapeValue<N>

/** Where no plugins are: tests of single verbs, commands of a bare database. */
export const noHooks: Hooks = {
  listens: () => false,
  observers: () => [],
  offering: () => [],
  ask: nobody,
  check: () => Promise.resolve({ allowed: true }),
  shape: (_hook, value) => Promise.resolve(value),
}

const checks = new Map<string, { says: string; irreversible: boolean }>()
/** Checks that no lifecycle gives, by their full name. */
export const declaredChecks: ReadonlyMap<string, { says: string; irreversible: boolean }> = checks

/** Declares a check beside its area, for an act of ours that moves no state. */
export function declareCheck(name: `${string}:check`, says: string, irreversible = false): void {
  if (checks.has(name)) throw new Error(`The check "${name}" is declared twice.`)
  checks.set(name, { says, irreversible })
}

export interface Asking {
  noun: string
  transition: string
  from: string
  to: string
  row: { id: string; version: number; brand_id?: string | null; client_id?: string | null }
  reason?: string | null
  facts?: CheckQuestion['facts']
}

export const checkHookOf = (noun: string, transition: string): string => `${noun}.${transition}:check`

/**
 * Lets plugins refuse what is about to be written. Inside a transaction nobody may be asked, so the first pass ends it
 * with AskFirst; the second finds the verdict, which is about this version of the record and no other.
 */
export function demandChecks(
  { hooks }: { hooks: Hooks },
  trx: Trx,
  actor: Actor,
  askings: readonly Asking[],
): void {
  const open = new Map<string, () => Promise<CheckVerdict>>()
  for (const asking of askings) {
    if (!hooks.listens(checkHookOf(asking.noun, asking.transition))) continue
    const key = keyOf(asking)
    if (!trx.answers.has(key)) open.set(key, () => hooks.check(questionOf(asking, actor)))
  }
  if (open.size > 0) throw new AskFirst(open)
}

/** As demandChecks for one act, and throws its refusal. */
export function demandCheck(means: { hooks: Hooks }, trx: Trx, actor: Actor, asking: Asking): void {
  demandChecks(means, trx, actor, [asking])
  const verdict = trx.answers.get(keyOf(asking)) as CheckVerdict | undefined
  if (verdict && !verdict.allowed) throw verdict.error
}

/** As demandCheck for an act that begins outside the database: before the call, while no transaction is open. */
export async function askCheck({ hooks }: { hooks: Hooks }, actor: Actor, asking: Asking): Promise<void> {
  if (!hooks.listens(checkHookOf(asking.noun, asking.transition))) return
  const verdict = await hooks.check(questionOf(asking, actor))
  if (!verdict.allowed) throw verdict.error
}

const keyOf = ({ noun, transition, row, facts }: Asking): string =>
  `${checkHookOf(noun, transition)} ${row.id} ${row.version} ${JSON.stringify(facts ?? {})}`

export function questionOf(
  { noun, transition, from, to, row, reason, facts = {} }: Asking,
  actor: Actor,
): CheckQuestion {
  return {
    noun,
    transition,
    subject: row.id,
    from,
    to,
    brand_id: row.brand_id ?? null,
    client_id: row.client_id ?? null,
    actor_kind: actor.kind,
    reason: reason ?? null,
    facts,
  }
}
