/** An expected refusal. The message is for people; `params` are safe to show. Everything else is a bug (500). */
export class BerthError extends Error {
  readonly code: string
  readonly status: number
  readonly params: Record<string, unknown>
  /** Field path → reason, for forms (422). */
  readonly fields: Record<string, string>

  constructor(code: string, status: number, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'BerthError'
    this.code = code
    this.status = status
    this.params = details.params ?? {}
    this.fields = details.fields ?? {}
  }
}

export interface ErrorDetails {
  params?: Record<string, unknown>
  fields?: Record<string, string>
  cause?: unknown
}

export interface ErrorKind<P> {
  (params: P, cause?: unknown): BerthError
  readonly code: string
  readonly status: number
}

const registry = new Map<string, number>()

/** Declares an error kind once. Two declarations of one code are a programming error. */
export function defineError<P extends object = Record<string, never>>(
  code: string,
  status: number,
  message: (params: P) => string,
  /** The field that is at fault, so that a form shows the reason beside it. */
  field?: string,
): ErrorKind<P> {
  if (registry.has(code)) throw new Error(`Error code "${code}" is declared twice.`)
  registry.set(code, status)
  const make = (params: P, cause?: unknown) =>
    new BerthError(code, status, message(params), {
      params: { ...(params as Record<string, unknown>) },
      ...(field === undefined ? {} : { fields: { [field]: message(params) } }),
      cause,
    })
  return Object.assign(make, { code, status })
}

export const errorCodes: ReadonlyMap<string, number> = registry

/** Input of a form, a file or an API call that does not fit; each field carries its own reason. */
export function invalidInput(fields: Record<string, string>): BerthError {
  const [first] = Object.entries(fields)
  const message = first ? `${first[0]}: ${first[1]}` : 'The input does not fit.'
  return new BerthError('input.invalid', 422, message, { fields, params: { fields } })
}
registry.set('input.invalid', 422)

/** The same answer for an unknown record and for another's, so that ids cannot be probed. */
export const NotFound = defineError(
  'record.not_found',
  404,
  (p: { what: string; id: string }) => `There is no ${p.what} "${p.id}".`,
)
export const Forbidden = defineError(
  'actor.forbidden',
  403,
  (p: { permission: string }) => `This needs the permission "${p.permission}".`,
)
export const NotSignedIn = defineError('actor.not_signed_in', 401, () => 'Please sign in first.')
export const ChangedMeanwhile = defineError(
  'record.changed',
  409,
  (p: { what: string; id: string }) =>
    `The ${p.what} "${p.id}" was changed by somebody else meanwhile. Load it again.`,
)
