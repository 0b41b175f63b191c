import { BerthError, type Actor } from '../../kernel/index.ts'
import { maskedText } from '../call-provider.ts'
import { ProviderRefused } from '../errors.ts'
import type { ActRow } from './act-row.ts'

/** Before what was wrong on our side of the provider: the plugin, its host, the way there. */
const OURS = /^(plugin\.|core$)/

/** Errors of our side name inner hosts: clients hear that it did not work, staff hear why. */
function refused(actor: Pick<Actor, 'kind'>, operation: string, code: string, text: string): BerthError {
  const isHidden = actor.kind === 'client' && OURS.test(code)
  const shown = isHidden ? { code: 'unreachable', message: UNREACHABLE } : { code, message: maskedText(text) }
  return ProviderRefused({ operation, ...shown })
}

const UNREACHABLE = 'It could not be asked now. Try again in a few minutes.'

/** Of an act that has failed: its message is "code: words", or words of ours. */
export function refusalOf(actor: Pick<Actor, 'kind'>, { operation, message }: ActRow): BerthError {
  const [, code = 'not_done', text = message ?? ''] = /^([\w.]+): (.*)$/s.exec(message ?? '') ?? []
  return refused(actor, operation, code, text)
}

/** Asks a provider for somebody who waits; a client gets no error of a plugin as it is. */
export async function askedBy<T>(
  actor: Pick<Actor, 'kind'>,
  operation: string,
  ask: () => T | Promise<T>,
): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (actor.kind !== 'client' || !(error instanceof BerthError) || !OURS.test(error.code)) throw error
    throw refused(actor, operation, error.code, error.message)
  }
}
