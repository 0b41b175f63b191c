export {
  fieldsIn,
  flagIn,
  integersIn,
  isFields,
  numberIn,
  textIn,
  textsIn,
  valueAt,
  type Fields,
} from './fields.ts'
export { findViolations, type Lookups, type RuleTable, type Violation } from './find-violations.ts'
