import { CheckAnswer, CheckQuestion, HookEvent, shapeHooks } from '../../../sdk/index.ts'
import { declaredEvents } from '../../events/index.ts'
import { allLifecycles, type Lifecycle, type Transition } from '../../kernel/index.ts'
import { declaredChecks } from '../../records/index.ts'

export type Law = 'observe' | 'check' | 'shape'

export interface Hook {
  name: string
  law: Law
  input: object
  /** Absent for observers: they answer nothing. */
  output?: object
  /** What core does when a plugin fails: tries again, goes on without it, or lets the act wait. */
  failure: 'retry' | 'skip' | 'stop'
  pure: boolean
  /** "invoice: issued → paid", or what a declared hook says. */
  when: string
}

/** Every hook there is, by name: of each lifecycle by itself, and those that areas declare. */
export function allHooks(): ReadonlyMap<string, Hook> {
  const hooks = [
    ...allLifecycles.flatMap(ofLifecycle),
    ...[...declaredEvents].map(([name, says]) => observe(name, says)),
    ...[...declaredChecks].map(([name, { says, irreversible }]) => check(name, says, irreversible)),
    ...Object.entries(shapeHooks).map(([name, { value, answer, failure, pure, says }]): Hook => ({
      ...{ name, law: 'shape', input: value, output: answer, failure, pure, when: says },
    })),
  ]
  const table = new Map<string, Hook>()
  for (const hook of hooks) {
    const known = table.get(hook.name)
    table.set(hook.name, known ? { ...known, when: `${known.when}; ${hook.when}` } : hook)
  }
  return table
}

function ofLifecycle(lifecycle: Lifecycle): Hook[] {
  return Object.entries(lifecycle.transitions).flatMap(([name, transition]) => {
    const when = whenOf(lifecycle, transition)
    const event = observe(transition.event ?? `${lifecycle.noun}.${transition.to}`, when)
    if (transition.fact || transition.follows) return [event]
    return [event, check(`${lifecycle.noun}.${name}:check`, when, transition.irreversible ?? false)]
  })
}

const whenOf = ({ noun }: Lifecycle, { from, to }: Transition<string>): string =>
  `${noun}: ${from.join(', ')} → ${to}`

const observe = (name: string, when: string): Hook => ({
  ...{ name, law: 'observe', input: HookEvent, failure: 'retry', pure: false, when },
})

const check = (name: string, when: string, irreversible: boolean): Hook => ({
  ...{ name, law: 'check', input: CheckQuestion, output: CheckAnswer, pure: false, when },
  failure: irreversible ? 'stop' : 'skip',
})

export function lawOf(name: string): Law {
  return name.endsWith(':check') ? 'check' : name.endsWith(':shape') ? 'shape' : 'observe'
}

let table: ReadonlyMap<string, Hook> | undefined
let declared = 0

/** The hook of that name. An area that is loaded later adds its own. */
export function hookNamed(name: string): Hook | undefined {
  const now = allLifecycles.length + declaredEvents.size + declaredChecks.size
  if (!table || now !== declared) {
    table = allHooks()
    declared = now
  }
  return table.get(name)
}
