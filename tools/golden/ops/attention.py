"""Attention: masks, causal, scales; of several heads with every option."""

import math

import torch
import torch.nn.functional as F

from golden import case, error, inf, integers, numbers

q, k, v = numbers("q", 2, 4, 3), numbers("k", 2, 5, 3), numbers("v", 2, 5, 2)
seen = torch.tensor([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]]).bool()


def attend(q, k, v, mask=None, causal=False, scale=None):
    """As torch._C._nn._scaled_dot_product_attention, which has no scale."""
    scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if causal:
        scores = scores.masked_fill(~torch.ones(scores.shape[-2:]).tril().bool(), -inf)
    if mask is not None:
        added = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -inf) if mask.dtype == torch.bool else mask
        scores = scores + added
    return scores.softmax(-1) @ v


def theirs(q, k, v, mask=None, causal=False):
    return torch._C._nn._scaled_dot_product_attention(q, k, v, mask, 0.0, False, causal)[0]


values = numbers("values", 2, 5, 3)
for mask, causal in ((None, False), (None, True), (seen.expand(2, 4, 5), False), (numbers("added", 2, 4, 5), False)):
    assert torch.allclose(attend(q, k, values, mask, causal), theirs(q, k, values, mask, causal))

case("scaledDotProductAttention", [q, k, v], attend, second=True)
case("scaledDotProductAttention", [q, k, v], lambda q, k, v: attend(q, k, v, causal=True), isCausal=True)
case("scaledDotProductAttention", [k, q, q], lambda q, k, v: attend(q, k, v, causal=True), isCausal=True)
case("scaledDotProductAttention", [q, k, v], lambda q, k, v, mask: attend(q, k, v, mask), mask=seen)
case("scaledDotProductAttention", [q, k, v], lambda q, k, v, mask: attend(q, k, v, mask), mask=numbers("added", 4, 5), second=True)
case("scaledDotProductAttention", [q, k, v], lambda q, k, v, mask: attend(q, k, v, mask, causal=True, scale=0.5), mask=seen[:, :1], isCausal=True,
     scale=0.5, gradient=False)
case("scaledDotProductAttention", [q, k, v], lambda q, k, v, mask: attend(q, k, v, mask), mask=seen & False, name="no key is seen")
case("scaledDotProductAttention", [numbers("hq", 2, 2, 3, 4), numbers("hk", 2, 1, 3, 4), numbers("hv", 3, 4)], attend)
case("scaledDotProductAttention", [q[0], k[0], v[0]], attend)
case("scaledDotProductAttention", [q[:, :0], k, v], attend)
case("scaledDotProductAttention", [q.transpose(0, 1), k.transpose(0, 1)[:4], v.transpose(0, 1)[:4]], attend)
error("scaledDotProductAttention", [q, v, v], attend, code="SHAPE_ATTENTION")
error("scaledDotProductAttention", [q, k, v[:, :4]], attend, code="SHAPE_ATTENTION")
error("scaledDotProductAttention", [q, k, v], lambda q, k, v, mask: attend(q, k, v, mask), mask=seen[:, :3], code="SHAPE_BROADCAST")

E = 4
query, key, value = numbers("mq", 2, 3, E), numbers("mk", 2, 5, E), numbers("mv", 2, 5, E)
weight, output = numbers("mw", 3 * E, E, scale=0.5), numbers("mo", E, E, scale=0.5)
biases = {"inputBias": numbers("mb", 3 * E), "outputBias": numbers("mob", E)}
padding = torch.tensor([[0, 0, 1, 0, 1], [1, 0, 0, 0, 0]]).bool()


def heads(query, key, value, *, heads, input, outputWeight, inputBias=None, outputBias=None, keyPaddingMask=None, mask=None, keyBias=None,
          valueBias=None, addZeroAttention=False, averageWeights=True):
    """F.multi_head_attention_forward: length first, and bool masks that are true where nothing is seen."""
    apart = "weight" not in input
    first = lambda x: x.transpose(0, 1)
    if mask is not None and mask.dtype == torch.bool:
        mask = ~mask
    result, weights = F.multi_head_attention_forward(
        first(query), first(key), first(value), E, heads, input.get("weight"), inputBias,
        None if keyBias is None else keyBias.reshape(1, 1, E), None if valueBias is None else valueBias.reshape(1, 1, E),
        addZeroAttention, 0.0, outputWeight, outputBias, key_padding_mask=keyPaddingMask, attn_mask=mask,
        use_separate_proj_weight=apart, q_proj_weight=input.get("queryWeight"), k_proj_weight=input.get("keyWeight"),
        v_proj_weight=input.get("valueWeight"), average_attn_weights=averageWeights)
    return {"output": first(result), "weights": weights}


def attention(operands, plain, **options):
    case("multiHeadAttention", operands, lambda *operands, **tensors: heads(*operands, **plain, **tensors), **plain, **options)


packed = {"input": {"weight": weight}, "outputWeight": output}
attention([query, key, value], {"heads": 2}, **packed)
attention([query, key, value], {"heads": 1}, **packed, **biases)
attention([query, query, query], {"heads": 4}, **packed, **biases)
attention([query, key, value], {"heads": 2, "averageWeights": False}, **packed, keyPaddingMask=padding)
attention([query, key, value], {"heads": 2}, **packed, mask=seen[:3])
attention([query, key, value], {"heads": 2}, **packed, mask=seen[:3], keyPaddingMask=padding & (integers("some", 2, 5, high=2) > 0))
attention([query, key, value], {"heads": 2}, **packed, mask=numbers("ma", 3, 5))
attention([query, key, value], {"heads": 2}, **packed, mask=numbers("ma", 3, 5), keyPaddingMask=padding)
attention([query, key, value], {"heads": 2, "addZeroAttention": True}, **packed, **biases, keyBias=numbers("kb", E), valueBias=numbers("vb", E),
          mask=seen[:3], keyPaddingMask=padding)
attention([query, key, value], {"heads": 2, "addZeroAttention": True}, **packed, mask=numbers("ma", 3, 5))
attention([query, numbers("wide", 2, 5, 3), numbers("wider", 2, 5, 6)], {"heads": 2}, outputWeight=output, **biases,
          input={"queryWeight": numbers("qw", E, E), "keyWeight": numbers("kw", E, 3), "valueWeight": numbers("vw", E, 6)})
case("multiHeadAttention", [query[0], key[0], value[0]],
     lambda q, k, v, **tensors: {name: x[0] for name, x in heads(q[None], k[None], v[None], heads=2, **tensors).items()}, heads=2, **packed,
     **biases)
error("multiHeadAttention", [query, key, value], lambda q, k, v, **tensors: heads(q, k, v, heads=3, **tensors), heads=3, **packed,
      code="SHAPE_MULTI_HEAD_ATTENTION")
error("multiHeadAttention", [query, key, value[:, :4]], lambda q, k, v, **tensors: heads(q, k, v, heads=2, **tensors), heads=2, **packed,
      code="SHAPE_MULTI_HEAD_ATTENTION")
