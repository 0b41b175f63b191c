export * from './carried-source.ts'
export * from './carry-lines.ts'
