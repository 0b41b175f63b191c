import { Type, type Static } from '../../../sdk/index.ts'

/**
 * The heads of the frames between core and a plugin host. Bodies are text: code, or JSON that only core and the
 * isolate read. Numbers name an isolate, a call in it and an ask of that call; core hands out isolates and calls.
 */
export type CoreHead =
  /** Body: the bootstrap's source. The first frame of all. */
  | { t: 'hello' }
  /** Body: a plugin's code, kept under its hash. */
  | { t: 'bundle'; bundle: string }
  /** Body: JSON of IsolateStart. */
  | { t: 'start'; isolate: number; bundle: string; limits: IsolateLimits }
  /** Body: a part of the input that goes before the rest. */
  | { t: 'part'; isolate: number; call: number }
  /** Body: JSON of the input, or the last of its parts. */
  | { t: 'call'; isolate: number; call: number; kind: string; op: string; deadlineMs: number }
  /** Body: JSON of the answer to an ask. */
  | { t: 'settle'; isolate: number; call: number; ask: number; ok: boolean }
  | { t: 'dispose'; isolate: number }
  | { t: 'ping' }

export interface IsolateLimits {
  memoryMb: number
  sliceMs: number
  cpuMs: number
  startMs: number
  asks: number
}

/** What an isolate knows of its instance. Secrets are known by name only. */
export interface IsolateStart {
  settings: Record<string, unknown>
  secretNames: string[]
  /** What every token of this isolate begins with, so that `crypto.subtle` knows one. */
  tokenMark: string
  asks: number
  asksAtOnce: number
  /** Errors tell where in the bundle they were thrown. */
  stacks: boolean
}

const Id = Type.Integer({ minimum: 0 })
const exact = { additionalProperties: false } as const

/** What a host may say. Core checks every head against this and kills the host on anything else. */
export const HostHead = Type.Union([
  Type.Object({ t: Type.Literal('ready') }, exact),
  Type.Object({ t: Type.Literal('pong') }, exact),
  Type.Object({ t: Type.Literal('started'), isolate: Id }, exact),
  /** Body: why the isolate did not start. */
  Type.Object({ t: Type.Literal('not_started'), isolate: Id }, exact),
  /** Body: JSON of the value, or `{ code, message }`. `heap` is used heap ÷ limit when it was measured, `cpuMs` what the call took. */
  Type.Object(
    {
      t: Type.Literal('done'),
      isolate: Id,
      call: Id,
      ok: Type.Boolean(),
      cpuMs: Type.Optional(Type.Number({ minimum: 0 })),
      heap: Type.Optional(Type.Number()),
    },
    exact,
  ),
  /** Body: JSON of the question. */
  Type.Object(
    { t: Type.Literal('ask'), isolate: Id, call: Id, ask: Id, op: Type.String({ maxLength: 40 }) },
    exact,
  ),
  /** Body: the line. */
  Type.Object({ t: Type.Literal('log'), isolate: Id, call: Id, level: Type.String({ maxLength: 5 }) }, exact),
  /** How many lines of the call were dropped so far. */
  Type.Object({ t: Type.Literal('dropped'), isolate: Id, call: Id, lines: Id }, exact),
  /** The engine ended the isolate. */
  Type.Object(
    {
      t: Type.Literal('fault'),
      isolate: Id,
      fault: Type.Union([
        Type.Literal('slice'),
        Type.Literal('cpu'),
        Type.Literal('memory'),
        Type.Literal('flood'),
        Type.Literal('size'),
        Type.Literal('unknown'),
      ]),
    },
    exact,
  ),
  Type.Object({ t: Type.Literal('disposed'), isolate: Id }, exact),
])
export type HostHead = Static<typeof HostHead>
export type Fault = Extract<HostHead, { t: 'fault' }>['fault']
