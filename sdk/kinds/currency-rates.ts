import { Type } from '../type.ts'
import { ConnectionReport, CurrencyCode, DayText } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** Rates of exchange of a day. Core stores them; prices in other currencies follow only where staff want it. */
export const currencyRatesOperations = {
  fetch_rates: {
    input: Type.Object({
      base: CurrencyCode,
      currencies: Type.Array(CurrencyCode, { minItems: 1, maxItems: 200 }),
      /** Absent: the newest. */
      on: Type.Optional(DayText),
    }),
    output: Type.Object({
      /** The day for which the source published them, at the latest the day asked for. */
      on: DayText,
      rates: Type.Array(
        Type.Object({
          currency: CurrencyCode,
          /** Units of `currency` for one of the base, as an exact decimal: "1.0823". */
          rate: Type.String({ pattern: '^(0\\.\\d{1,12}|[1-9]\\d{0,11}(\\.\\d{1,12})?)$' }),
        }),
      ),
      /** Currencies asked for that the source does not know. */
      missing: Type.Array(CurrencyCode),
    }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type CurrencyRates = KindOf<typeof currencyRatesOperations, 'fetch_rates'>
