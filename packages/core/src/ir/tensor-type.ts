// The type of a value: dtype and shape. Its text is what IR and messages show: `f32[64, 784]`, `f32[]` for rank 0.

import { formatShape, type Shape, shapesEqual } from '../dim.ts'
import type { DType } from '../dtype.ts'

export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

export const formatType = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`
export const typesEqual = (x: TensorType, y: TensorType): boolean =>
  x.dtype === y.dtype && shapesEqual(x.shape, y.shape)
