// Objects of tensors saved and loaded: contents, dtypes, sharing, parameters.
import { describe, expect, it } from 'vitest'
import * as torch from '../index.ts'

const roundTrip = <T>(value: T): T => torch.load(torch.save(value)) as T

describe('save and load', () => {
  it('keep contents, dtypes and what requires a gradient', () => {
    const saved = {
      x: torch.tensor(
        [
          [1.5, -2],
          [0, 4],
        ],
        { requiresGrad: true },
      ),
      n: torch.tensor([1n, 2n]),
      flags: torch.tensor([true, false]),
      steps: [1, 'two', null, { three: 3 }],
    }
    const loaded = roundTrip(saved)

    expect(String(loaded.x)).toBe(String(saved.x))
    expect(String(loaded.n)).toBe(String(saved.n))
    expect(String(loaded.flags)).toBe(String(saved.flags))
    expect(loaded.steps).toEqual(saved.steps)
  })

  it('keep views of one memory views of one memory', () => {
    const base = torch.arange(6).float()
    const loaded = roundTrip({ base, part: base.view(2, 3).t() })
    loaded.base.select(0, 1).fill_(9)

    expect(loaded.part.tolist()).toEqual([
      [0, 3],
      [9, 4],
      [2, 5],
    ])
    expect([loaded.part.stride(), loaded.part.isContiguous()]).toEqual([[1, 3], false])
  })

  it('keep tensors whose elements lie in another order than row by row', () => {
    const x = torch.arange(6).view(2, 3).t().clone()

    expect([roundTrip(x).tolist(), roundTrip(x).stride()]).toEqual([x.tolist(), x.stride()])
  })

  it('keep bytes bytes, of a part of a buffer too, and the state of a generator', () => {
    const part = new Uint8Array(new Uint8Array([0, 1, 2, 3, 4]).buffer, 1, 3)
    const loaded = roundTrip({ part, again: part, none: new Uint8Array(), state: torch.getRngState() })
    const next = torch.rand(3).tolist()
    torch.setRngState(loaded.state)

    expect([loaded.part, loaded.none]).toEqual([Uint8Array.of(1, 2, 3), new Uint8Array()])
    expect(loaded.part.buffer.byteLength).toBe(3)
    expect(loaded.again).toBe(loaded.part)
    expect(torch.rand(3).tolist()).toEqual(next)
  })

  it('keep parameters parameters', () => {
    const { weight } = roundTrip({ weight: new torch.nn.Parameter(torch.ones(2)) })

    expect(weight).toBeInstanceOf(torch.nn.Parameter)
    expect(String(weight)).toBe('Parameter containing:\ntensor([1., 1.], requires_grad=True)')
  })
})
