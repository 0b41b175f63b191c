import type { Provisioner } from '../provisioner.ts'
import type { TSchema } from '../type.ts'

/** What core puts into a changing call, beside what the act is about. */
type Added = 'idempotency_key' | 'reasons'

type WithoutAdded<I> = Omit<I, Added> & Partial<Pick<I, Extract<keyof I, Added>>>

/** As a provisioner, called without what core adds: each call is then an act of its own, a suspension one for debt. */
export type CalledProvisioner = {
  [K in keyof Provisioner]-?: (
    input: WithoutAdded<Parameters<NonNullable<Provisioner[K]>>[0]>,
  ) => ReturnType<NonNullable<Provisioner[K]>>
}

let acts = 0

/** The input with a key and a reason where its schema wants them and it names none. */
export function completed(schema: TSchema, given: unknown, key = `act_${++acts}`): unknown {
  if (typeof given !== 'object' || given === null) return given
  const { properties = {} } = schema as { properties?: Record<string, unknown> }
  const lacks = (name: Added) => name in properties && !(name in given)
  return {
    ...given,
    ...(lacks('idempotency_key') ? { idempotency_key: key } : {}),
    ...(lacks('reasons') ? { reasons: ['overdue'] } : {}),
  }
}
