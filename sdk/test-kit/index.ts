export { answersOf } from './answers-of.ts'
export { completed, type CalledProvisioner } from './completed.ts'
export {
  companyAt,
  type Company,
  type CompanyAnswer,
  type CompanyRequest,
  type Conformance,
  type Decline,
} from './conformance.ts'
export { openTestInstance, serverToken, type TestInstance, type TestInstanceParts } from './context.ts'
export type { AnswerRequest, MadeRequest } from './requests.ts'
export { serveCompany, type CompanyServer, type Weather } from './serve-company.ts'
export { strictGateway, strictKind, strictProvisioner } from './strict.ts'
