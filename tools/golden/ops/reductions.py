"""Reductions: sums, products, extremes, moments, positions; axes in every form, ties, nothing to reduce."""

import torch

from golden import case, error, inf, integers, nan, numbers, vector

x = numbers("x", 2, 3, 4)
none = numbers("none", 2, 0, 3)
bools = integers("bools", 3, 4, high=2).bool()
whole = integers("whole", 3, 4, low=-9, dtype=torch.int32)
special = torch.stack([vector(1.0, nan, 3.0), vector(inf, -inf, 0.0), vector(inf, 1.0, 2.0), vector(-0.0, 0.0, -0.0)])
tied = torch.stack([vector(1.0, 3.0, 3.0), vector(2.0, 2.0, 2.0), vector(3.0, 1.0, 3.0)])
ALL = tuple(range(3))
sums = {"sum": torch.sum, "mean": torch.mean}
extremes = {"max": torch.amax, "min": torch.amin}
for name, function in {**sums, **extremes}.items():
    case(name, [x], lambda x: function(x, ALL))
    case(name, [x], lambda x: function(x, 1), axis=1)
    case(name, [x], lambda x: function(x, (-1, 0), keepdim=True), axes=[-1, 0], keepDims=True)
    case(name, [x.permute(2, 0, 1)], lambda x: function(x, 1), axis=1)
    case(name, [x[:1].expand(5, 3, 4)], lambda x: function(x, 0), axis=0)
    case(name, [none], lambda x: function(x, 0), axis=0)
    case(name, [vector(2.5).reshape(())], lambda x: function(x, ()))
    case(name, [special], lambda x: function(x, 1), axis=1, gradient=name in sums)
    error(name, [x], lambda x: function(x, 3), code="ATTR_AXIS_RANGE", axis=3)
    error(name, [x], lambda x: function(x, (1, 1)), code="ATTR_AXES_REPEATED", axes=[1, 1])
for name, function in extremes.items():
    case(name, [tied], lambda x: function(x, 1), axis=1)
    case(name, [tied], lambda x: function(x, (0, 1)))
    case(name, [whole], lambda x: function(x, 1), axis=1)
    error(name, [none], lambda x: function(x, 1), code="SHAPE_REDUCE_EMPTY", axis=1)
for name, function in sums.items():
    case(name, [none], lambda x: function(x, 1), axis=1)
    case(name, [none], lambda x: function(x, ALL))
case("sum", [bools], lambda x: torch.sum(x, 1), axis=1)
case("sum", [whole], lambda x: torch.sum(x, 1, dtype=torch.int32), axis=1)
case("sum", [numbers("long", 5, 300)], lambda x: torch.sum(x, 1), axis=1)

case("prod", [x], lambda x: torch.prod(x, 1), axis=1, second=True)
case("prod", [x], lambda x: torch.prod(x, 2, keepdim=True), axis=2, keepDims=True)
case("prod", [vector(2.0, 0.0, 3.0)], torch.prod, name="prod: one zero")
case("prod", [vector(2.0, 0.0, 0.0)], torch.prod, name="prod: two zeros")
case("prod", [none], lambda x: torch.prod(x, 1), axis=1)
case("prod", [whole], lambda x: torch.prod(x, 1, dtype=torch.int32), axis=1)

case("variance", [x], lambda x: torch.var(x, ALL), second=True)
case("variance", [x], lambda x: torch.var(x, 1, unbiased=False), axis=1, correction=0)
case("variance", [x], lambda x: torch.var(x, (0, 2), keepdim=True), axes=[0, 2], keepDims=True)
case("variance", [x + 1024], lambda x: torch.var(x, 2), axis=2)
case("variance", [numbers("one", 3, 1)], lambda x: torch.var(x, 1), axis=1, gradient=False)

for name, function in {"argMax": torch.argmax, "argMin": torch.argmin}.items():
    case(name, [x], lambda x: function(x, -1))
    case(name, [x], lambda x: function(x, 1, keepdim=True), axis=1, keepDims=True)
    case(name, [x.permute(2, 0, 1)], lambda x: function(x, 0), axis=0)
    case(name, [special], lambda x: function(x, 1), axis=1)
    case(name, [whole], lambda x: function(x, 0), axis=0)
    error(name, [none], lambda x: function(x, 1), code="SHAPE_REDUCE_EMPTY", axis=1)
