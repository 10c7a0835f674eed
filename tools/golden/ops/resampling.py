"""Images of another size, rearranged pixels, and sampling at positions that are data."""

import torch
import torch.nn.functional as F

from golden import case, error, inf, integers, nan, numbers, vector

line = numbers("line", 2, 2, 5)
image = numbers("image", 2, 2, 4, 5)
block = numbers("block", 1, 2, 2, 3, 4)


def sizes(value):
    return tuple(value) if isinstance(value, list) else value


def interpolate(x, second=False, gradient=True, **options):
    translated = {"size": "size", "scaleFactor": "scale_factor", "mode": "mode", "alignCorners": "align_corners"}
    torch_options = {translated[key]: sizes(value) for key, value in options.items()}
    # Weighted sums, of which derivatives add up several.
    tolerance = None if options.get("mode", "nearest").startswith("nearest") else "reduction"
    case("interpolate", [x], lambda x: F.interpolate(x, **torch_options), second=second, gradient=gradient, tolerance=tolerance,
         **options)


for mode in ("nearest", "nearest-exact"):
    for size in (10, 5, 3, 7, 1):
        interpolate(line, size=size, mode=mode)
    for factor in (2.5, 0.4):
        interpolate(line, scaleFactor=factor, mode=mode)
    if mode == "nearest-exact":
        interpolate(line, scaleFactor=1.1, mode=mode)
    interpolate(image, size=[6, 5], mode=mode)
    interpolate(image, scaleFactor=[0.5, 2.0], mode=mode)
    interpolate(block, size=[4, 2, 4], mode=mode)
interpolate(numbers("long", 1, 1, 49), size=61)



def as_matrix(function):
    """A linear function of images, with the derivative it has."""
    def of(x):
        size = x[0, 0].numel()
        columns = function(torch.eye(size, dtype=x.dtype).reshape(size, 1, *x.shape[2:]))
        return torch.einsum("ncs,sp->ncp", x.flatten(2), columns.flatten(1)).reshape(*x.shape[:2], *columns.shape[2:])
    return of


# By a factor that keeps the extent PyTorch's derivative is that of a copy, which its result is not.
for mode, x in (("nearest", line), ("bicubic", image)):
    scaled = lambda x: F.interpolate(x, scale_factor=1.1, mode=mode)
    case("interpolate", [x], as_matrix(scaled), unlike=scaled, scaleFactor=1.1, mode=mode,
         tolerance="reduction" if mode == "bicubic" else None)
# An axis that keeps its extent stays as it is; PyTorch adds 0 times each element to it.
case("interpolate", [vector([[1, inf, 3, nan, 5, 6]])], lambda x: x.clone(), unlike=lambda x: F.interpolate(x, size=6, mode="linear"),
     size=6, mode="linear")

for corners in (False, True):
    for size in (8, 3, 1, 5):
        interpolate(line, size=size, mode="linear", alignCorners=corners)
    for factor in (1.7, 0.6, 1.1):
        interpolate(line, scaleFactor=factor, mode="linear", alignCorners=corners)
    interpolate(image, size=[3, 9], mode="bilinear", alignCorners=corners, second=True)
    interpolate(image, scaleFactor=2.0, mode="bilinear", alignCorners=corners)
    interpolate(image, size=[4, 2], mode="bilinear", alignCorners=corners)
    interpolate(block, size=[3, 3, 2], mode="trilinear", alignCorners=corners)
    interpolate(block, scaleFactor=[1.0, 1.5, 2.0], mode="trilinear", alignCorners=corners)
    interpolate(image, size=[7, 3], mode="bicubic", alignCorners=corners, second=True)
    interpolate(image, scaleFactor=1.6, mode="bicubic", alignCorners=corners)
interpolate(image.transpose(2, 3), size=6, mode="bilinear")
interpolate(numbers("single", 1, 1, 1), size=4, mode="linear")
interpolate(numbers("none", 0, 2, 4), size=3, mode="linear")
interpolate(vector([[1, inf, 3, nan, 5, 6]]), size=11, mode="linear", alignCorners=True)
interpolate(line, size=3, mode="area")
interpolate(image, scaleFactor=[1.5, 0.4], mode="area")
interpolate(block, size=[1, 2, 3], mode="area")

case("interpolate", [integers("bytes", 1, 1, 3, 4, high=255, dtype=torch.uint8)], lambda x: F.interpolate(x, size=(2, 7)),
     size=[2, 7], exact=True)
case("interpolate", [image.bfloat16()], lambda x: F.interpolate(x, scale_factor=2.0, mode="bilinear"),
     scaleFactor=2.0, mode="bilinear", tolerance="reduction", exact=True)
case("pixelShuffle", [integers("wide", 1, 4, 2, 2, high=2**60)], lambda x: F.pixel_shuffle(x, 2), factor=2, exact=True)

case("pixelShuffle", [numbers("channels", 2, 8, 3, 2)], lambda x: F.pixel_shuffle(x, 2), factor=2, second=True)
case("pixelShuffle", [numbers("channels3", 9, 1, 2)], lambda x: F.pixel_shuffle(x, 3), factor=3)
case("pixelShuffle", [numbers("channels5", 2, 1, 4, 2, 2)], lambda x: F.pixel_shuffle(x, 2), factor=2)
case("pixelShuffle", [integers("places", 1, 4, 2, 2)], lambda x: F.pixel_shuffle(x, 2), factor=2)
case("pixelUnshuffle", [numbers("pixels", 2, 2, 4, 6)], lambda x: F.pixel_unshuffle(x, 2), factor=2)
case("pixelUnshuffle", [numbers("pixels3", 2, 3, 6)], lambda x: F.pixel_unshuffle(x, 3), factor=3)
case("channelShuffle", [numbers("mixed", 2, 6, 2, 3)], lambda x: torch.channel_shuffle(x, 3), groups=3, gradient=False)
# PyTorch 1.13 has no derivative of it; this is its definition.
case("channelShuffle", [numbers("mixed1", 1, 6, 4)], lambda x: x.reshape(1, 2, 3, 4).transpose(1, 2).reshape(1, 6, 4), groups=2)

