// Linear algebra: `torch.linalg`.
export { multiDot } from '../ops/contractions.ts'
export { linalgCross as cross } from '../ops/linalg-functions.ts'
export {
  linalgDiagonal as diagonal,
  linalgNorm as norm,
  matrixNorm,
  vecdot,
  vectorNorm,
} from '../ops/linalg-norms.ts'
export { matmul } from '../ops/matrix.ts'
export { matrixPower } from '../ops/products.ts'
export { linalgVander as vander } from '../ops/vander.ts'
