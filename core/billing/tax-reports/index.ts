export * from './faktur-rows.ts'
export * from './faktur.ts'
export * from './oss-report.ts'
export * from './place-evidence.ts'
