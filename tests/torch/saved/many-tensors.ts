// A process of its own, with little memory: loads the bytes of many tensors of one element each, and prints how many there were.
import * as torch from '@heddle/torch'

const count = Number(process.argv[2])
const entries = new Map(
  Array.from({ length: count }, (_, k) => [
    `t${k}`,
    { dtype: 'f32', shape: [1], data: Float32Array.of(k) } as const,
  ]),
)
const bytes = torch.writeSafetensors(entries)
entries.clear()
const loaded = torch.load(bytes) as Map<string, torch.Tensor>
process.stdout.write(`${loaded.size} ${loaded.get(`t${count - 1}`)?.item()}`)
