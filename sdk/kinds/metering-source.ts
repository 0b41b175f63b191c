import { Type } from '../type.ts'
import { ConnectionReport, InstantText, Reference } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** Measures what services use. Core counts each sample once, by service, metric and period, and prices it. */
export const meteringSourceOperations = {
  list_metrics: {
    input: Type.Object({}),
    output: Type.Object({
      metrics: Type.Array(
        Type.Object({
          key: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
          label: Type.String(),
          /** What one unit is: GiB, request, hour. */
          unit: Type.String(),
          /** Summed over the period, the highest, or the last value. */
          meaning: Type.Enum(['sum', 'peak', 'last']),
        }),
      ),
    }),
  },
  /** Half-open: from ≤ t < until. The same period answers the same values once `final`. */
  read_usage: {
    input: Type.Object({
      services: Type.Array(Type.Object({ external_id: Type.String(), remote_id: Type.Optional(Reference) }), {
        minItems: 1,
        maxItems: 100,
      }),
      from: InstantText,
      until: InstantText,
    }),
    output: Type.Object({
      samples: Type.Array(
        Type.Object({
          external_id: Type.String(),
          metric: Type.String(),
          /** An exact decimal, never a float: "12.5". */
          quantity: Type.String({ pattern: '^\\d{1,15}(\\.\\d{1,9})?$' }),
          /** False while the source may still correct it. */
          final: Type.Boolean(),
        }),
      ),
      /** Services for which nothing could be read: core asks again, it does not charge nothing. */
      unread: Type.Array(Type.String()),
    }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type MeteringSource = KindOf<typeof meteringSourceOperations, 'list_metrics' | 'read_usage'>
