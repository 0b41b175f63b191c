import { Type, type Static } from '../type.ts'
import { ConnectionReport, CountryCode, CurrencyCode, DayText, InstantText, Reference } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

const Place = Type.Object({
  country: CountryCode,
  state: Type.Optional(Type.String()),
  postcode: Type.Optional(Type.String()),
  city: Type.Optional(Type.String()),
})

export const TaxQuestion = Type.Object({
  seller: Type.Object({ place: Place, tax_id: Type.Optional(Type.String()) }),
  buyer: Type.Object({
    place: Place,
    kind: Type.Enum(['person', 'company']),
    tax_id: Type.Optional(Type.String()),
    /** Whether `validate_tax_id` or staff have found it good. */
    tax_id_valid: Type.Boolean(),
  }),
  /** The day that decides the rate. */
  supplied_on: DayText,
  currency: CurrencyCode,
  lines: Type.Array(
    Type.Object({
      key: Type.String(),
      tax_class: Type.String(),
      /** Minor units as text, net or gross as the brand states its prices. */
      net_minor: Type.String({ pattern: '^-?\\d{1,18}$' }),
    }),
    { minItems: 1 },
  ),
})
export type TaxQuestion = Static<typeof TaxQuestion>

/** One entry for each line asked, by its key; no tax at all is an empty list. */
export const TaxAnswer = Type.Object({
  lines: Type.Array(
    Type.Object({
      key: Type.String(),
      taxes: Type.Array(
        Type.Object({
          name: Type.String({ minLength: 1, maxLength: 60 }),
          /** Parts per million: 19 % is 190000. */
          rate_ppm: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
          /** Taxed on the taxes before it. */
          compound: Type.Boolean(),
        }),
        { maxItems: 6 },
      ),
      treatment: Type.Enum(['standard', 'reverse_charge', 'exempt', 'out_of_scope', 'zero_rated']),
    }),
  ),
  /** Sentences that the law wants on the document. */
  notes: Type.Array(Type.String({ maxLength: 300 }), { maxItems: 5 }),
})
export type TaxAnswer = Static<typeof TaxAnswer>

/** Why the service has no answer to one question: an address that it does not find, a class that it does not know. */
export const TaxProblem = Type.Object({ problem: Type.String({ minLength: 1, maxLength: 300 }) })
export type TaxProblem = Static<typeof TaxProblem>

/**
 * Which taxes a document bears, for the brands that chose the plugin instead of the seller's rules. Core multiplies and
 * rounds: a plugin answers rates, never amounts. Lines that bear no tax by themselves (of exempt buyers, gift cards,
 * deposits) are not asked about. A plugin that fails, leaves a line out, or names two taxes alike stops the document;
 * the billing run sets its client aside with the reason.
 */
export const taxOperations = {
  /** Pure: the same question always has the same answer, or a draft and its invoice would differ. */
  determine: {
    ...{ input: TaxQuestion, output: TaxAnswer, pure: true },
    shapes: {
      says: 'When a cart, a document or its preview needs its taxes, of a brand that chose the plugin: rates, treatment and notes of each line; sums are worked out by core. A document without an answer is not issued, a client of the run is postponed, and nothing is ordered.',
      failure: 'stop',
    },
  },
  /**
   * By an outside service, for plugins that do not `determine`: in batches, before anything is issued. One entry for each
   * question, in their order; a problem holds up that document alone, a thrown error all of them. Core keeps each answer
   * and asks a question once; only what failed is asked again. Asking must change nothing at the service.
   */
  determine_remote: {
    input: Type.Object({ questions: Type.Array(TaxQuestion, { minItems: 1, maxItems: 100 }) }),
    output: Type.Object({ answers: Type.Array(Type.Union([TaxAnswer, TaxProblem])) }),
    shapes: {
      says: 'As `tax.determine`, for plugins that ask an outside service: in batches before anything is issued; what was answered is kept with the document. One problem holds up its document alone.',
      failure: 'stop',
    },
  },
  /** `unknown` when the register does not answer: nobody is called invalid for that. */
  validate_tax_id: {
    input: Type.Object({
      country: CountryCode,
      /** As it stands on documents, with the letters of its country where it has them: DE136695976. */
      tax_id: Type.String({ minLength: 1, maxLength: 30 }),
    }),
    output: Type.Union([
      Type.Object({
        outcome: Type.Literal('valid'),
        name: Type.Optional(Type.String()),
        address: Type.Optional(Type.String()),
        /** The register's proof of the question. */
        reference: Type.Optional(Reference),
        checked_at: Type.Optional(InstantText),
      }),
      Type.Object({ outcome: Type.Literal('invalid'), reason: Type.String() }),
      Type.Object({ outcome: Type.Literal('unknown'), reason: Type.String() }),
    ]),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Tax = KindOf<typeof taxOperations>
