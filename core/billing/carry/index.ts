export * from './carried-items.ts'
export * from './carry-lines.ts'
