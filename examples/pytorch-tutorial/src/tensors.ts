// Sections 1 to 7 of the tutorial: tensors, their methods, arithmetic, broadcasting, memory shared with arrays.
import * as torch from '@heddle/torch'
import {
  anyInteger,
  callMethod,
  classOf,
  id,
  line,
  lines,
  type Prompt,
  pythonList,
  silent,
} from './session.ts'

type Tensor = torch.Tensor

const someMatrix = (): Tensor =>
  torch.tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { requiresGrad: true },
  )

const array = (): torch.NdArray =>
  new torch.NdArray(BigInt64Array.of(1n, 2n, 3n, 4n), torch.int64, { shape: [2, 2] })

export function creation({ check }: Prompt): void {
  const x = someMatrix()
  check('S01.3', () => x)
  check('S02.3', () => x.shape)
  check('S02.4', () => x.dtype)
  check('S02.5', () => x.device)
}

export function methods({ check }: Prompt): void {
  const x = someMatrix()
  check('S03.3', () => x.size())
  check('S03.4', () => anyInteger(x.dataPtr()))
  check('S03.5', () => x.numel())
  check('S03.6', () => x.dim())
  check('S03.7', () => x.view(3, 2))
  check('S03.8', () => x.reshape(3, -1))
  check('S03.9', () => x.squeeze())
  check('S03.10', () => x.unsqueeze(1))
}

const pair = (): readonly [Tensor, Tensor] => [
  torch.tensor([
    [1, 2],
    [3, 4],
  ]),
  torch.tensor([
    [5, 6],
    [7, 8],
  ]),
]

export function arithmetic({ check }: Prompt): void {
  const [x, y] = pair()
  const names: { s?: Tensor } = {}
  check('S04.5', () => torch.add(x, y))
  check('S04.7', () => torch.sub(x, y))
  check('S04.9', () => torch.mul(x, y))
  check('S04.11', () => torch.div(x, y))
  check('S04.13', () => torch.dot(x.view(-1), y.view(-1)))
  check('S04.14', () => {
    names.s = torch.cross(x.view(2, -1), y.view(2, -1))
    return silent
  })
  check('S04.15', () => defined('s', names.s))
}

/** A name that a statement before should have given a value. */
function defined<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new ReferenceError(`${name} is not defined`)
  return value
}

export function broadcasting({ check }: Prompt): void {
  const x = torch.ones(5, 3)
  const y = torch.ones(3)
  check('S05.5', () => x.add(y).shape)
  const a = torch.ones(2, 1)
  const b = a.t()
  check('S05.9', () => a.add(b).shape)
  // The method itself, not what it gives.
  check('S05.10', () => a.mul(b.t as never))
  let d: Tensor | undefined
  check('S05.11', () => {
    d = a.mul(b.t())
    return silent
  })
  check('S05.12', () => defined('d', d).shape)
}

export function arrays({ check }: Prompt): void {
  const a = array()
  const b = torch.fromNumpy(a)
  check('S06.6', () => classOf(a))
  check('S06.7', () => classOf(b))
  check('S06.8', () => classOf(b.numpy()))
}

export function sharing({ check }: Prompt): void {
  const a = array()
  const b = torch.fromNumpy(a)
  check('S07.5', () => anyInteger(id(a)))
  check('S07.6', () => anyInteger(b.dataPtr()))
  a.setAt([0, 0], 10)
  check('S07.8', () => a)
  check('S07.9', () => b)
  b.at(0).setAt([1], -10)
  check('S07.11', () => b)
  check('S07.12', () => a)
  const c = b.to(torch.float32)
  const d = c.numpy()
  check('S07.15', () => anyInteger(id(c)))
  check('S07.16', () => callMethod(d, 'dataPtr'))
  check('S07.17', () => anyInteger(id(d)))
  c.at(0).setAt([0], 100)
  check('S07.19', () => c)
  check('S07.20', () => d)
  d.setAt([0, 1], -100)
  check('S07.22', () => d)
  check('S07.23', () => c)
  const e = b.to(torch.float64)
  const f = e.numpy()
  check('S07.26', () => anyInteger(id(e)))
  check('S07.27', () => callMethod(f, 'dataPtr'))
  let g: Tensor | undefined
  let h: torch.NdArray | undefined
  check('S07.28', () => {
    g = b.to(torch.device('cuda'))
    return silent
  })
  check('S07.29', () => {
    h = defined('g', g).numpy()
    return silent
  })
  check('S07.30', () => id(defined('g', g)))
  check('S07.31', () => callMethod(defined('h', h), 'dataPtr'))
}

export function repairedTensors({ check }: Prompt): void {
  check('S03r', () => {
    const x = someMatrix()
    const views = [x.view(3, 2), x.reshape(3, -1), x.squeeze(), x.unsqueeze(1)]
    return lines(
      views.every((view) => view.dataPtr() === x.dataPtr()),
      line(...views.map(({ shape }) => shape)),
    )
  })
  check('S04r', () => {
    const [x, y] = pair()
    const equal = [
      torch.equal(torch.add(x, y), x.add(y)),
      torch.equal(x.add(y), torch.add(x, y)),
      torch.equal(x.sub(y), torch.sub(x, y)),
      torch.equal(x.mul(y), torch.mul(x, y)),
      torch.equal(x.div(y), torch.div(x, y)),
    ]
    return lines(
      line(...equal),
      torch.cross(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6])),
      torch.cross(torch.tensor([[1, 2, 3]]), torch.tensor([[4, 5, 6]])),
    )
  })
  check('S05r', () =>
    lines(
      messageOf(() => torch.ones(2, 1).expand(2, 3).mul(torch.ones(2))),
      messageOf(() => torch.ones(3, 1).add(torch.ones(2, 1))),
      torch.tensor(1).add(torch.ones(2, 1)).shape,
    ),
  )
  check('S07r', repairedSharing)
}

function messageOf(statement: () => unknown): string {
  try {
    return String(statement())
  } catch (error) {
    return (error as Error).message
  }
}

function repairedSharing(): string {
  const a = array()
  const b = torch.fromNumpy(a)
  const isShared = b.dataPtr() === a.ctypes.data
  a.setAt([0, 0], 10)
  b.at(0).setAt([1], -10)
  const c = b.to(torch.float32)
  const d = c.numpy()
  c.at(0).setAt([0], 100)
  d.setAt([0, 1], -100)
  const e = b.to(torch.float64)
  const f = e.numpy()
  e.at(1).setAt([1], 7.5)
  const contents = [
    pythonList(a.tolist(), false),
    pythonList(b.tolist(), false),
    ...[c, d, f].map((each) => pythonList(each.tolist(), true)),
  ]
  return lines(
    isShared,
    line(...contents),
    line(c.dataPtr() === b.dataPtr(), d.ctypes.data === c.dataPtr(), f.ctypes.data === e.dataPtr()),
    line(a.dtype.name, b.dtype, d.dtype.name, f.dtype.name),
  )
}
