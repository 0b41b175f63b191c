export * from './carried-items.ts'
export * from './carry-lines.ts'
export * from './issue-carried.ts'
