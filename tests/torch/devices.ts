// What a device other than the CPU is to a program, as PyTorch has it of its accelerators. Run on WebGL2 and, where there is none, on
// the reference interpreter under another name.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'

const { nn, optim } = torch

const leaf = (...numbers: number[]): torch.Tensor => torch.tensor(numbers).requiresGrad_()

/** `name` is known, and is not the CPU. */
export function describeDevice(name: string): void {
  const device = torch.device(name)
  const here = { device } as const
  const shown = `${name}:0`
  const mixed = `Expected all tensors to be on the same device, but found at least two devices, ${shown} and cpu!`

  describe('where a tensor is', () => {
    it('is one object, with a type, an index and a text', () => {
      expect(torch.device(`${name}:0`)).toBe(device)
      expect(torch.device(name, 0)).toBe(device)
      expect([device.type, device.index, String(device)]).toEqual([name, 0, shown])
      expect(torch.ones(2, here).device).toBe(device)
      expect(() => torch.device(`${name}:1`)).toThrow(`${name} error: invalid device ordinal`)
    })

    it('is told by the tensor, its text and its number', () => {
      const x = torch.tensor([1, 2], here)

      expect([x.isCpu, x.isCuda, x.isWebgl, x.getDevice()]).toEqual([false, false, name === 'webgl', 0])
      expect(x.type()).toBe(`torch.${name}.FloatTensor`)
      expect(String(x)).toBe(`tensor([1., 2.], device='${shown}')`)
      expect(String(x.requiresGrad_())).toBe(`tensor([1., 2.], device='${shown}', requires_grad=True)`)
    })

    it('is where functions make tensors, of the same numbers', () => {
      const makers: readonly ((options: { device: torch.Device | string }) => torch.Tensor)[] = [
        (options) => torch.zeros(2, 3, options),
        (options) => torch.full([2], 7, options),
        (options) => torch.arange(5, options),
        (options) => torch.linspace(0, 1, 4, options),
        (options) => torch.eye(3, options),
        (options) => torch.tensor([[1n, 2n]], options),
        (options) => torch.randn(2, 3, options),
        (options) => torch.randperm(6, options),
        (options) => torch.randnLike(torch.ones(4, options)),
        (options) => torch.ones(2, 2, options).bernoulli(),
        (options) => torch.empty(3, options).uniform_(),
      ]
      for (const make of makers) {
        torch.manualSeed(4)
        const there = make(here)
        torch.manualSeed(4)
        const onCpu = make({ device: 'cpu' })

        expect(there.device).toBe(device)
        expect([there.dtype, there.tolist()]).toEqual([onCpu.dtype, onCpu.tolist()])
      }
    })

    it('may be decided for all that is made after', () => {
      torch.setDefaultDevice(name)
      try {
        expect(torch.getDefaultDevice()).toBe(device)
        expect([torch.ones(2), torch.tensor(1), torch.rand(2)].map((x) => x.device)).toEqual([
          device,
          device,
          device,
        ])
        expect(new nn.Linear(2, 2).weight.device).toBe(device)
        expect(torch.fromNumpy(Float32Array.of(1)).device.type).toBe('cpu')
      } finally {
        torch.setDefaultDevice('cpu')
      }
      expect(torch.ones(2).device.type).toBe('cpu')
    })
  })

  describe('a tensor that moves', () => {
    it('is the same tensor where it is there, else a copy', () => {
      const x = torch.tensor([1, 2], here)

      expect(x.to(name)).toBe(x)
      expect(x.cpu().cpu().tolist()).toEqual([1, 2])
      const copy = x.cpu()
      x.add_(1)
      expect([copy.tolist(), x.tolist()]).toEqual([
        [1, 2],
        [2, 3],
      ])
    })

    it('keeps the order of memory, and is converted on the way', () => {
      const x = torch.arange(6).view(2, 3).t()

      const moved = x.to(device, torch.float16)

      expect([moved.dtype, moved.stride()]).toEqual([torch.float16, [1, 3]])
      expect(moved.cpu().stride()).toEqual([1, 3])
      expect(moved.to('cpu', torch.int64).equal(x)).toBe(true)
    })

    it('takes its gradient back to where it came from', () => {
      const x = leaf(1, 2)
      const there = x.to(device)
      there.square().sum().cpu().mul(3).backward()

      expect(there.gradFn?.name()).toBe('ToCopyBackward0')
      expect([x.grad?.device.type, x.grad?.tolist()]).toEqual(['cpu', [6, 12]])
    })

    it('is copied into another by copy_, with its gradient', () => {
      const x = leaf(1, 2)
      const there = torch.zeros(2, here)
      there.copy_(x)
      there.mul(5).sum().backward()

      expect([there.tolist(), x.grad?.tolist()]).toEqual([
        [1, 2],
        [5, 5],
      ])
      expect(torch.zeros(2).copy_(there.detach()).device.type).toBe('cpu')
    })

    it('is no array until it is on the CPU', () => {
      expect(() => torch.ones(2, here).numpy()).toThrow(
        `can't convert ${shown} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.`,
      )
      expect([...torch.ones(2, here).cpu().numpy().data]).toEqual([1, 1])
    })
  })

  describe('two devices', () => {
    const there = (): torch.Tensor => torch.ones(2, 2, here)

    it('are refused in one operation, the CPU named last', () => {
      const cpu = torch.ones(2, 2)
      const runs: readonly (() => unknown)[] = [
        () => there().add(cpu),
        () => cpu.add(there()),
        () => there().matmul(cpu),
        () => torch.cat([there(), cpu]),
        () => torch.where(cpu.gt(0), there(), 0),
        () => there().add_(cpu),
        () => cpu.add_(there()),
        () => torch.tensor(1).add_(torch.tensor(1, here)),
        () => there().gather(0, torch.zeros(1, 2, { dtype: torch.int64 })),
        () => new nn.Linear(2, 2)(there()),
        () => nn.functional.mseLoss(there(), cpu),
      ]
      for (const run of runs) {
        expect(run, String(run)).toThrow(
          expect.objectContaining({ name: 'RuntimeError', code: 'TORCH_TWO_DEVICES', message: mixed }),
        )
      }
    })

    it('meet where one operand is a number on the CPU, whose gradient comes back', () => {
      const scale = torch.tensor(3).requiresGrad_()
      const x = torch.tensor([1, 2], here).requiresGrad_()
      const y = scale.mul(x).add(torch.tensor(1))

      y.sum().backward()

      expect([y.device, y.tolist()]).toEqual([device, [4, 7]])
      expect([scale.grad?.device.type, scale.grad?.item()]).toEqual(['cpu', 3])
      expect(x.grad?.tolist()).toEqual([3, 3])
      expect(there().mul_(torch.tensor(2)).sum().item()).toBe(8)
    })

    it('do not meet in a gradient', () => {
      const x = leaf(1, 2)

      expect(() => x.mul(2).backward(torch.ones(2, here))).toThrow(
        `invalid gradient at index 0 - expected device cpu but got ${shown}`,
      )
      expect(() => {
        x.grad = torch.ones(2, here)
      }).toThrow('assigned grad has data of a different type')
      x.sum().backward(torch.tensor(2, here))
      expect([x.grad?.device.type, x.grad?.tolist()]).toEqual(['cpu', [2, 2]])
    })

    it('meet in an index', () => {
      const x = torch.arange(6, { device, dtype: torch.float32 }).view(3, 2)
      const rows = torch.tensor([2n, 0n])

      expect(x.at(rows).tolist()).toEqual([
        [4, 5],
        [0, 1],
      ])
      expect(x.at(torch.tensor([true, false, true])).device).toBe(device)
      expect(x.at([0, 2], 1).tolist()).toEqual([1, 5])
      expect(() => torch.ones(3, 2).at(rows.to(device))).toThrow(
        'indices should be either on cpu or on the same device as the indexed tensor (cpu)',
      )
    })

    it('meet where something is written to an index', () => {
      const x = torch.zeros(3, 2, here)
      x.setAt([0], torch.tensor([1, 2]))
      x.setAt([torch.tensor([1n, 2n]), 0], torch.tensor(7))
      x.setAt([torch.tensor([false, false, true])], 9)

      expect(x.tolist()).toEqual([
        [1, 2],
        [7, 0],
        [9, 9],
      ])
      expect(() => x.setAt([torch.tensor([1n])], torch.ones(1, 2))).toThrow(mixed)
    })
  })

  describe('a model', () => {
    it('moves with its gradients and buffers, and its optimiser follows', () => {
      torch.manualSeed(5)
      const linear = new nn.Linear(3, 4)
      const { weight } = linear
      const model = new nn.Sequential(linear, new nn.BatchNorm1d(4))
      model(torch.randn(5, 3)).sum().backward()

      expect(model.to(device)).toBe(model)
      expect(linear.weight).toBe(weight)
      const tensors = [
        ...model.parameters(),
        ...model.buffers(),
        ...model.parameters().map(({ grad }) => grad),
      ]
      expect(new Set(tensors.map((tensor) => tensor?.device))).toEqual(new Set([device]))

      const optimizer = new optim.Adam(model.parameters())
      model.zeroGrad()
      model(torch.randn(5, 3, here))
        .square()
        .mean()
        .backward()
      optimizer.step()
      const state = new Map(optimizer.stateDict().state as ReadonlyMap<number, object>).get(0)
      const held = { ...state } as { readonly expAvg: torch.Tensor; readonly step: torch.Tensor }
      expect([held.expAvg.device, held.step.device.type]).toEqual([device, 'cpu'])
    })

    it('is saved from there and loaded to where it is wanted', () => {
      const model = new nn.Linear(2, 2).to(device)
      const state = model.stateDict()
      const bytes = torch.save(state)
      const devices = (loaded: unknown): readonly string[] =>
        [...(loaded as ReadonlyMap<string, torch.Tensor>).values()].map((each) => String(each.device))

      expect(devices(state)).toEqual([shown, shown])
      expect(devices(torch.load(bytes))).toEqual(['cpu', 'cpu'])
      expect(devices(torch.load(bytes, { mapLocation: name }))).toEqual([shown, shown])
      const other = new nn.Linear(2, 2).to(device)
      other.loadStateDict(torch.load(bytes) as never)
      expect(other.weight.device).toBe(device)
      expect(other.weight.equal(model.weight)).toBe(true)
    })

    it('is fed from loaders that stay on the CPU', () => {
      const { DataLoader, TensorDataset } = torch.utils.data
      const data = new TensorDataset(torch.arange(6).float(), torch.arange(6))
      const sums = [...new DataLoader<readonly torch.Tensor[]>(data, { batchSize: 3 })].map(([x]) => {
        expect(x?.device.type).toBe('cpu')
        return x?.to(device).sum().item()
      })

      expect(sums).toEqual([3, 12])
    })
  })

  it('holds what it holds while the CPU runs', () => {
    const made = (options: { device: torch.Device | string }): readonly torch.Tensor[] => {
      const ones = torch.ones(2000, options)
      const all = Array.from({ length: 200 }, (_, k) => ones.mul(k + 1))
      all[0]?.sum().item()
      return all
    }
    const there = made(here)
    const before = torch._internal.stats(device)
    const onCpu = made({ device: 'cpu' })

    expect(torch._internal.stats(device)).toMatchObject({
      deviceBuffers: before.deviceBuffers,
      spillCount: before.spillCount,
    })
    expect([there.at(-1), onCpu.at(-1)].map((x) => x?.at(0).item())).toEqual([200, 200])
  })
}
