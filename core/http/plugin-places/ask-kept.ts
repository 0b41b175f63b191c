import { PAGE_WAITS_MS, type Kind } from '../../plugins/index.ts'
import type { Ctx } from '../context.ts'

export interface Wish {
  instance: string
  /** Of what the instance is now: an answer of before a change is not asked for by it. */
  stamp: string
  kind: Kind
  operation: string
  input: object
  /** Whose secrets go with it, where it is about something on a server. */
  serverId?: string
}

/** A plugin that failed is a thing to show, never one to throw: its part of the page alone is missing. */
export type Told<T> = { value: T } | { failed: true }

interface Kept {
  instance: string
  /** Asked then: before it, the clock was set back since. */
  from: number
  /** Until the answer is there, its deadline; then for as long as the plugin allows. */
  until: number
  told: Promise<Told<unknown>>
}

/** Who failed is not asked again at each page. */
const FAILED_MS = 5_000
const KEPT_MAX = 1_000

const kept = new WeakMap<object, Map<string, Kept>>()

/** Asks a plugin, or shows its last answer while that may be kept. Readers who ask for the same share one call. */
export function askKept<T>(ctx: Ctx, wish: Wish, keepSeconds: (value: T) => number): Promise<Told<T>> {
  const { deps } = ctx.state
  const answers = answersOf(deps.hooks)
  const key = JSON.stringify([wish.instance, wish.stamp, wish.operation, wish.input])
  const known = answers.get(key)
  const now = deps.clock.ms()
  if (known && known.from <= now && known.until > now) return known.told as Promise<Told<T>>
  if (answers.size >= KEPT_MAX) answers.clear()
  const entry: Kept = {
    instance: wish.instance,
    from: now,
    until: now + PAGE_WAITS_MS,
    told: ask<T>(ctx, wish).then((told) => {
      entry.until = deps.clock.ms() + ('value' in told ? keepSeconds(told.value) * 1_000 : FAILED_MS)
      return told
    }),
  }
  answers.set(key, entry)
  return entry.told as Promise<Told<T>>
}

/** After a form was sent, what the plugin showed before holds no longer. */
export function forgetAnswers(ctx: Ctx, instance: string): void {
  const answers = answersOf(ctx.state.deps.hooks)
  for (const [key, entry] of answers) if (entry.instance === instance) answers.delete(key)
}

function answersOf(owner: object): Map<string, Kept> {
  let answers = kept.get(owner)
  if (!answers) kept.set(owner, (answers = new Map()))
  return answers
}

async function ask<T>(ctx: Ctx, { instance, kind, operation, input, serverId }: Wish): Promise<Told<T>> {
  const { deps, requestId } = ctx.state
  try {
    const options = { deadline: 'page', requestId, ...(serverId ? { serverId } : {}) } as const
    return { value: await deps.plugins.call<T>(instance, kind, operation, input, options) }
  } catch (error) {
    deps.log.warn({ err: error, instance, operation, request: requestId }, 'a part of a page is missing')
    return { failed: true }
  }
}
