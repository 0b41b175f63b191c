import { type Static, Type } from '../../../sdk/index.ts'
import { FETCHES_AT_ONCE } from '../limits.ts'
import { limitOf } from '../manifest/askable-limits.ts'
import type { AskingCall } from './asking-call.ts'
import { Refusal } from './refusal.ts'

export const PartInput = Type.Object(
  {
    /** Number of the body that it goes on with; absent: it begins one. */
    body: Type.Optional(Type.Integer({ minimum: 1 })),
    text: Type.Optional(Type.String()),
    base64: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** Bodies of requests that came in parts and were not sent yet, by the number that the plugin knows. */
export interface KeptBodies {
  last: number
  /** Bytes of all that wait. */
  bytes: number
  waiting: Map<number, KeptBody>
}

interface KeptBody {
  form: 'text' | 'base64'
  bytes: number
  parts: string[]
}

export const noBodies = (): KeptBodies => ({ last: 0, bytes: 0, waiting: new Map() })

/** Keeps a part until its request is made or the call ends: as many whole bodies as there are requests at once. */
export function keepPart(call: AskingCall, { body, ...part }: Static<typeof PartInput>): Promise<number> {
  const form = part.text === undefined ? 'base64' : 'text'
  const { bodies } = call
  const number = body ?? ++bodies.last
  const known: KeptBody = body === undefined ? { form, bytes: 0, parts: [] } : bodyOf(bodies, body)
  const text = part[form]
  if (text === undefined || form !== known.form || (form === 'text' && part.base64 !== undefined))
    throw new Refusal('E_INVALID', 'A part is a text or base64, like the others of its body.')
  const bytes = Buffer.byteLength(text, form === 'text' ? 'utf8' : 'base64')
  const most = limitOf(call.manifest, 'request_bytes')
  if (known.bytes + bytes > most)
    throw new Refusal('E_LIMIT', `The request body has more than ${most} bytes.`)
  if (bodies.bytes + bytes > FETCHES_AT_ONCE * most)
    throw new Refusal('E_LIMIT', `More than ${FETCHES_AT_ONCE} whole bodies wait for their requests.`)
  bodies.bytes += bytes
  known.bytes += bytes
  known.parts.push(text)
  bodies.waiting.set(number, known)
  return Promise.resolve(number)
}

/** The whole body, which then waits no longer. */
export function takeBody({ bodies }: AskingCall, number: number): { text: string } | { base64: string } {
  const { form, bytes, parts } = bodyOf(bodies, number)
  bodies.waiting.delete(number)
  bodies.bytes -= bytes
  return form === 'text' ? { text: parts.join('') } : { base64: parts.join('') }
}

function bodyOf({ waiting }: KeptBodies, number: number): KeptBody {
  const found = waiting.get(number)
  if (found === undefined) throw new Refusal('E_INVALID', `There is no body ${number}.`)
  return found
}
