import { Type } from '../type.ts'
import { Embed, EmbedToken } from '../embed.ts'
import { ConnectionReport } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** Tells people from programs on open forms: by a question that core draws, and by a frame beside it for those with scripts. */
export const captchaOperations = {
  /** What the form shows: a question that works without scripts. */
  challenge: {
    input: Type.Object({ form: Type.String(), locale: Type.String() }),
    output: Type.Object({
      show: Type.Literal('question'),
      text: Type.String({ minLength: 1, maxLength: 300 }),
      /** The form field in which the browser brings the answer. */
      field: Type.String({ pattern: '^[a-zA-Z][\\w-]*$' }),
      /** Handed back to `verify` unread; it must not tell the answer. */
      state: Type.String({ maxLength: 1_000 }),
      /** The provider's check. Its token goes to `verify` in place of an answer to the question. */
      embed: Type.Optional(Embed),
    }),
  },
  /** An answer counts once: the same one again is `refused`. */
  verify: {
    input: Type.Object({
      form: Type.String(),
      answer: Type.String({ maxLength: 10_000 }),
      /** Of the frame, when it gave one. */
      token: Type.Optional(EmbedToken),
      state: Type.Optional(Type.String()),
      ip: Type.Optional(Type.String()),
    }),
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('passed') }),
      Type.Object({ outcome: Type.Literal('refused'), reason: Type.String() }),
      /** The provider does not answer: core falls back to its own limits. */
      Type.Object({ outcome: Type.Literal('unknown'), reason: Type.String() }),
    ]),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Captcha = KindOf<typeof captchaOperations, 'challenge' | 'verify'>
