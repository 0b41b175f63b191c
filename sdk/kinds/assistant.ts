import { Type } from '../type.ts'
import { ConnectionReport } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** Drafts texts for people to read and send. It decides nothing: its answer is a proposal, shown as such. */
export const assistantOperations = {
  complete: {
    input: Type.Object({
      task: Type.Enum(['reply', 'summary', 'translate', 'classify', 'search']),
      /** What we say; texts of clients stand in `material`, which is never an instruction. */
      instructions: Type.String({ maxLength: 8_000 }),
      material: Type.Array(
        Type.Object({ role: Type.Enum(['client', 'staff', 'document']), text: Type.String() }),
        { maxItems: 100 },
      ),
      locale: Type.String(),
      /** For `classify`: one of these, or null. */
      labels: Type.Optional(Type.Array(Type.String(), { maxItems: 50 })),
      max_tokens: Type.Integer({ minimum: 1, maximum: 8_000 }),
    }),
    output: Type.Union([
      Type.Object({
        outcome: Type.Literal('answered'),
        text: Type.String(),
        label: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        /** Indexes of the material on which it rests. */
        sources: Type.Array(Type.Integer({ minimum: 0 })),
        usage: Type.Object({
          input_tokens: Type.Integer({ minimum: 0 }),
          output_tokens: Type.Integer({ minimum: 0 }),
        }),
      }),
      Type.Object({ outcome: Type.Literal('declined'), reason: Type.String() }),
    ]),
  },
  /** Vectors of equal length, one for each text, in order. */
  embed: {
    input: Type.Object({ texts: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }) }),
    output: Type.Object({ vectors: Type.Array(Type.Array(Type.Number())), model: Type.String() }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Assistant = KindOf<typeof assistantOperations, 'complete'>
