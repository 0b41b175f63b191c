import type { BerthError } from '../kernel/index.ts'
import { masked, maskedStart } from './broker/secrets.ts'
import { closed, misfit } from './checks.ts'
import * as errors from './errors.ts'
import { parseGuarded, UnsafeJson } from './json.ts'
import * as limits from './limits.ts'
import { failed, type PluginCall, type Traces } from './plugin-call.ts'
import type { CallEnd } from './supervisor/pool.ts'

export type Result = { value: unknown } | { error: BerthError; frames?: readonly string[] }

/** The outcome is unknown as soon as a request left that may have changed something and no answer of ours says what. */
export function outcomeOf(
  call: PluginCall,
  ended: CallEnd,
  output: object | undefined,
  traces: Traces,
): Result {
  const { sent, seen } = traces
  switch (ended.end) {
    case 'done':
      return ended.ok
        ? answerOf(call, { text: ended.text, output, sent })
        : reported(call, ended.text, traces)
    case 'timeout':
      return { error: errors.PluginTimeout(failed(call, sent, { limit: ended.limit })) }
    case 'memory':
      return { error: errors.PluginMemory(failed(call, sent, {})) }
    case 'busy':
      return { error: errors.PluginBusy(failed(call, false, {})) }
    case 'host_lost':
      return { error: errors.PluginHostLost(failed(call, sent, reasonOf(ended))) }
    case 'invalid':
      return { error: errors.PluginInvalidResult(failed(call, sent, { reason: ended.reason })) }
    case 'denied':
      return { error: errors.PluginDenied(failed(call, sent, { reason: ended.reason })) }
    case 'not_started':
      return {
        error: errors.PluginFailed(
          failed(call, false, { reason: `it did not start: ${told(ended.reason, seen)}` }),
        ),
      }
  }
}

const reasonOf = ({ reason }: { reason?: string }) => (reason === undefined ? {} : { reason })

function answerOf(
  call: PluginCall,
  { text, output, sent }: { text: string; output: object | undefined; sent: boolean },
): Result {
  const invalid = (reason: string) => ({
    error: errors.PluginInvalidResult(failed(call, sent, { reason })),
  })
  try {
    const value = parseGuarded(text)
    // No database of ours keeps it, and every text of an answer may end in one.
    if (/(?<!\\)(\\\\)*\\u0000/.test(text)) return invalid('it has the character U+0000')
    const problem = output === undefined ? undefined : misfit(closed(output), value)
    return problem === undefined ? { value } : invalid(problem)
  } catch (error) {
    if (error instanceof UnsafeJson) return invalid(error.message)
    throw error
  }
}

function reported(call: PluginCall, text: string, { sent, seen, stacks }: Traces): Result {
  const report = readReport(text)
  if (report?.code === 'invalid_result')
    return { error: errors.PluginInvalidResult(failed(call, sent, { reason: told(report.message, seen) })) }
  const reason = told(report?.message ?? 'it failed without a reason', seen)
  const error = errors.PluginFailed(failed(call, sent, { reason }))
  const frames = framesOf(stacks ? (report?.stack ?? '') : '').map((frame) => masked(frame, seen))
  return frames.length > 0 ? { error, frames } : { error }
}

/** What a plugin, or whoever speaks in its host, says of itself, as people may have it. */
const told = (message: string, seen: readonly string[]): string =>
  maskedStart(message, seen, limits.ERROR_MESSAGE_LENGTH).replaceAll('\0', '\ufffd')

const FRAMES_MAX = 20

/** Of a stack only the places in the bundle are kept: the rest says nothing to an author, and may be anything. */
const framesOf = (stack: string): string[] =>
  [
    ...stack
      .slice(0, limits.ERROR_MESSAGE_LENGTH)
      .matchAll(/^ +at (.{0,200}\bplugin\.js:\d{1,6}:\d{1,7}\)?)$/gm),
  ]
    .slice(0, FRAMES_MAX)
    .map(([, frame]) => frame!)

function readReport(text: string): { code: string; message: string; stack: string } | undefined {
  try {
    const value = parseGuarded(text) as { code?: unknown; message?: unknown; stack?: unknown } | null
    return { code: String(value?.code), message: String(value?.message), stack: String(value?.stack ?? '') }
  } catch {
    return undefined
  }
}
