import { conforms } from '../../../test/conformance/conforms.ts'

conforms(import.meta.dirname)
