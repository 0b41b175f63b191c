import { Type, writeScopes, type RequestAnswer, type WriteScope } from '../../../sdk/index.ts'
import { misfit } from '../checks.ts'
import { REFERENCE_LENGTH } from '../limits.ts'
import type { AskingCall } from './asking-call.ts'
import { isCurrent, isOfBrand, reachOf } from './records.ts'
import { denied, Refusal } from './refusal.ts'

export const WriteInput = Type.Object(
  {
    scope: Type.String({ minLength: 1, maxLength: 64 }),
    id: Type.String({ minLength: 1, maxLength: 64 }),
    reference: Type.String({ minLength: 1, maxLength: REFERENCE_LENGTH }),
    body: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
)

interface Asked {
  scope: string
  id: string
  reference: string
  body: Record<string, unknown>
}

/** Holds a request against grant, schema, reach and brand; what is left of it core decides in its own transaction. */
export async function requestWrite(
  call: AskingCall,
  { scope, id, reference, body }: Asked,
): Promise<RequestAnswer> {
  if (call.readOnly !== undefined) throw denied(`Nothing can be written in this call: ${call.readOnly}.`)
  const reach = reachOf(call, scope)
  if (!isWriteScope(scope)) throw new Refusal('E_INVALID', `There is no scope "${scope}" to write.`)
  const rule = writeScopes[scope]
  const problem = misfit(rule.body, body)
  if (problem !== undefined)
    throw new Refusal('E_INVALID', `The body of "${scope}" does not fit: ${problem}.`)
  const record = await recordToWrite(call, { id, noun: rule.record, reach })
  const { instance, brandId, manifest, cause, signal } = call
  return call.writes.request({ instance, brandId, manifest, cause, signal, scope, reference, body, record })
}

const isWriteScope = (scope: string): scope is WriteScope => Object.hasOwn(writeScopes, scope)

/**
 * One of another noun, of another brand or out of reach answers like one that there is not. The brand holds for the
 * record of the call as well: what an instance of one brand writes, that brand answers for.
 */
async function recordToWrite(
  call: AskingCall,
  { id, noun, reach }: { id: string; noun: string; reach: 'current' | 'all' },
): Promise<{ id: string; clientId: string; brandId: string }> {
  const found = await call.findRecord(id)
  if (found?.noun === noun && found.clientId !== null && found.brandId !== null && isOfBrand(call, found)) {
    const { clientId, brandId } = found
    if (reach === 'all' || isCurrent(call, id, clientId)) return { id, clientId, brandId }
  }
  throw new Refusal('E_INVALID', `There is no ${noun} "${id}" that this call may write to.`)
}
