export * from './oss-report.ts'
export * from './place-evidence.ts'
