export { reportText } from './report-text.ts'
export { RULES, type Check, type RuleName } from './rule-names.ts'
export { runConformance, type ConformanceReport } from './run-conformance.ts'
export { sampleOf, type Size } from './sample.ts'
