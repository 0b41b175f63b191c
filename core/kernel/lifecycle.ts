import { defineError } from './errors.ts'

export interface Transition<S extends string> {
  readonly from: readonly S[]
  readonly to: S
  /** What has happened outside (paid, refunded, delivered), in words. It has no check hook: nobody may refuse it. */
  readonly fact?: string
  /** Which act, that was checked already, it follows from: nobody is asked again, the house must not stall half-way. */
  readonly follows?: string
  /** Event when "noun.state" would not tell what happened: "service.released" also ends in the state live. */
  readonly event?: string
  /** Cannot be taken back: it waits when a plugin that is to check it does not answer. Others go on. */
  readonly irreversible?: boolean
}

export interface Lifecycle<S extends string = string, T extends string = string> {
  readonly noun: string
  readonly column: string
  readonly initial: S
  readonly states: readonly S[]
  readonly transitions: Readonly<Record<T, Transition<S>>>
}

export const IllegalTransition = defineError(
  'state.illegal',
  409,
  (p: { noun: string; id: string; state: string; transition: string }) =>
    `The ${p.noun} ${p.id} is ${p.state}; "${p.transition}" is not possible from there.`,
)

const lifecycles: Lifecycle[] = []

/** Declares the table of states of a noun. Checked here, so that a wrong table stops the start. */
export function defineLifecycle<S extends string, T extends string>(
  noun: string,
  table: {
    column?: string
    initial: S
    transitions: Record<
      T,
      {
        from: readonly NoInfer<S>[]
        to: S
        fact?: string
        follows?: string
        event?: string
        irreversible?: boolean
      }
    >
  },
): Lifecycle<S, T> {
  const transitions = table.transitions as Record<T, Transition<S>>
  const states = reachable(table.initial, Object.values<Transition<S>>(transitions))
  for (const [name, transition] of Object.entries<Transition<S>>(transitions)) {
    const lost = transition.from.find((state) => !states.includes(state))
    if (lost) throw new Error(`Lifecycle ${noun}: "${name}" starts from "${lost}", which cannot be reached.`)
  }
  const made = { noun, column: table.column ?? 'status', initial: table.initial, states, transitions }
  lifecycles.push(made)
  return made
}

export const allLifecycles: readonly Lifecycle[] = lifecycles

function reachable<S extends string>(initial: S, transitions: readonly Transition<S>[]): S[] {
  const found: S[] = [initial]
  for (const state of found) {
    for (const { from, to } of transitions) if (from.includes(state) && !found.includes(to)) found.push(to)
  }
  return found
}
