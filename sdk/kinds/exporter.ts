import { Type, type Static } from '../type.ts'
import {
  ConnectionReport,
  CountryCode,
  CurrencyCode,
  DayText,
  Failed,
  IdempotencyKey,
  Reference,
} from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

const Minor = Type.String({ pattern: '^-?\\d{1,18}$', description: 'minor units as text' })

/**
 * A frozen document as bookkeeping needs it. An invoice that was declared void after the days of its issue stands among
 * the documents of the day of the void as a credit note under its own number.
 */
export const ExportDocument = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['invoice', 'credit_note']),
  number: Type.String(),
  issued_on: DayText,
  due_on: DayText,
  currency: CurrencyCode,
  seller: Type.Object({ name: Type.String(), tax_id: Type.Optional(Type.String()), country: CountryCode }),
  buyer: Type.Object({
    client_id: Type.String(),
    name: Type.String(),
    tax_id: Type.Optional(Type.String()),
    country: CountryCode,
  }),
  lines: Type.Array(
    Type.Object({
      description: Type.String(),
      account: Type.Optional(Type.String()),
      net_minor: Minor,
      tax_minor: Minor,
      rate_ppm: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    }),
  ),
  net_minor: Minor,
  tax_minor: Minor,
  gross_minor: Minor,
  /** What cash rounding added to net and tax, or took off them: part of the gross sum, absent where nothing was. */
  rounding_minor: Type.Optional(Minor),
})
export type ExportDocument = Static<typeof ExportDocument>

/** Hands documents and payments to bookkeeping, or writes them as files (e-invoice, ledger export). */
export const exporterOperations = {
  /** A file from a batch. Pure: an auditor gets the same bytes next year. */
  write_file: {
    input: Type.Object({
      format: Type.String(),
      from: DayText,
      /** Exclusive. */
      until: DayText,
      documents: Type.Array(ExportDocument, { maxItems: 1_000 }),
    }),
    output: Type.Object({
      name: Type.String({ pattern: '^[^/\\\\]{1,120}$' }),
      type: Type.String(),
      text: Type.String(),
    }),
    pure: true,
  },
  /** One document to the other system; a repeat finds it by its number and makes no second. */
  push_document: {
    input: Type.Object({ idempotency_key: IdempotencyKey, document: ExportDocument }),
    output: Type.Union([Type.Object({ outcome: Type.Literal('pushed'), reference: Reference }), Failed]),
    changes: true,
  },
  push_payment: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      document_number: Type.String(),
      paid_on: DayText,
      amount_minor: Minor,
      currency: CurrencyCode,
    }),
    output: Type.Union([Type.Object({ outcome: Type.Literal('pushed'), reference: Reference }), Failed]),
    changes: true,
  },
  list_formats: {
    input: Type.Object({}),
    output: Type.Object({ formats: Type.Array(Type.Object({ key: Type.String(), label: Type.String() })) }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Exporter = KindOf<typeof exporterOperations>
