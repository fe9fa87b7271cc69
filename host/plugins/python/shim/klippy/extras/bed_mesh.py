"""Meshes of the bed."""
from kalico_bridge.made import construct, host_list
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, host_exception, method
from klippy.extras.probe import ProbePointsHelper  # noqa: F401

PROFILE_VERSION = 1


@host_exception("BedMeshError")
class BedMeshError(Exception):
    """A mesh cannot be made of what was measured."""


def isclose(a, b, rel_tol=1e-09, abs_tol=0.0):
    return abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)


def within(coord, min_c, max_c, tol=0.0):
    return all(low - tol <= part <= high + tol for part, low, high in zip(coord[:2], min_c, max_c))


def constrain(val, min_val, max_val):
    return min(max_val, max(min_val, val))


def lerp(t, v0, v1):
    return (1.0 - t) * v0 + t * v1


def _matrix(value):
    return None if value is None else [floats(row) for row in value]


def _pair(value):
    return None if value is None else tuple(float(part) for part in value)


def _points(value):
    return [_pair(point) for point in value]


def _regions(value):
    return [[list(_pair(corner)) for corner in region] for region in value]


@host_class("ZMesh")
class ZMesh(HostObject):
    """Heights of the bed on a grid."""

    profile_name = attribute()
    mesh_params = attribute()
    probed_matrix = attribute(_matrix)
    mesh_matrix = attribute(_matrix)
    mesh_offsets = host_list(float)
    mesh_x_min = attribute(float)
    mesh_x_max = attribute(float)
    mesh_y_min = attribute(float)
    mesh_y_max = attribute(float)
    mesh_x_count = attribute(int)
    mesh_y_count = attribute(int)
    mesh_x_dist = attribute(float)
    mesh_y_dist = attribute(float)
    x_mult = attribute(int)
    y_mult = attribute(int)

    def __init__(self, params, name):
        construct(self, None, "extras.bed_mesh.ZMesh", dict(params), name)

    @method
    def build_mesh(self, z_matrix): ...

    @method(returns=_matrix)
    def get_mesh_matrix(self): ...

    @method(returns=_matrix)
    def get_probed_matrix(self): ...

    @method
    def get_mesh_params(self): ...

    @method
    def get_profile_name(self): ...

    @method
    def print_probed_matrix(self, print_func): ...

    @method
    def print_mesh(self, print_func, move_z=None): ...

    @method
    def set_zero_reference(self, xpos, ypos): ...

    @method
    def set_mesh_offsets(self, offsets): ...

    @method(name="getXCoordinate", returns=float)
    def get_x_coordinate(self, index): ...

    @method(name="getYCoordinate", returns=float)
    def get_y_coordinate(self, index): ...

    @method(returns=float)
    def calc_z(self, x, y): ...

    @method(returns=lambda value: tuple(floats(value)))
    def get_z_range(self): ...

    @method(returns=float)
    def get_z_average(self): ...


@host_class("BedMeshCalibrate")
class BedMeshCalibrate(HostObject):
    """The probing of a mesh."""

    ALGOS = ["lagrange", "bicubic"]
    printer = attribute()
    probe_helper = attribute()
    points = attribute(_points)
    mesh_config = attribute()
    mesh_min = attribute(_pair)
    mesh_max = attribute(_pair)
    origin = attribute(_pair)
    radius = attribute(float)
    zero_ref_pos = attribute(_pair)
    zero_reference_mode = attribute(int)
    faulty_regions = attribute(_regions)
    adaptive_margin = attribute(float)

    @method
    def print_generated_points(self, print_func, truncate=False): ...

    @method
    def set_adaptive_mesh(self, gcmd): ...

    @method
    def update_config(self, gcmd): ...

    @method
    def probe_finalize(self, offsets, positions): ...

    @method(name="cmdBedMeshCalibrate")
    def cmd_BED_MESH_CALIBRATE(self, gcmd): ...


@host_class("ProfileManager")
class ProfileManager(HostObject):
    """Meshes by name."""

    name = attribute()
    printer = attribute()
    incompatible_profiles = host_list()

    @method
    def get_profiles(self): ...

    @method
    def save_profile(self, prof_name): ...

    @method
    def load_profile(self, prof_name): ...

    @method
    def remove_profile(self, prof_name): ...


@host_class("BedMesh")
class BedMesh(HostObject):
    """The object `bed_mesh`."""

    FADE_DISABLE = 0x7FFFFFFF
    printer = attribute()
    bmc = attribute()
    pmgr = attribute()
    z_mesh = attribute()
    horizontal_move_z = attribute(float)
    fade_start = attribute(float)
    fade_end = attribute(float)
    fade_dist = attribute(float)
    fade_target = attribute(float)
    base_fade_target = attribute()
    tool_offset = attribute(float)
    last_position = host_list(float)
    default_mesh_name = attribute()

    @method
    def set_mesh(self, mesh): ...

    @method
    def get_mesh(self): ...

    @method(returns=float)
    def get_z_factor(self, z_pos): ...

    @method(returns=floats)
    def get_position(self): ...

    @method
    def move(self, newpos, speed): ...

    @method
    def save_profile(self, prof_name): ...

    @method
    def get_status(self, eventtime=None): ...

    @method
    def update_status(self): ...