for corners in (False, True):
    case("affineGrid", [numbers("theta", 2, 2, 3)], lambda theta: F.affine_grid(theta, (2, 1, 3, 4), align_corners=corners),
         size=[2, 1, 3, 4], alignCorners=corners)
    case("affineGrid", [numbers("theta3", 1, 3, 4)], lambda theta: F.affine_grid(theta, (1, 2, 2, 1, 3), align_corners=corners),
         size=[1, 2, 2, 1, 3], alignCorners=corners)

# Positions inside, between elements, far outside; the last rows lie on elements, on the border, and on halves.
grid = torch.cat([numbers("grid", 2, 2, 4, 2, scale=0.9),
                  vector([[[-1, -1], [1, 1], [0, 0.25], [0.75, -0.5]], [[-1.25, 1], [1, 0.5], [-0.5, -0.5], [3, -4]]]).expand(2, 2, 4, 2)], 1)
small = numbers("small", 2, 2, 4, 5)
grid3 = torch.cat([numbers("grid3", 1, 1, 2, 3, 3, scale=0.9),
                   vector([[[[-1, -1, 1], [0.5, 0, 0], [1.5, -2, 0.75]], [[0, -0.5, 0.25], [-1, 1, -1], [0.25, 0.5, -0.75]]]])], 1)
cube = numbers("cube", 1, 2, 3, 4, 2)
for corners in (False, True):
    for padding in ("zeros", "border", "reflection"):
        for mode in ("bilinear", "nearest", "bicubic"):
            case("gridSample", [small, grid],
                 lambda x, grid: F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=corners),
                 mode=mode, paddingMode=padding, alignCorners=corners)
            if mode != "bicubic":
                # Halves between elements go to the even one in two dimensions, away from zero in three.
                case("gridSample", [cube, grid3],
                     lambda x, grid: F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=corners),
                     mode=mode, paddingMode=padding, alignCorners=corners)
case("gridSample", [small, numbers("second", 2, 2, 2, 2, scale=0.5)], lambda x, grid: F.grid_sample(x, grid, align_corners=False))
case("gridSample", [numbers("dot", 1, 1, 1, 1), numbers("around", 1, 2, 2, 2, scale=0.9)],
     lambda x, grid: F.grid_sample(x, grid, padding_mode="reflection", align_corners=True), paddingMode="reflection", alignCorners=True)
case("gridSample", [vector([[[1, nan, 2, inf], [4, 5, 6, 7], [8, 9, 1, 2]]]), vector([[[-0.75, 0], [0.75, 0.5], [0.5, -0.75]]])],
     lambda x, grid: F.grid_sample(x, grid, align_corners=False))

error("interpolate", [image], lambda x: F.interpolate(x, size=3, mode="linear"), size=3, mode="linear", code="SHAPE_INTERPOLATE")
error("interpolate", [numbers("hollow", 1, 1, 0)], lambda x: F.interpolate(x, size=3), size=3, code="SHAPE_INTERPOLATE")
error("interpolate", [line], lambda x: F.interpolate(x), mode="nearest", code="ATTR_INTERPOLATE")
error("interpolate", [line], lambda x: F.interpolate(x, size=3, scale_factor=2.0), size=3, scaleFactor=2.0, code="ATTR_INTERPOLATE")
error("interpolate", [line], lambda x: F.interpolate(x, scale_factor=0.1), scaleFactor=0.1, code="ATTR_INTERPOLATE")
error("interpolate", [line], lambda x: F.interpolate(x, size=3, mode="nearest", align_corners=True), size=3, mode="nearest",
      alignCorners=True, code="ATTR_INTERPOLATE")
error("interpolate", [line], lambda x: F.interpolate(x, size=(3, 3)), size=[3, 3], code="ATTR_PER_AXIS")
error("interpolate", [line], lambda x: F.interpolate(x, size=0), size=0, code="ATTR_SPATIAL")
error("pixelShuffle", [numbers("three", 3, 2, 2)], lambda x: F.pixel_shuffle(x, 2), factor=2, code="SHAPE_PIXEL_SHUFFLE")
error("pixelUnshuffle", [numbers("three", 3, 3, 2)], lambda x: F.pixel_unshuffle(x, 2), factor=2, code="SHAPE_PIXEL_SHUFFLE")
error("channelShuffle", [numbers("three", 1, 3, 2)], lambda x: torch.channel_shuffle(x, 2), groups=2, code="SHAPE_CHANNEL_SHUFFLE")
error("affineGrid", [numbers("theta", 2, 2, 3)], lambda theta: F.affine_grid(theta, (1, 1, 3, 4), align_corners=False),
      size=[1, 1, 3, 4], code="SHAPE_AFFINE_GRID")
error("gridSample", [small, grid[:1]], lambda x, grid: F.grid_sample(x, grid, align_corners=False), code="SHAPE_GRID_SAMPLE")
error("gridSample", [cube, grid3], lambda x, grid: F.grid_sample(x, grid, mode="bicubic", align_corners=False), mode="bicubic",
      code="ATTR_GRID_SAMPLE")
