import { declareCheck } from '../records/index.ts'

/** What plugins may refuse of this area beyond its lifecycles. */
declareCheck(
  'coupon.create:check',
  'Before staff make a coupon, by itself or by a file of the catalogue. The subject is the brand. Facts: code, kind, percent_ppm, amount_minor, currency, cycles (null: all), uses_max, ends_on.',
)
