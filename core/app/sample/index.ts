export { companiesOf, type Companies } from './companies.ts'
export { openSampleShop } from './open-sample-shop.ts'
export { readFacts, writeFacts, type SampleFacts } from './sample-facts.ts'
export { YEAR_DAYS } from './live-a-year.ts'
