/** The tests that judge mutants: those of pure modules, which need neither database nor network. */
import '../billing/tax.test.ts'
import '../catalog/pricing.test.ts'
import '../kernel/dates.test.ts'
import '../kernel/lifecycle.test.ts'
import '../kernel/periods.test.ts'
import '../model/arithmetic.test.ts'
import '../sdk/money.test.ts'
import '../services/plan-periods.test.ts'
import '../services/prorate.test.ts'

export { tests } from './collect.ts'
