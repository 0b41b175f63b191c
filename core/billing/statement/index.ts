export * from './read-statement.ts'
export * from './send-statement.ts'
export * from './statement-csv.ts'
