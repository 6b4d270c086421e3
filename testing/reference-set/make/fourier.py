"""Images and their transforms in float64, from docs/CONVENTIONS.md alone: "Images and transforms", "Geometry", "CTF".

Lattice of a box D: (D+1)^2 points k/D in cycles per pixel, y slow. Its mask: |k| <= D/2 without the origin, raster order.
"""
import numpy as np


class Lattice:
    def __init__(self, box):
        self.box = box
        axis = np.linspace(-0.5, 0.5, box + 1)
        y, x = np.meshgrid(axis, axis, indexing="ij")
        pixels = np.rint(np.hypot(x, y) ** 2 * box**2)
        self.mask = (pixels > 0) & (pixels <= (box // 2) ** 2)
        # P x 2, (x, y).
        self.points = np.stack([x[self.mask], y[self.mask]], 1)


def hartley(images):
    """Re - Im of the centred transform, over the last two axes."""
    axes = (-2, -1)
    spectrum = np.fft.fftshift(np.fft.fft2(np.fft.fftshift(images, axes=axes)), axes=axes)
    return spectrum.real - spectrum.imag


def symmetrise(values):
    """D x D to (D+1) x (D+1): the first row, column and corner stand on the far side too."""
    grown = np.concatenate([values, values[..., :1, :]], -2)
    return np.concatenate([grown, grown[..., :1]], -1)


def window(box, inner=0.85, outer=0.99):
    axis = np.arange(box) / (box / 2) - 1
    y, x = np.meshgrid(axis, axis, indexing="ij")
    return 1 - np.clip((np.hypot(x, y) - inner) / (outer - inner), 0, 1)


def preprocess(images):
    """Training values N x (D+1)^2 and the standard deviation they were divided by."""
    images = np.asarray(images, np.float64)
    count, box = len(images), images.shape[-1]
    sample = np.arange(min(1000, count)) * count // min(1000, count)
    deviation = symmetrise(-hartley(images[sample])).std(ddof=1)
    return symmetrise(-hartley(images * window(box))) / deviation, deviation


def shift(values, lattice, pixels):
    """Moves the contents of N x P Hartley values by `pixels` (N x 2, x and y)."""
    phase = 2 * np.pi * pixels @ lattice.points.T
    # In raster order the mirror image of point p is point P-1-p.
    return np.cos(phase) * values + np.sin(phase) * values[:, ::-1]


def ctf(rows, frequencies, b_factor=0.0):
    """N x P values of the rows (box, A/px, dfU, dfV, angle, kV, Cs, contrast, phase shift) at P x 2 cycles per pixel."""
    rows = np.asarray(rows, np.float64)[:, :, None]
    x, y = (frequencies[None, :, axis] / rows[:, 1] for axis in (0, 1))
    defocus_u, defocus_v, angle, voltage = rows[:, 2], rows[:, 3], np.radians(rows[:, 4]), 1e3 * rows[:, 5]
    aberration, contrast, phase_shift = 1e7 * rows[:, 6], rows[:, 7], np.radians(rows[:, 8])
    wavelength = 12.2639 / np.sqrt(voltage + 0.97845e-6 * voltage**2)
    squared = x**2 + y**2
    direction = np.arctan2(y, x)
    defocus = 0.5 * (defocus_u + defocus_v + (defocus_u - defocus_v) * np.cos(2 * (direction - angle)))
    gamma = 2 * np.pi * (-0.5 * defocus * wavelength * squared + 0.25 * aberration * wavelength**3 * squared**2)
    gamma = gamma - phase_shift
    values = np.sqrt(1 - contrast**2) * np.sin(gamma) - contrast * np.cos(gamma)
    return values * np.exp(-b_factor * squared / 4)


def gaussian_sigma(resolution):
    return resolution / (np.pi * np.sqrt(2))


def atom_profiles(coordinates, centre_pixels, set_):
    """atoms x D: each atom's Gaussian along one axis."""
    grid = (np.arange(set_["boxPixels"]) - set_["boxPixels"] // 2 - centre_pixels) * set_["pixelSizeAngstrom"]
    sigma = gaussian_sigma(set_["resolutionAngstrom"])
    return np.exp(-((grid[None] - coordinates[:, None]) ** 2) / (2 * sigma**2))


def density(positions, weights, set_):
    """D^3 map [z][y][x] of atoms."""
    x, y, z = (atom_profiles(positions[:, axis], 0.0, set_) for axis in range(3))
    return np.einsum("a,az,ay,ax->zyx", weights, z, y, x, optimize=True)


def projection(positions, weights, rotation, translation, row, set_):
    """White image of atoms turned by `rotation`, before noise and scale. A pose's translation (fraction) centres it."""
    turned = positions @ rotation.T
    box = set_["boxPixels"]
    x = atom_profiles(turned[:, 0], -translation[0] * box, set_)
    y = atom_profiles(turned[:, 1], -translation[1] * box, set_)
    frequency = np.fft.fftfreq(box)
    fy, fx = np.meshgrid(frequency, frequency, indexing="ij")
    transfer = ctf(row[None], np.stack([fx.ravel(), fy.ravel()], 1)).reshape(box, box)
    return np.fft.ifft2(np.fft.fft2((y * weights[:, None]).T @ x) * -transfer).real


def inverse_hartley(values):
    """D^3 map of D^3 centred Hartley values."""
    spectrum = np.fft.fftshift(np.fft.fftn(np.fft.fftshift(values)))
    return (spectrum.real - spectrum.imag) / values.size


def fourier_shells(a, b):
    """FSC of two D^3 maps: entry i = 1 ... D/2-1 is of the points at distance [i-1, i); entry 0 is 1."""
    box = len(a)
    frequency = np.fft.fftfreq(box, 1 / box)
    distance = np.sqrt(sum(f**2 for f in np.meshgrid(frequency, frequency, frequency, indexing="ij")))
    first, second = np.fft.fftn(a), np.fft.fftn(b)
    curve = [1.0]
    for shell in range(1, box // 2):
        inside = (distance >= shell - 1) & (distance < shell)
        cross = (first[inside] * second[inside].conj()).sum().real
        curve.append(cross / np.sqrt((abs(first[inside]) ** 2).sum() * (abs(second[inside]) ** 2).sum()))
    return np.array(curve)
