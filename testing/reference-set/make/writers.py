"""Files of the field's programs, written here without the project: MRC, STAR (RELION 3.0, 3.1) and cryoSPARC's .cs."""
import struct

import numpy as np
from scipy.spatial.transform import Rotation

MODES = {"float32": 2, "float16": 12}


def write_mrc(path, array, pixel_size, is_volume=False):
    array = np.ascontiguousarray(array)
    sections, rows, columns = array.shape
    header = bytearray(1024)
    depth = sections if is_volume else 1
    struct.pack_into("<10i", header, 0, columns, rows, sections, MODES[array.dtype.name], 0, 0, 0, columns, rows, depth)
    struct.pack_into("<6f", header, 40, columns * pixel_size, rows * pixel_size, depth * pixel_size, 90, 90, 90)
    struct.pack_into("<3i3f", header, 64, 1, 2, 3, array.min(), array.max(), array.astype(np.float64).mean())
    struct.pack_into("<i", header, 88, 1 if is_volume else 0)
    header[208:216] = b"MAP \x44\x44\x00\x00"
    struct.pack_into("<f", header, 216, array.astype(np.float64).std())
    with open(path, "wb") as file:
        file.write(header)
        file.write(array.tobytes())


def read_mrc(path):
    header = open(path, "rb").read(1024)
    columns, rows, sections = struct.unpack_from("<3i", header)
    (extra,) = struct.unpack_from("<i", header, 92)
    return np.fromfile(path, "<f4", offset=1024 + extra).reshape(sections, rows, columns)


def relion_angles(rotations):
    """rot, tilt, psi in degrees. A rotation here turns the frame: RELION's angles are of its transpose, ZYZ about moving axes."""
    return Rotation.from_matrix(np.swapaxes(rotations, 1, 2)).as_euler("ZYZ", degrees=True)


def _table(name, labels, rows, version):
    head = f"\n# version {version}\n\ndata_{name}\n\nloop_ \n"
    return head + "".join(f"_rln{label} #{i} \n" for i, label in enumerate(labels, 1)) + "\n".join(rows) + "\n \n"


def star_31(set_, rotations, translations, ctf):
    box, size = set_["boxPixels"], set_["pixelSizeAngstrom"]
    optics = _table(
        "optics",
        ["OpticsGroupName", "OpticsGroup", "Voltage", "SphericalAberration", "AmplitudeContrast", "ImagePixelSize"]
        + ["ImageSize", "ImageDimensionality"],
        [f"opticsGroup1 1 300.000000 2.700000 0.100000 {size:.6f} {box} 2"],
        30001,
    )
    rows = []
    for i, (angles, (x, y), row) in enumerate(zip(relion_angles(rotations), translations, ctf)):
        cells = [f"{i + 1:06d}@particles.mrcs", f"mic{i // 50}.mrc", "1", *(f"{v:.6f}" for v in (*row[2:5], row[8]))]
        rows.append(" ".join([*cells, *(f"{v:.6f}" for v in (*angles, x * box * size, y * box * size))]))
    labels = ["ImageName", "MicrographName", "OpticsGroup", "DefocusU", "DefocusV", "DefocusAngle", "PhaseShift"]
    labels += ["AngleRot", "AngleTilt", "AnglePsi", "OriginXAngst", "OriginYAngst"]
    return optics + _table("particles", labels, rows, 30001)


def star_30(set_, rotations, translations, ctf, with_poses):
    """RELION 3.0: the microscope in every row, the pixel size by magnification, origins in pixels."""
    box = set_["boxPixels"]
    rows = []
    for i, (angles, (x, y), row) in enumerate(zip(relion_angles(rotations), translations, ctf)):
        values = [*row[2:5], 300, 2.7, 0.1, 12500, set_["pixelSizeAngstrom"] * 1.25]
        values += [*angles, x * box, y * box] if with_poses else []
        rows.append(f"{i + 1}@particles.mrcs {i // 50} " + " ".join(f"{v:.6f}" for v in values))
    labels = ["ImageName", "MicrographName", "DefocusU", "DefocusV", "DefocusAngle", "Voltage", "SphericalAberration"]
    labels += ["AmplitudeContrast", "Magnification", "DetectorPixelSize"]
    labels += ["AngleRot", "AngleTilt", "AnglePsi", "OriginX", "OriginY"] if with_poses else []
    head = "\ndata_\n\nloop_ \n" + "".join(f"_rln{label} #{i} \n" for i, label in enumerate(labels, 1))
    return head + "\n".join(rows) + "\n\n"


def cs_table(set_, rotations, translations, ctf, with_poses):
    """cryoSPARC's particles as a NumPy structured array."""
    box, size, count = set_["boxPixels"], set_["pixelSizeAngstrom"], len(ctf)
    fields = {
        "uid": ("<u8", [(0x9E3779B97F4A7C15 * (i + 1)) % 2**64 for i in range(count)]),
        "blob/path": ("S32", [b">J1/extract/particles.mrcs"] * count),
        "blob/idx": ("<u4", range(count)),
        "blob/shape": (("<u4", (2,)), [(box, box)] * count),
        "blob/psize_A": ("<f4", [size] * count),
        "blob/sign": ("<f4", [1.0] * count),
        "ctf/type": ("S9", [b"imported"] * count),
        "ctf/exp_group_id": ("<u4", [1] * count),
        "ctf/accel_kv": ("<f4", ctf[:, 5]),
        "ctf/cs_mm": ("<f4", ctf[:, 6]),
        "ctf/amp_contrast": ("<f4", ctf[:, 7]),
        "ctf/df1_A": ("<f4", ctf[:, 2]),
        "ctf/df2_A": ("<f4", ctf[:, 3]),
        "ctf/df_angle_rad": ("<f4", np.radians(ctf[:, 4].astype(np.float64))),
        "ctf/phase_shift_rad": ("<f4", np.radians(ctf[:, 8].astype(np.float64))),
    }
    if with_poses:
        # A rotation vector of the transpose; shifts in pixels of psize_A.
        vectors = Rotation.from_matrix(np.swapaxes(rotations, 1, 2)).as_rotvec()
        fields |= {
            "alignments3D/split": ("<u4", np.arange(count) % 2),
            "alignments3D/shift": (("<f4", (2,)), translations * box),
            "alignments3D/pose": (("<f4", (3,)), vectors),
            "alignments3D/psize_A": ("<f4", [size] * count),
        }
    table = np.zeros(count, [(name, *kind) if isinstance(kind, tuple) else (name, kind) for name, (kind, _) in fields.items()])
    for name, (_, values) in fields.items():
        table[name] = values
    return table


def write_cs(path, table):
    with open(path, "wb") as file:
        np.save(file, table)
