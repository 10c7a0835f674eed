// Normal numbers by the method of Box and Muller, in PyTorch's two ways. Calls of 16 elements and more draw uniforms in the dtype and
// transform whole blocks of 16; smaller ones (and those into storage that is not contiguous) work in double, pair by pair, and put the
// second of a pair aside in the generator for the next such call.
import { type DType, dtypes, isFloat, type TypedArray } from '@heddle/core'
import { cos, log, sin } from './c-library.ts'
import { addProduct, laneCount, logLanes, sinCosLanes } from './cephes.ts'
import { notImplemented, randomArgument } from './errors.ts'
import { fusedF32, fusedF64 } from './fused.ts'
import type { Generator } from './generator.ts'
import { loadFrom, storeInto } from './storing.ts'
import { fillUniform } from './uniform.ts'

const blockSize = 16
const half = blockSize / 2

export interface NormalOptions {
  /** Whether the storage that is filled is contiguous: PyTorch decides by it. Default true. */
  readonly contiguous?: boolean
}

/**
 * Fills `data` with normal numbers, as `normal_` and `randn`. Dtypes: floats.
 * Throws `TORCH_RANDOM_ARGUMENT` for `std < 0`.
 */
export function fillNormal(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  mean = 0,
  std = 1,
  { contiguous = true }: NormalOptions = {},
): void {
  if (!(std >= 0)) throw randomArgument(`normal expects std >= 0.0, but found std ${std}`, { std })
  if (!isFloat(dtype)) throw notImplemented('normal_kernel_cpu', dtype)
  if (data.length < blockSize || !contiguous) {
    const store = storeInto(dtype, data)
    for (let at = 0; at < data.length; at++) store(at, drawNormal(generator, mean, std))
    return
  }
  const transform = transformOf(dtype, data, mean, std)
  fillUniform(generator, dtype, data)
  transform(0, data.length - (data.length % blockSize))
  if (data.length % blockSize === 0) return
  // What is left over becomes the end of one more block, of new uniforms, that overwrites the end of the last.
  const last = data.length - blockSize
  fillUniform(generator, dtype, data.subarray(last))
  transform(last, data.length)
}

/**
 * As `normal(mean, std)` where one of them or both are tensors: standard normals (of `std` where it is a number), times `std`, plus
 * `mean`, each rounded to the dtype. Arrays have one element per element of `data`, in its dtype.
 * Throws `TORCH_RANDOM_ARGUMENT` for a negative deviation.
 */
export function fillNormalOf(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  mean: number | TypedArray,
  std: number | TypedArray,
): void {
  const { round } = dtypes[dtype]
  const [load, store] = [loadFrom(dtype, data), storeInto(dtype, data)]
  if (typeof std === 'number') fillNormal(generator, dtype, data, 0, std)
  else {
    const deviation = loadFrom(dtype, std)
    for (let at = 0; at < std.length; at++) {
      if (!(deviation(at) >= 0)) throw randomArgument('normal expects all elements of std >= 0.0')
    }
    fillNormal(generator, dtype, data)
    for (let at = 0; at < data.length; at++) store(at, load(at) * deviation(at))
  }
  const centre = typeof mean === 'number' ? () => round(mean) : loadFrom(dtype, mean)
  for (let at = 0; at < data.length; at++) store(at, load(at) + centre(at))
}

/** One normal in double: the one put aside, or the first of a new pair. */
export function drawNormal(generator: Generator, mean: number, std: number): number {
  return fusedF64(drawStandardNormal(generator), std, mean)
}

export function drawStandardNormal(generator: Generator): number {
  const aside = generator.takeNormal()
  if (aside !== undefined) return aside
  const angle = 2 * Math.PI * generator.uniform53()
  const radius = Math.sqrt(-2 * log(1 - generator.uniform53()))
  generator.putNormalAside(radius * sin(angle))
  return radius * cos(angle)
}

/** Turns whole blocks of 16 uniforms, `from` … `to`, into normals in place: of each the first eight are radii, the last eight angles. */
type Transform = (from: number, to: number) => void

function transformOf(dtype: DType, data: TypedArray, mean: number, std: number): Transform {
  if (data instanceof Float32Array) return transformF32(data, Math.fround(mean), Math.fround(std))
  if (data instanceof Float64Array) return transformF64(data, mean, std)
  return transformNarrow(dtype, data, mean, std)
}

function transformF32(data: Float32Array, mean: number, std: number): Transform {
  return (from, to) => {
    for (let at = from; at < to; at += 2 * laneCount)
      transformLanes(data, at, Math.min(at + 2 * laneCount, to), mean, std)
  }
}

const lanes = (): Float32Array => new Float32Array(laneCount)
const [radii, angles, logs, sines, cosines] = [lanes(), lanes(), lanes(), lanes(), lanes()]
const turn = Math.fround(2 * Math.PI)

function transformLanes(data: Float32Array, from: number, to: number, mean: number, std: number): void {
  const count = (to - from) / 2
  for (let lane = 0, at = from; lane < count; lane++, at += lane % half === 0 ? half + 1 : 1) {
    radii[lane] = 1 - (data[at] as number)
    angles[lane] = turn * (data[at + half] as number)
  }
  logLanes(radii, count, logs)
  sinCosLanes(angles, count, sines, cosines)
  for (let lane = 0; lane < count; lane++) {
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * (logs[lane] as number))))
    cosines[lane] = radius * (cosines[lane] as number)
    sines[lane] = radius * (sines[lane] as number)
  }
  radii.fill(std, 0, count)
  angles.fill(mean, 0, count)
  addProduct(cosines, radii, angles, count, cosines)
  addProduct(sines, radii, angles, count, sines)
  for (let lane = 0, at = from; lane < count; lane++, at += lane % half === 0 ? half + 1 : 1) {
    data[at] = cosines[lane] as number
    data[at + half] = sines[lane] as number
  }
}

function transformF64(data: Float64Array, mean: number, std: number): Transform {
  return eachPair((at) => {
    const radius = Math.sqrt(-2 * log(1 - (data[at] as number)))
    const angle = 2 * Math.PI * (data[at + half] as number)
    data[at] = fusedF64(radius * cos(angle), std, mean)
    data[at + half] = fusedF64(radius * sin(angle), std, mean)
  })
}

/** f16 and bf16. The functions of C++ for bf16 round to it; those for f16 are the ones of f32, and only their results round. */
function transformNarrow(dtype: DType, data: TypedArray, mean: number, std: number): Transform {
  const { round } = dtypes[dtype]
  const step = dtype === 'bf16' ? round : Math.fround
  const [load, store] = [loadFrom(dtype, data), storeInto(dtype, data)]
  const [width, centre] = [round(std), round(mean)]
  const scaled = (value: number): number =>
    dtype === 'bf16' ? round(round(value) * width) + centre : fusedF32(Math.fround(value), width, centre)
  return eachPair((at) => {
    const radius = round(Math.sqrt(step(-2 * step(Math.log(round(1 - load(at)))))))
    const angle = round(2 * Math.PI * load(at + half))
    store(at, scaled(radius * step(Math.cos(angle))))
    store(at + half, scaled(radius * step(Math.sin(angle))))
  })
}

/** Calls for the first of the two places of each pair. */
const eachPair =
  (transform: (at: number) => void): Transform =>
  (from, to) => {
    for (let at = from; at < to; at++) if ((at - from) % blockSize < half) transform(at)
  }
