import type {
  CheckAnswer,
  CheckQuestion,
  ProviderKind,
  ShapeAnswer,
  ShapeHookName,
  ShapeValue,
} from '../../../sdk/index.ts'
import type { Clock } from '../../kernel/index.ts'
import type { Log } from '../../log/index.ts'
import type { Queries } from '../../db/index.ts'
import {
  type ApplyShape,
  checkHookOf,
  CheckRefused,
  CheckUnanswered,
  type CheckVerdict,
  type Hooks,
} from '../../records/index.ts'
import { hookNamed, type Law } from './hook-table.ts'
import { openListeners, type Listener } from './listeners.ts'

/** How the hooks reach plugins, always with a page or a run that waits (`deadline: 'page'`): bound when the plugin host is there, which is after the database. */
export type CallHook = (
  listener: Pick<Listener, 'instance'>,
  law: Law | ProviderKind,
  hook: string,
  input: object,
) => Promise<unknown>

export interface OpenHooks extends Hooks {
  bind(call: CallHook): void
  refresh(): Promise<void>
  stop(): void
}

const nobody: CallHook = () => Promise.reject(new Error('No plugin host runs in this process.'))

export async function openHooks(means: { db: Queries; clock: Clock; log: Log }): Promise<OpenHooks> {
  const listeners = await openListeners(means)
  let call = nobody
  const active = (hook: string) => listeners.of(hook).filter((listener) => listener.active)
  const askedBy = (hook: string, brand: string | null | undefined) =>
    active(hook).filter((listener) => isFor(listener, brand))
  const ask = (listener: Listener, law: Law, hook: string, input: object) => call(listener, law, hook, input)
  const told = (listener: Listener, hook: string, error: unknown) =>
    means.log.warn(
      { plugin: listener.plugin, instance: listener.instance, hook, error: String(error) },
      'hook failed',
    )
  return {
    listens: (hook) => active(hook).length > 0,
    observers: (type, brand) =>
      listeners
        .of(type)
        .filter((listener) => isFor(listener, brand))
        .map(({ instance }) => instance),
    offering: (what) => active(what),
    ask: (instance, kind, operation, input) => call({ instance }, kind, operation, input),
    async check(question) {
      const hook = checkHookOf(question.noun, question.transition)
      for (const listener of askedBy(hook, question.brand_id)) {
        const verdict = await verdictOf(listener, question, hook, (input) =>
          ask(listener, 'check', hook, input).catch((error: unknown) => void told(listener, hook, error)),
        )
        if (!verdict.allowed) return verdict
      }
      return { allowed: true }
    },
    async shape<N extends ShapeHookName>(
      hook: N,
      value: ShapeValue<N>,
      apply: ApplyShape<N>,
    ): Promise<ShapeValue<N>> {
      let shaped = value
      for (const listener of askedBy(hook, 'brand_id' in value ? value.brand_id : null)) {
        try {
          const answer = await ask(listener, 'shape', hook, shaped as object)
          shaped = apply(shaped, answer as ShapeAnswer<N>, listener.plugin)
        } catch (error) {
          told(listener, hook, error)
          if (hookNamed(hook)?.failure === 'stop')
            throw CheckUnanswered({ plugin: listener.plugin, hook, subject: hook }, error)
        }
      }
      return shaped
    },
    bind: (bound) => void (call = bound),
    refresh: () => listeners.refresh(),
    stop: () => listeners.stop(),
  }
}

/** An instance of one brand neither hears of another nor is asked about it. */
const isFor = (listener: Listener, brand: string | null | undefined): boolean =>
  listener.brand === null || brand == null || listener.brand === brand

/** What one plugin says; what its silence means is written at the hook. */
async function verdictOf(
  { plugin }: Listener,
  question: CheckQuestion,
  hook: string,
  ask: (input: object) => Promise<unknown>,
): Promise<CheckVerdict> {
  const answer = (await ask(question)) as CheckAnswer | undefined
  const about = { plugin, hook, subject: question.subject }
  if (answer === undefined)
    return hookNamed(hook)?.failure === 'stop'
      ? { allowed: false, error: CheckUnanswered(about) }
      : { allowed: true }
  return answer.allow
    ? { allowed: true }
    : { allowed: false, error: CheckRefused({ ...about, message: answer.message }) }
}
