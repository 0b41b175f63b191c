import { BerthError } from '../../kernel/index.ts'
import { CheckUnanswered } from '../../records/index.ts'
import { Refusal } from '../broker/refusal.ts'

/** Runs the work of a request; what a verb refuses becomes a refusal that the plugin may read. */
export async function refusingInWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof BerthError && error.status < SERVER_FAULT ? wordsOf(error) : unanswered(error)
  }
}

const SERVER_FAULT = 500
const UNPROCESSABLE = 422
const ABSENT = 404

/** A record that went meanwhile, or a body that the verb does not take, is the plugin's mistake; the rest is a state. */
function wordsOf({ status, code, message }: BerthError): Refusal {
  const isMistake = status === UNPROCESSABLE || status === ABSENT
  return new Refusal(isMistake ? 'E_INVALID' : 'E_REFUSED', `${code}: ${message}`)
}

/** Its own words would name the other plugin. */
const unanswered = (error: unknown): unknown =>
  error instanceof BerthError && error.code === CheckUnanswered.code
    ? new Refusal(
        'E_REFUSED',
        `${error.code}: Something that must be asked does not answer. Try again later.`,
      )
    : error
