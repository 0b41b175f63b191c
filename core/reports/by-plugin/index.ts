export * from './list-plugin-reports.ts'
export * from './plugin-report-csv.ts'
export * from './run-plugin-report.ts'
