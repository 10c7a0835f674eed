// In-place forms of indexing that PyTorch has as functions, too.
import { addmv } from './add-products.ts'
import { indexPut } from './index-put.ts'

export const addmv_: typeof addmv.inPlace = addmv.inPlace
export const indexPut_: typeof indexPut.inPlace = indexPut.inPlace
