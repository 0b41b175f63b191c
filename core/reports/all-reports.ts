import { agedDebtReport } from './of/aged-debt.ts'
import { deferredIncomeReport } from './of/deferred-income.ts'
import { moneyReport, refundReport } from './of/money.ts'
import { mrrMovementsReport } from './of/mrr-movements.ts'
import { mrrReport } from './of/mrr.ts'
import { countryReport, productReport } from './of/revenue.ts'
import { taxReport } from './of/tax.ts'
import type { Report } from './report.ts'

/** In the order in which they are offered. */
export const allReports: readonly Report[] = [
  taxReport,
  productReport,
  countryReport,
  moneyReport,
  refundReport,
  agedDebtReport,
  deferredIncomeReport,
  mrrReport,
  mrrMovementsReport,
]

export const findReport = (key: string): Report | undefined => allReports.find((report) => report.key === key)
