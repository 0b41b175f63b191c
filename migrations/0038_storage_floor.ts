import { addColumn, type Trx } from '../core/db/index.ts'

/** The highest version of a stored entry that is gone: what is written anew begins above it. */
export const up = (trx: Trx): Promise<void> => addColumn(trx, 'plugin_instances', 'storage_floor', 'int = 0')
