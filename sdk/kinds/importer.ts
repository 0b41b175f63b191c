import { Type } from '../type.ts'
import { ConnectionReport } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

const Noun = Type.Enum([
  'clients',
  'users',
  'products',
  'orders',
  'services',
  'domains',
  'invoices',
  'payments',
  'credits',
  'tickets',
])

/**
 * Reads another system. It only reads and translates: core checks each record, writes it once by its source id, and
 * reports what it left out.
 */
export const importerOperations = {
  /** What there is, before anything is read. */
  survey: {
    input: Type.Object({}),
    output: Type.Object({
      system: Type.String(),
      version: Type.Optional(Type.String()),
      nouns: Type.Array(Type.Object({ noun: Noun, count: Type.Integer({ minimum: 0 }) })),
      /** For the person who decides: what will not come along, and why. */
      warnings: Type.Array(Type.String()),
    }),
  },
  /** A page of records in a stable order. The same cursor answers the same page; no cursor afterwards is the end. */
  read: {
    input: Type.Object({
      noun: Noun,
      cursor: Type.Optional(Type.String()),
      limit: Type.Integer({ minimum: 1, maximum: 500 }),
    }),
    output: Type.Object({
      records: Type.Array(
        Type.Object({
          /** The id over there: stable, so that a second run changes and does not double. */
          source_id: Type.String({ minLength: 1 }),
          /** By the schema of the noun in `berth import`. */
          value: Type.Record(Type.String(), Type.Unknown()),
        }),
        { maxItems: 500 },
      ),
      cursor: Type.Optional(Type.String()),
      left_out: Type.Array(Type.Object({ source_id: Type.String(), reason: Type.String() })),
    }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Importer = KindOf<typeof importerOperations, 'survey' | 'read'>
