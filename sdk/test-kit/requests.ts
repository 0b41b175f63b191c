import type { Records } from '../plugin.ts'
import type { RequestAnswer } from '../writes.ts'

/** What a plugin asked to have written, in a test without the sandbox. */
export interface MadeRequest {
  scope: string
  id: string
  reference: string
  body: unknown
}

/** How core answers a request; an `Error` is thrown, with the `code` that it has. */
export type AnswerRequest = (made: MadeRequest) => RequestAnswer | Error

/** As in Berth: a reference has one answer, and none for another request. `made` takes each new one. */
export function testRequests(made: MadeRequest[], answer: AnswerRequest): Records['request'] {
  const known = new Map<string, { text: string; answer: RequestAnswer }>()
  return (scope, id, { reference, body }) => {
    const request = { scope, id, reference, body }
    const text = JSON.stringify(request)
    const before = known.get(reference)
    if (before)
      return before.text === text ? Promise.resolve(before.answer) : Promise.reject(conflict(reference))
    const said = answer(request)
    if (said instanceof Error) return Promise.reject(said)
    made.push(request)
    known.set(reference, { text, answer: said })
    return Promise.resolve(said)
  }
}

const conflict = (reference: string) =>
  Object.assign(new Error(`The reference "${reference}" was used for another request.`), {
    code: 'E_CONFLICT',
  })
