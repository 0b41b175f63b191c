import { Type } from '../type.ts'
import { DayText, FormSchema } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** A table for staff, over what data scopes of reach `all` grant; core reads that, draws the table and writes CSV. */
export const reportOperations = {
  list_reports: {
    input: Type.Object({ locale: Type.String() }),
    output: Type.Object({
      reports: Type.Array(
        Type.Object({
          key: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
          title: Type.String({ minLength: 1, maxLength: 100 }),
          says: Type.String({ maxLength: 300 }),
          /** What it asks besides the days. */
          form: Type.Optional(FormSchema),
        }),
        { maxItems: 50 },
      ),
    }),
  },
  run: {
    input: Type.Object({
      key: Type.String(),
      from: DayText,
      /** Exclusive. */
      until: DayText,
      values: Type.Record(Type.String(), Type.Unknown()),
      locale: Type.String(),
      /**
       * The records of these days, one entry each, with `scope` beside its fields: documents by their day of issue,
       * orders by when they were placed, payments when settled, clients and services when made.
       */
      rows: Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 5_000 }),
    }),
    output: Type.Object({
      columns: Type.Array(
        Type.Object({
          key: Type.String(),
          label: Type.String(),
          /** `money` is { minor, currency }, `day` a day, `number` a number, else text. */
          type: Type.Enum(['text', 'number', 'money', 'day']),
        }),
        { minItems: 1, maxItems: 20 },
      ),
      rows: Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 5_000 }),
    }),
  },
} as const satisfies Record<string, Operation>

export type Report = KindOf<typeof reportOperations, 'list_reports' | 'run'>
