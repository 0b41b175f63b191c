export { reportText } from './report-text.ts'
export { runConformance, type Check, type ConformanceReport } from './run-conformance.ts'
export { sampleOf, type Size } from './sample.ts'
